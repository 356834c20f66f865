import Type from 'typebox';

/** An error's body (RFC 9457), as `application/problem+json`. */
export const problemSchema = Type.Object(
  {
    type: Type.String(),
    status: Type.Integer(),
    code: Type.String({ description: 'Stable code of the catalogue of errors' }),
    title: Type.String({ description: 'What happened, to what, and what to do' }),
    findings: Type.Optional(Type.Array(Type.Object({}, { additionalProperties: true }))),
  },
  { description: 'Problem' },
);
