import type { Checkpoint, DocumentWrite, StoredDocument } from '../projection-store';

/** Documents that a runner holds, over all builds, before it writes them. */
export const MOST_HELD = 50_000;
/** How long: what a process that is killed has folded for nothing, and folds again. */
export const LONGEST_HELD_MS = 30_000;

/**
 * What events have made of a build that nobody reads yet, and how far. It is written once for many batches, since
 * most of a log's events change a document that others change after them.
 */
export class HeldDocuments {
  readonly #documents = new Map<string, DocumentWrite>();
  #checkpoint: Checkpoint | undefined;
  #since: number | undefined;

  /** What they reflect; `undefined` where nothing is held. */
  get checkpoint(): Checkpoint | undefined {
    return this.#checkpoint;
  }

  get size(): number {
    return this.#documents.size;
  }

  get(key: string): StoredDocument | undefined {
    return this.#documents.get(key);
  }

  /** Holds these in place of what it held of them. `now` is in milliseconds that never fall. */
  hold(documents: readonly DocumentWrite[], checkpoint: Checkpoint, now: number): void {
    for (const document of documents) this.#documents.set(document.key, document);
    this.#checkpoint = checkpoint;
    this.#since ??= now;
  }

  isOld(now: number): boolean {
    return this.#since !== undefined && now - this.#since >= LONGEST_HELD_MS;
  }

  documents(): readonly DocumentWrite[] {
    return [...this.#documents.values()];
  }

  /** They are written, or not wanted any more. */
  clear(): void {
    this.#documents.clear();
    this.#checkpoint = undefined;
    this.#since = undefined;
  }
}
