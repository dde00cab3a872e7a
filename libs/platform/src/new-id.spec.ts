import { expect, it } from '@jest/globals';
import { validate, version } from 'uuid';
import { newId } from './new-id';

it('draws UUIDs of version 7 that hold the time, each another one', () => {
  const before = Date.now();
  const ids = Array.from({ length: 1_000 }, newId);
  const after = Date.now();
  expect(new Set(ids).size).toBe(1_000);
  for (const id of ids) {
    expect([validate(id), version(id)]).toEqual([true, 7]);
    const time = Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
    expect(time).toBeGreaterThanOrEqual(before);
    expect(time).toBeLessThanOrEqual(after);
  }
});
