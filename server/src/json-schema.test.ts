import { expect, expectTypeOf, test } from 'vitest';
import * as Type from './json-schema.js';

const schema = Type.Object(
  {
    name: Type.String({ minLength: 1 }),
    kind: Type.Enum(['one', 'other'], { default: 'one' }),
    among: Type.Array(Type.Union([Type.Integer(), Type.Null()]), { default: [] }),
    more: Type.Optional(Type.Record(Type.Boolean())),
  },
  { additionalProperties: false },
);

test('an object requires each field but those that may be missing', () => {
  expect(schema).toEqual({
    type: 'object',
    required: ['name', 'kind', 'among'],
    properties: {
      name: { type: 'string', minLength: 1 },
      kind: { enum: ['one', 'other'], default: 'one' },
      among: { type: 'array', items: { anyOf: [{ type: 'integer' }, { type: 'null' }] }, default: [] },
      more: { type: 'object', additionalProperties: { type: 'boolean' } },
    },
    additionalProperties: false,
  });
  expect(Type.Object({})).toEqual({ type: 'object', properties: {} });
  expectTypeOf<Type.Static<typeof schema>>().toEqualTypeOf<{
    name: string;
    kind: 'one' | 'other';
    among: (number | null)[];
    more?: Record<string, boolean>;
  }>();
});

test('defaults are those of the fields that have one, and nobody shares them', () => {
  const first = Type.defaultsOf(schema);
  expect(first).toEqual({ kind: 'one', among: [] });
  (first.among as number[]).push(1);
  expect(Type.defaultsOf(schema)).toEqual({ kind: 'one', among: [] });
});
