import { describe, expect, it } from '@jest/globals';
import { RateLimit } from './rate-limit';

function limited(perSecond: number, burst: number) {
  let now = 1_000;
  const limit = new RateLimit({ perSecond, burst }, () => now);
  const pass = (ms: number) => {
    now += ms;
  };
  const taken = (key: string, times: number) =>
    Array.from({ length: times }, () => limit.take(key)).filter((wait) => wait === 0).length;
  return { limit, pass, taken };
}

describe('a rate limit', () => {
  it.each([
    [10, 1],
    [10, 5],
    [3, 100],
    [10_000, 20_000],
  ])('of %d a second lets a burst of %d through, and no more', (perSecond, burst) => {
    const { limit, taken } = limited(perSecond, burst);
    expect(taken('a', burst + 10)).toBe(burst);
    expect(limit.take('a')).toBeCloseTo(1_000 / perSecond, 3);
  });

  it('gives the allowance back as time passes, and never more than the burst', () => {
    const { pass, taken } = limited(10, 5);
    expect(taken('a', 9)).toBe(5);
    pass(200);
    expect(taken('a', 9)).toBe(2);
    pass(3_600_000);
    expect(taken('a', 9)).toBe(5);
  });

  it('holds each key by itself', () => {
    const { taken } = limited(1, 2);
    expect([taken('a', 3), taken('b', 3)]).toEqual([2, 2]);
  });

  it('takes nothing by asking', () => {
    const { limit, taken } = limited(1, 1);
    expect([limit.wait('a'), limit.wait('a')]).toEqual([0, 0]);
    expect(taken('a', 2)).toBe(1);
    expect(limit.wait('a')).toBeGreaterThan(0);
  });

  it('remembers who was over it among a storm of others', () => {
    const { limit, taken } = limited(1, 3);
    expect(taken('abuser', 4)).toBe(3);
    for (let n = 0; n < 50_000; n += 1) limit.take(`other-${String(n)}`);
    expect(limit.wait('abuser')).toBeGreaterThan(0);
  });
});
