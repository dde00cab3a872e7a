import type { JsonValue } from '@tierbook/eventing';

/**
 * A value's one canonical text, by the JSON Canonicalization Scheme (RFC 8785): members sorted by the
 * UTF-16 code units of their names, no white space, numbers and strings as ECMAScript writes them.
 *
 * @throws TypeError for what I-JSON (RFC 7493) excludes: numbers that are not finite, lone surrogates.
 */
export function canonicalJson(value: JsonValue): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return canonicalNumber(value);
  if (typeof value === 'string') return canonicalString(value);
  if (isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members = Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${canonicalString(name)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
}

function canonicalNumber(value: number): string {
  if (Number.isFinite(value)) return JSON.stringify(value);
  throw new TypeError(`${String(value)} has no canonical JSON: numbers must be finite.`);
}

function canonicalString(value: string): string {
  if (value.isWellFormed()) return JSON.stringify(value);
  throw new TypeError('A string with a lone surrogate has no canonical JSON.');
}

/** `Array.isArray` does not narrow read-only arrays. */
function isArray(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
