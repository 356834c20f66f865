/**
 * JSON Schema (2020-12) of what the API takes and gives, with the TypeScript type of what fits it. Eleven words of
 * TypeBox, whose own four hundred files would be a tenth of what a start takes.
 */
declare const holds: unique symbol;

/** A schema; `T` is what fits it. */
export interface Schema<out T = unknown> {
  readonly [keyword: string]: unknown;
  readonly [holds]?: T;
}

/** A field of an object that may be missing. */
class Missable<out T = unknown> {
  constructor(readonly schema: Schema<T>) {}
}

type Fields = Readonly<globalThis.Record<string, Schema | Missable>>;
type NamesOf<F extends Fields, Kind> = { [Name in keyof F]: F[Name] extends Kind ? Name : never }[keyof F];
type Flat<T> = { [Name in keyof T]: T[Name] };
type ObjectOf<F extends Fields> = Flat<
  { -readonly [Name in Exclude<keyof F, NamesOf<F, Missable>>]: F[Name] extends Schema<infer T> ? T : never } & {
    -readonly [Name in NamesOf<F, Missable>]?: F[Name] extends Missable<infer T> ? T : never;
  }
>;

/** Further keywords: description, default, limits. */
type Keywords = Readonly<globalThis.Record<string, unknown>>;

/** The type of what fits a schema. */
export type Static<S extends Schema> = S extends Schema<infer T> ? T : never;

export const String = (keywords: Keywords = {}): Schema<string> => ({ type: 'string', ...keywords });
export const Integer = (keywords: Keywords = {}): Schema<number> => ({ type: 'integer', ...keywords });
export const Number = (keywords: Keywords = {}): Schema<number> => ({ type: 'number', ...keywords });
export const Boolean = (keywords: Keywords = {}): Schema<boolean> => ({ type: 'boolean', ...keywords });
export const Null = (keywords: Keywords = {}): Schema<null> => ({ type: 'null', ...keywords });
/** Anything. */
export const Unknown = (keywords: Keywords = {}): Schema => ({ ...keywords });

/** One of these texts. */
export const Enum = <const T extends string>(values: readonly T[], keywords: Keywords = {}): Schema<T> => ({
  enum: values,
  ...keywords,
});

export const Array = <T>(items: Schema<T>, keywords: Keywords = {}): Schema<T[]> => ({
  type: 'array',
  items,
  ...keywords,
});

/** Any of these. */
export const Union = <const S extends readonly Schema[]>(
  anyOf: S,
  keywords: Keywords = {},
): Schema<Static<S[number]>> => ({ anyOf, ...keywords });

/** A field of an object that may be missing. */
export const Optional = <T>(schema: Schema<T>): Missable<T> => new Missable(schema);

export function Object<const F extends Fields>(fields: F, keywords: Keywords = {}): Schema<ObjectOf<F>> {
  const all = globalThis.Object.entries(fields);
  const required = all.filter(([, field]) => !(field instanceof Missable)).map(([name]) => name);
  const properties = globalThis.Object.fromEntries(
    all.map(([name, field]) => [name, field instanceof Missable ? field.schema : field]),
  );
  return { type: 'object', ...(required.length > 0 ? { required } : {}), properties, ...keywords };
}

/** Any names, each with a value that fits. */
export const Record = <T>(value: Schema<T>, keywords: Keywords = {}): Schema<globalThis.Record<string, T>> => ({
  type: 'object',
  additionalProperties: value,
  ...keywords,
});

/** What an object is where nothing is said of it: the defaults of its fields. */
export function defaultsOf({ properties }: Schema): globalThis.Record<string, unknown> {
  const fields = globalThis.Object.entries((properties ?? {}) as globalThis.Record<string, Schema>);
  return globalThis.Object.fromEntries(
    fields.filter(([, field]) => 'default' in field).map(([name, field]) => [name, structuredClone(field.default)]),
  );
}
