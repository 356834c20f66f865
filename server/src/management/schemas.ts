import Type from 'typebox';

const problem = Type.Object({
  type: Type.String(),
  status: Type.Integer(),
  code: Type.String({ description: 'Stable code of the catalogue of errors' }),
  title: Type.String({ description: 'What happened, to what, and what to do' }),
  findings: Type.Optional(Type.Array(Type.Object({}, { additionalProperties: true }))),
});

/** An error's answer (RFC 9457). */
export const problemSchema = {
  description: 'Problem',
  content: { 'application/problem+json': { schema: problem } },
};

/** The same where it is a matter of time. */
export const problemForNow = {
  ...problemSchema,
  headers: { 'retry-after': Type.Integer({ description: 'Seconds after which to ask again' }) },
};
