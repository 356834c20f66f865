import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { explain } from '../catalog/explain.js';
import { problemSchema } from './schemas.js';

const text = Type.Object({ en: Type.String(), fr: Type.String() });
const meaning = Type.Object({
  kind: Type.String({ description: 'ccmsetup, msi, message, win32, hresult or state' }),
  code: Type.String({ description: 'Canonical code, or topic/state' }),
  symbol: Type.String({ description: 'Symbols, separated by a comma; empty where it has none' }),
  known: Type.Boolean({ description: 'False where only the facility is known' }),
  meaning: text,
  advice: text,
  outcome: Type.String({ description: 'unknown, in_progress, succeeded, failed, reboot_pending or skipped' }),
  area: Type.String({ description: 'The component that reports it' }),
  source: Type.String({ description: 'Where the facts stand' }),
  facility: Type.Union([Type.Object({ number: Type.Integer(), name: Type.String() }), Type.Null()]),
  spellings: Type.Array(Type.String(), { description: 'How else the same number is written' }),
});
const explanation = Type.Object({
  query: Type.String(),
  meanings: Type.Array(meaning, { description: 'Each thing that it can stand for; empty where it is not known' }),
  candidates: Type.Array(Type.Object({ code: Type.String(), symbol: Type.String(), meaning: text }), {
    description: 'Only where there are no meanings: what resembles it',
  }),
});

/** The route that says what a code or state means. */
export function registerExplain(api: FastifyInstance): void {
  api.get<{ Querystring: { code: string } }>(
    '/explain',
    {
      schema: {
        tags: ['Codes'],
        summary: 'What an error code or state means, and what to do first, in English and French',
        querystring: Type.Object({
          code: Type.String({
            minLength: 1,
            maxLength: 100,
            description: '1603, 0x80070643, -2147024891, CRYPT_E_NOT_FOUND, 800/313, ccmsetup 7, message 1303 …',
          }),
        }),
        response: { 200: explanation, 400: problemSchema, 401: problemSchema },
      },
    },
    ({ query }) => explain(query.code),
  );
}
