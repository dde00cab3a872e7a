/**
 * Does one thing for many askings: at once where it has not been done for a while, else when that while is over.
 * What asks in one turn of the event loop has its own answers go out first.
 */
export class Paced {
  #isAsked = false;
  #doneAt = -Infinity;
  #timer: NodeJS.Timeout | undefined;

  /** @param everyMs the least time between two doings, but for hurried ones. */
  constructor(
    private readonly work: () => void,
    private readonly everyMs: number,
  ) {}

  /** Has it done soon. */
  ask(): void {
    if (this.#isAsked) return;
    this.#isAsked = true;
    const restMs = this.#doneAt + this.everyMs - performance.now();
    if (restMs > 0) this.#timer = setTimeout(this.hurry, restMs);
    else setImmediate(this.hurry);
  }

  /** Does now what was asked for; nothing where nothing was. */
  readonly hurry = (): void => {
    if (!this.#isAsked) return;
    this.#isAsked = false;
    clearTimeout(this.#timer);
    this.#doneAt = performance.now();
    this.work();
  };
}
