import { describe, expect, it } from '@jest/globals';
import { concurrently } from './concurrently';

describe('concurrently', () => {
  it('does each once, never more at a time than allowed', async () => {
    const done: number[] = [];
    let underWay = 0;
    let most = 0;
    await concurrently(20, 4, async (index) => {
      underWay += 1;
      most = Math.max(most, underWay);
      await Promise.resolve();
      underWay -= 1;
      done.push(index);
    });
    expect(done.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, index) => index));
    expect(most).toBe(4);
  });

  it('begins nothing after a failure, lets the rest finish, and throws it', async () => {
    const begun: number[] = [];
    let finished = 0;
    const run = concurrently(100, 3, async (index) => {
      begun.push(index);
      await Promise.resolve();
      if (index === 1) throw new Error('the second');
      await Promise.resolve();
      finished += 1;
    });
    await expect(run).rejects.toThrow('the second');
    expect(begun.length).toBeLessThan(10);
    expect(finished).toBe(begun.length - 1);
  });
});
