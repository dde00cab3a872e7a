import { expect, it } from '@jest/globals';
import { randomBytesOf } from './random-bytes';

it('hands out as many bytes as asked for, and none twice', () => {
  const drawn = Array.from({ length: 2_000 }, () => randomBytesOf(16).toString('hex'));
  expect(new Set(drawn).size).toBe(drawn.length);
  expect(drawn.every((bytes) => bytes.length === 32)).toBe(true);
});

it('keeps what it handed out', () => {
  const first = randomBytesOf(12);
  const copy = Buffer.from(first);
  for (let drawn = 0; drawn < 1_000; drawn += 1) randomBytesOf(12);
  expect(first).toEqual(copy);
});
