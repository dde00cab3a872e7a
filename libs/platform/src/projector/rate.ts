const WINDOW_MS = 10_000;

/** How fast a count rises, over the last ten seconds. */
export class Rate {
  readonly #samples: { readonly at: number; readonly count: number }[] = [];

  /** @param now milliseconds, on a clock that never goes back. */
  constructor(private readonly now: () => number = () => performance.now()) {}

  /** What the count is now. A count that has fallen began anew. */
  note(count: number): void {
    const last = this.#samples.at(-1);
    if (last !== undefined && count < last.count) this.#samples.length = 0;
    const at = this.now();
    this.#forget(at);
    // Ten a second are enough, and bound what is kept.
    const before = this.#samples.at(-2);
    if (before !== undefined && at - before.at < 100) this.#samples.pop();
    this.#samples.push({ at, count });
  }

  perSecond(): number {
    const now = this.now();
    this.#forget(now);
    const [first] = this.#samples;
    const last = this.#samples.at(-1);
    if (first === undefined || last === undefined || now <= first.at) return 0;
    return ((last.count - first.count) * 1_000) / (now - first.at);
  }

  /** Keeps the last sample before the window, from which the window's rise is counted. */
  #forget(now: number): void {
    while ((this.#samples[1]?.at ?? Infinity) <= now - WINDOW_MS) this.#samples.shift();
  }
}
