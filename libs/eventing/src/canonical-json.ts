import type { JsonObject, JsonValue } from './json';

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
  return canonicalObject(value);
}

function canonicalObject(object: JsonObject): string {
  let text = '';
  for (const name of sortedNames(object)) {
    const member = object[name];
    if (member === undefined) continue;
    text += `${text === '' ? '' : ','}${canonicalString(name)}:${canonicalJson(member)}`;
  }
  return `{${text}}`;
}

/** Most objects are made with their members in order: looking is much cheaper than sorting. */
function sortedNames(object: object): readonly string[] {
  const names = Object.keys(object);
  for (let index = 1; index < names.length; index += 1) {
    const [before, name] = [names[index - 1], names[index]];
    if (before !== undefined && name !== undefined && before > name) return names.sort();
  }
  return names;
}

function canonicalNumber(value: number): string {
  if (Number.isFinite(value)) return JSON.stringify(value);
  throw new TypeError(`${String(value)} has no canonical JSON: numbers must be finite.`);
}

/** What JSON escapes, and halves of surrogate pairs. */
const UNUSUAL = /[^ !#-[\]-\ud7ff\ue000-\uffff]/;

/** Most strings stand in JSON as they are: looking is cheaper than writing them. */
function canonicalString(value: string): string {
  if (!UNUSUAL.test(value)) return `"${value}"`;
  if (value.isWellFormed()) return JSON.stringify(value);
  throw new TypeError('A string with a lone surrogate has no canonical JSON.');
}

/** `Array.isArray` does not narrow read-only arrays. */
function isArray(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
