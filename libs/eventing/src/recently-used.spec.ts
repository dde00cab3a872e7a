import { describe, expect, it } from '@jest/globals';
import { RecentlyUsed } from './recently-used';

function filled(...keys: readonly string[]): RecentlyUsed<string, number> {
  const map = new RecentlyUsed<string, number>(3);
  for (const [index, key] of keys.entries()) map.set(key, index);
  return map;
}

describe('RecentlyUsed', () => {
  it('keeps as many entries as it is to, and forgets those unused for twice as many', () => {
    const map = filled('a', 'b', 'c', 'd', 'e', 'f', 'g');
    expect(['e', 'f', 'g'].map((key) => map.get(key))).toEqual([4, 5, 6]);
    expect(['a', 'b', 'c'].map((key) => map.get(key))).toEqual([undefined, undefined, undefined]);
  });

  it('keeps what is used', () => {
    const map = filled('a', 'b', 'c', 'd');
    expect(map.get('a')).toBe(0);
    map.set('e', 4);
    map.set('f', 5);
    map.set('g', 6);
    expect(map.get('a')).toBe(0);
    expect(map.get('b')).toBeUndefined();
  });

  it('replaces an entry without dropping others', () => {
    const map = filled('a', 'b', 'c');
    map.set('c', 9);
    expect(['a', 'b', 'c'].map((key) => map.get(key))).toEqual([0, 1, 9]);
  });

  it('answers the newer of two values after an entry came again', () => {
    const map = filled('a', 'b', 'c', 'd', 'a');
    expect(map.get('a')).toBe(4);
    map.delete('a');
    expect(map.get('a')).toBeUndefined();
  });

  it('forgets all', () => {
    const map = filled('a', 'b', 'c', 'd');
    map.clear();
    expect(['a', 'd'].map((key) => map.get(key))).toEqual([undefined, undefined]);
  });
});
