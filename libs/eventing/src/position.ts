/**
 * A place in the log, as callers see it: `<log id>-<ordinal, 20 digits>`.
 *
 * Positions of one log compare as strings. A position of another log (a restored or a copied one)
 * is recognised by its log id and refused, never compared. Callers treat the text as opaque.
 */
export type Position = string & { readonly __brand: 'Position' };

const ORDINAL_WIDTH = 20;
const LOG_ID = /^[0-9a-f]{16}$/;
const POSITION = /^([0-9a-f]{16})-([0-9]{20})$/;

/** A log id is 16 lower-case hexadecimal digits, drawn when a log is created, copied or restored. */
export function isLogId(text: string): boolean {
  return LOG_ID.test(text);
}

/** Writes an engine's ordinal as a position. `ordinal` is a non-negative whole number. */
export function formatPosition(logId: string, ordinal: bigint | number): Position {
  return `${logId}-${ordinal.toString().padStart(ORDINAL_WIDTH, '0')}` as Position;
}

/** Reads a position's parts, or `undefined` where the text is not a position at all. */
export function parsePosition(text: string): { logId: string; ordinal: bigint } | undefined {
  const match = POSITION.exec(text);
  const [, logId, ordinal] = match ?? [];
  return logId === undefined || ordinal === undefined
    ? undefined
    : { logId, ordinal: BigInt(ordinal) };
}
