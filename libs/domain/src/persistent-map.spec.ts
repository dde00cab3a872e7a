import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PersistentMap } from './persistent-map';

describe('a persistent map', () => {
  it('holds what a map holds, and every earlier version stays as it was', () => {
    const steps = fc.array(fc.tuple(fc.string({ maxLength: 2 }), fc.integer()), { maxLength: 400 });
    fc.assert(
      fc.property(steps, (entries) => {
        const model = new Map<string, number>();
        let map = PersistentMap.empty<string, number>();
        const versions = entries.map(([key, value]) => {
          model.set(key, value);
          map = map.with(key, value);
          return { map, expected: new Map(model) };
        });
        for (const { map: version, expected } of versions.slice(-3).concat(versions.slice(0, 3))) {
          expect(new Map(version)).toEqual(expected);
          expect(version.size).toBe(expected.size);
          for (const [key, value] of expected) expect(version.get(key)).toBe(value);
        }
        expect(map.has('not a key')).toBe(false);
        expect([...map.keys()].sort()).toEqual([...model.keys()].sort());
        expect([...map.values()].sort()).toEqual([...model.values()].sort());
      }),
    );
  });

  it('keeps a few entries in the order in which they came', () => {
    const keys = ['z', 'b', 'y', 'a'];
    const map = keys.reduce((before, key) => before.with(key, key), PersistentMap.empty());
    expect([...map.keys()]).toEqual(keys);
    const seen: string[] = [];
    map.forEach((_value, key) => seen.push(key));
    expect(seen).toEqual(keys);
  });

  it('holds keys whose hashes are one', () => {
    // These two have the same 32-bit FNV-1a.
    const keys = ['costarring', 'liquid', ...Array.from({ length: 40 }, (_, n) => `key-${n}`)];
    const map = keys.reduce((before, key) => before.with(key, key), PersistentMap.empty());
    expect(keys.map((key) => map.get(key))).toEqual(keys);
    expect(map.size).toBe(keys.length);
  });
});
