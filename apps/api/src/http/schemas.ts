import type { ApiResponseSchemaHost } from '@nestjs/swagger';

/** A JSON Schema of the API's document (OpenAPI 3.1). */
export type Schema = ApiResponseSchemaHost['schema'];

/** Schemas by the name that the document gives them. */
export type Schemas = Readonly<Record<string, Schema>>;

/** A field that an answer may leave out. */
interface MayBeAbsent {
  readonly absentOr: Schema;
}

type Fields<T> = {
  readonly [Field in keyof T]-?: Partial<Pick<T, Field>> extends Pick<T, Field>
    ? MayBeAbsent
    : Schema;
};

/** The schema that the document names so. */
export function ref(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` };
}

/** An object with exactly the fields of `T`: the compiler refuses one too many, too few, or wrongly required. */
export function objectOf<T extends object>(description: string, fields: Fields<T>): Schema {
  const all = Object.entries<MayBeAbsent | Schema>(fields);
  return {
    type: 'object',
    description,
    required: all.flatMap(([name, field]) => ('absentOr' in field ? [] : [name])),
    properties: Object.fromEntries(
      all.map(([name, field]) => [name, 'absentOr' in field ? field.absentOr : field]),
    ),
  };
}

/** A field that may be left out. */
export const optional = (schema: Schema): MayBeAbsent => ({ absentOr: schema });

/** All of them, in an array. */
export function listOf(items: Schema, description: string): Schema {
  return { type: 'array', items, description };
}

/** One of these, and no other. */
export function oneOf(...schemas: readonly Schema[]): Schema {
  return { oneOf: [...schemas] };
}

/** For answers that may look alike when they are empty. */
export function anyOf(...schemas: readonly Schema[]): Schema {
  return { anyOf: [...schemas] };
}

/** `description` says when it is null. */
export function orNull(schema: Schema, description: string): Schema {
  return { ...oneOf(schema, { type: 'null' }), description };
}

/** One page of a list; `more` is what it may hold beside its rows. */
export function pageOf(items: Schema, more: Readonly<Record<string, MayBeAbsent>> = {}): Schema {
  return objectOf<{ items: unknown; nextCursor: unknown }>('One page of a list.', {
    items: listOf(items, 'In the order asked for.'),
    nextCursor: orNull(
      text('Send it as `cursor`, with the same filter and sort, for the next page.'),
      'null on the last page.',
    ),
    ...more,
  });
}

/** How many there are, as far as they are counted. */
export function total(description: string): Schema {
  return {
    ...oneOf(
      { type: 'integer', minimum: 0 },
      objectOf<{ atLeast: number }>('More than are counted.', {
        atLeast: count('So many, or more.'),
      }),
    ),
    description: `${description} Exact to 10,000.`,
  };
}

/** What the page of a list that counts may hold. */
export const COUNTED = { total: optional(total('All rows of the filter; with count=true.')) };

/** Text; `more` says of what form. */
export function text(description: string, more: Schema = {}): Schema {
  return { type: 'string', description, ...more };
}

/** A UUID. */
export function id(description: string): Schema {
  return text(description, { format: 'uuid' });
}

/** A time. */
export function instant(description: string): Schema {
  return text(`${description} RFC 3339, UTC.`, {
    format: 'date-time',
    examples: ['2026-03-31T14:05:09.123Z'],
  });
}

/** A whole number from 0 on. */
export function count(description: string): Schema {
  return { type: 'integer', minimum: 0, description };
}

/** Yes or no. */
export function flag(description: string): Schema {
  return { type: 'boolean', description };
}

/** One of these texts. */
export function choice(values: readonly string[], description: string): Schema {
  return { type: 'string', enum: [...values], description };
}

/** Always this text. */
export function always(value: string): Schema {
  return { type: 'string', enum: [value] };
}

/** Personal data: gone, once it is erased. */
export function personal(description: string, more: Schema = {}): Schema {
  return orNull(text(description, more), 'null where none was given, and once it is erased.');
}

/** A country. */
export const COUNTRY = text('ISO 3166-1 alpha-2.', { pattern: '^[A-Z]{2}$', examples: ['BR'] });

/** The form of an e-mail address. */
export const EMAIL = { format: 'email', examples: ['maria@example.com'] } as const;

/** Its ETag, as a number. */
export const REVISION = count(
  'Ordinal of the last event that touched it, in its stream; its ETag, without the quotes, and what If-Match compares.',
);

/** A place in the log. */
export const POSITION = text(
  "A place in the event log. Opaque; those of one log sort as text. As Tierbook-Position, it lets a read wait for one's write.",
  { pattern: '^[0-9a-f]{16}-[0-9]{20}$', examples: ['9f86d081884c7d65-00000000000000000042'] },
);

/** A reseller, unless who asks is not told which one it was. */
export const RESELLER_OR_ANOTHER: Schema = {
  ...oneOf({ type: 'string', format: 'uuid' }, always('another-reseller')),
  description:
    'The reseller. `another-reseller`, in what a reseller reads as of a moment: not itself.',
};

/** Ids of partnerships: of both sides. */
export const PARTNERSHIP_ID = text('`<provider id>.<reseller id>`', {
  pattern: '^[0-9a-f-]{36}\\.[0-9a-f-]{36}$',
});

/** The partnership period in which a reseller was chosen. */
export const PERIOD_ID = id('The period of the partnership, from an acceptance until its end.');
