import { AsyncLocalStorage } from 'node:async_hooks';

/** Which views' documents a piece of work has read while they stood still before an event. */
export class ParkedReads {
  readonly #views = new AsyncLocalStorage<Set<string>>();

  /** Runs the work, of which `views` then tells. */
  during<T>(work: () => T): T {
    return this.#views.run(new Set(), work);
  }

  /** A document of this view was read, by whatever work runs now. */
  note(view: string): void {
    this.#views.getStore()?.add(view);
  }

  /** What the work that runs now has read so far. */
  views(): readonly string[] {
    return [...(this.#views.getStore() ?? [])];
  }
}
