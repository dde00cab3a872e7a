/** The least and the most time between two doings, but for hurried ones. */
export interface Rest {
  readonly leastMs: number;
  readonly mostMs: number;
}

/**
 * Does one thing for many askings: at once where it has not been done for a while, else when that while is over. The
 * while grows as long as askings come quicker, on average, than the least of it.
 * What asks in one turn of the event loop has its own answers go out first.
 */
export class Paced {
  #askings = 0;
  #restMs: number;
  #doneAt = -Infinity;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly work: () => void,
    private readonly rest: Rest,
  ) {
    this.#restMs = rest.leastMs;
  }

  /** Has it done soon. */
  ask(): void {
    this.#askings++;
    if (this.#askings > 1) return;
    const leftMs = this.#doneAt + this.#restMs - performance.now();
    if (leftMs > 0) this.#timer = setTimeout(this.hurry, leftMs);
    else setImmediate(this.hurry);
  }

  /** Does now what was asked for; nothing where nothing was. */
  readonly hurry = (): void => {
    if (this.#askings === 0) return;
    clearTimeout(this.#timer);
    const { leastMs, mostMs } = this.rest;
    const now = performance.now();
    const areQuick = this.#askings * leastMs > now - this.#doneAt;
    this.#restMs = areQuick ? Math.min(2 * this.#restMs, mostMs) : leastMs;
    this.#askings = 0;
    this.#doneAt = now;
    this.work();
  };
}
