import { RecentlyUsed } from '@tierbook/eventing';

/** Streams whose ends are remembered, at least. */
const CAPACITY = 20_000;

/**
 * The last revisions of streams that have been read to their end, kept current by the log's only writer, so
 * that nobody reads a file to learn that nothing was added. An end may be remembered too high, which costs a
 * read, and never too low, which would hide an event. Holds those used last.
 */
export class KnownEnds {
  readonly #ends = new RecentlyUsed<string, number>(CAPACITY);

  /** Whether the stream surely has no event at this revision or above. */
  isBefore(stream: string, revision: number): boolean {
    const end = this.#ends.get(stream);
    return end !== undefined && revision > end;
  }

  /** The stream has just been read, in this turn of the event loop, up to its last event. */
  read(stream: string, revision: number): void {
    this.#ends.set(stream, revision);
  }

  /** The stream holds an event of this revision. Where its end is not known, it may hold later ones. */
  written(stream: string, revision: number): void {
    const end = this.#ends.get(stream);
    if (end !== undefined && revision > end) this.#ends.set(stream, revision);
  }

  /** Nobody knows any more what has been written. */
  forget(): void {
    this.#ends.clear();
  }
}
