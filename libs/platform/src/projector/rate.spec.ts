import { describe, expect, it } from '@jest/globals';
import { Rate } from './rate';

describe('Rate', () => {
  const rateAt = () => {
    const clock = { now: 0 };
    return { clock, rate: new Rate(() => clock.now) };
  };

  it('is what the count rose by in a second, and falls to 0 when it stands still', () => {
    const { clock, rate } = rateAt();
    expect(rate.perSecond()).toBe(0);
    for (const second of [0, 1, 2, 3, 4]) {
      clock.now = second * 1_000;
      rate.note(second * 100);
    }
    expect(rate.perSecond()).toBe(100);
    clock.now = 8_000;
    expect(rate.perSecond()).toBe(50);
    clock.now = 60_000;
    expect(rate.perSecond()).toBe(0);
  });

  it('begins anew with a count that has fallen', () => {
    const { clock, rate } = rateAt();
    rate.note(0);
    clock.now = 1_000;
    rate.note(5_000);
    clock.now = 2_000;
    rate.note(0);
    clock.now = 4_000;
    rate.note(20);
    expect(rate.perSecond()).toBe(10);
  });

  it('keeps few samples, however often it is told', () => {
    const { clock, rate } = rateAt();
    for (let n = 0; n <= 40_000; n++) {
      clock.now = n;
      rate.note(n < 20_000 ? n : 20_000 + 2 * (n - 20_000));
    }
    expect(rate.perSecond()).toBeCloseTo(2_000, 0);
  });
});
