import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonicalJson } from './canonical-json';
import type { JsonValue } from './json';

const parse = (json: string): JsonValue => JSON.parse(json) as JsonValue;

describe('canonicalJson', () => {
  it('writes the example of RFC 8785, section 3.2.2, as section 3.2.3 shows it', () => {
    const given = String.raw`{
      "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
      "literals": [null, true, false]
    }`;
    expect(canonicalJson(parse(given))).toBe(
      String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],` +
        String.raw`"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    );
  });

  it('sorts names by UTF-16 code units, as the example of RFC 8785, section 3.2.3, does', () => {
    const given = String.raw`{"\u20ac":1,"\r":2,"\ufb33":3,"1":4,"\ud83d\ude00":5,"\u0080":6,"\u00f6":7}`;
    const names = Object.keys(parse(canonicalJson(parse(given))) as object);
    expect(canonicalJson(parse(given))).toBe(
      '{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"😀":5,"\ufb33":3}',
    );
    expect(names).toHaveLength(7);
  });

  it.each([
    ['-0', '0'],
    ['[]', '[]'],
    ['{}', '{}'],
    ['{"__proto__":{"b":1,"a":2}}', '{"__proto__":{"a":2,"b":1}}'],
    ['{"toJSON":1}', '{"toJSON":1}'],
  ])('writes %s as %s', (given, expected) => {
    expect(canonicalJson(parse(given))).toBe(expected);
  });

  it.each([NaN, Infinity, '\ud800', { '\udc00': 1 }])('refuses %p', (value) => {
    expect(() => canonicalJson(value)).toThrow(TypeError);
  });

  it('reads back as the same value, and does not depend on the order of members', () => {
    const seed = Date.now() & 0x7fffffff;
    console.info(`canonicalJson property seed: ${String(seed)}`);
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (given) => {
        const value = parse(JSON.stringify(given));
        const canonical = canonicalJson(value);
        expect(parse(canonical)).toEqual(value);
        expect(canonicalJson(reversed(value))).toBe(canonical);
      }),
      { seed },
    );
  });
});

function reversed(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).reverse();
  return Object.fromEntries(members.map(([name, member]) => [name, reversed(member)]));
}
