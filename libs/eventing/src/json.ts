/** What JSON can hold. Events carry nothing else: no dates, no `undefined`, no numbers beyond doubles. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: JsonValue;
}
