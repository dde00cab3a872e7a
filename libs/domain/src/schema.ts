/** What JSON can hold. */
type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;
interface JsonObject {
  readonly [key: string]: JsonValue;
}

/** An event's content as it stands in the log, personal data unsealed. */
export interface StoredContent {
  readonly data: JsonObject;
  readonly personal?: JsonObject;
}

/**
 * How an event type is written: `upcasters[n]` brings schema version n+1 to n+2, so that today's
 * version is `upcasters.length + 1`. An upcaster is pure, total, and never edited once released.
 */
export interface EventSchema {
  readonly upcasters: readonly ((stored: StoredContent) => StoredContent)[];
}

/** One for each event type of an aggregate. */
export type EventSchemas<E extends { readonly type: string }> = Readonly<
  Record<E['type'], EventSchema>
>;
