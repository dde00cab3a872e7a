import type { Position } from '@tierbook/eventing';
import { MAX_PURGED } from '../projection-store';

/**
 * Tombstones are kept so long. The build itself goes on from its checkpoint and needs none before it; but where
 * processes share a store, one that was overtaken may wake up and write what it had in hand, and must meet them.
 */
export const TOMBSTONES_KEPT_MS = 3_600_000;
const MARK_EVERY_MS = TOMBSTONES_KEPT_MS / 6;

/** Says up to where a build's tombstones can be forgotten: to where its checkpoint stood long enough ago. */
export class Purging {
  /** Where the checkpoint stood, and when. */
  readonly #marks: { readonly at: number; readonly position: Position }[] = [];
  #due: Position | undefined;

  /**
   * Where it stands now, at a time in milliseconds that never falls; answers up to where tombstones can be forgotten,
   * `undefined` where that was done.
   */
  reached(position: Position, now: number): Position | undefined {
    const last = this.#marks.at(-1);
    if (last === undefined || now - last.at >= MARK_EVERY_MS) {
      this.#marks.push({ at: now, position });
    }
    while (this.#marks[0] !== undefined && now - this.#marks[0].at >= TOMBSTONES_KEPT_MS) {
      this.#due = this.#marks.shift()?.position;
    }
    return this.#due;
  }

  /** So many were forgotten: fewer than at most are forgotten at once, and none is left. */
  forgot(count: number): void {
    if (count < MAX_PURGED) this.#due = undefined;
  }
}
