import { RecentlyUsed } from '@tierbook/eventing';

/** So many a second in the long run, and a burst of so many at once. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** Keys remembered, at least; beyond, those not seen lately are forgotten. */
const CAPACITY = 50_000;

/**
 * Holds each key to a rate, by the generic cell rate algorithm (ITU-T I.371, annex A): one number a key, no timers.
 * Memory is bounded: twice `CAPACITY` keys.
 */
export class RateLimit {
  /** When a key's allowance would be whole again, in milliseconds of `now`. */
  private readonly wholeAts = new RecentlyUsed<string, number>(CAPACITY);
  private readonly costMs: number;
  private readonly depthMs: number;

  constructor(
    { perSecond, burst }: Rate,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.costMs = 1_000 / perSecond;
    this.depthMs = burst * this.costMs;
  }

  /** Takes one of the key's allowance; answers 0, or how many milliseconds to wait where there is none left. */
  take(key: string): number {
    const now = this.now();
    const wholeAt = this.wholeAt(key, now) + this.costMs;
    const waitMs = this.waitOf(wholeAt, now);
    if (waitMs > 0) return waitMs;
    this.wholeAts.set(key, wholeAt);
    return 0;
  }

  /** How many milliseconds the key would have to wait now; takes nothing. */
  wait(key: string): number {
    const now = this.now();
    return this.waitOf(this.wholeAt(key, now) + this.costMs, now);
  }

  private wholeAt(key: string, now: number): number {
    return Math.max(this.wholeAts.get(key) ?? 0, now);
  }

  /** The allowance is a whole number of costs: what rounding leaves is none. */
  private waitOf(wholeAt: number, now: number): number {
    const over = wholeAt - now - this.depthMs;
    return over > this.costMs / 1_000 ? over : 0;
  }
}
