import {
  parsePosition,
  StoreRefusedError,
  type CanonicalBatch,
  type CanonicalEvent,
  type EventReader,
  type Position,
} from '@tierbook/eventing';
import type { StateStore } from '@tierbook/state';
import type { Checkpoint } from './checkpoint';
import { DIGEST_BYTES, leafHashes } from './merkle';
import { GrowingTree, TILE_WIDTH } from './merkle-tree';
import { TreeStore, type KeptHead } from './tree-store';

/** What a checkpoint says and the log does not, in one line for each. Empty: nothing was altered since they were signed. */
export interface Verdict {
  /** Events in the log. */
  readonly events: number;
  /** So many of them, from the first on, are those that the last of the checkpoints that hold signs. */
  readonly signed: number;
  readonly faults: readonly string[];
  /** It was stopped before the log's end: go on from what was saved. */
  readonly stopped: boolean;
}

/**
 * How far a verification has come without a fault, to go on from: the word of whoever keeps it that all before was read
 * and held. What was read is not read again, so it must be kept where nobody writes whose changes are looked for.
 */
export interface Verification {
  readonly format: 'tierbook-verification/1';
  readonly logId: string;
  readonly size: number;
  readonly position: Position;
  readonly eventId: string;
  /** By level of the tree, the hashes of the tile that is not full, side by side, base64. */
  readonly edge: readonly string[];
  /** Checkpoints that were found to hold. */
  readonly held: readonly { readonly size: number; readonly root: string }[];
}

export interface VerifyOptions {
  /** The state beside the log: the tree that is kept there tells which event differs first. */
  readonly kept?: StateStore | undefined;
  /** Where an earlier verification stopped. */
  readonly from?: Verification | undefined;
  /** Given what to go on from, now and then and where it is stopped. */
  readonly save?: (reached: Verification) => Promise<void>;
  readonly onProgress?: (events: number) => void;
  /** Stops it after the page being read. */
  readonly signal?: AbortSignal;
}

/** What the text holds, if it has the form of what a verification saved. */
export function parseVerification(text: string): Verification | undefined {
  try {
    const value = JSON.parse(text) as Partial<Verification> | null;
    const { format, logId, size, position, eventId, edge, held } = value ?? {};
    const isOne =
      format === 'tierbook-verification/1' &&
      [logId, position, eventId].every((each) => typeof each === 'string') &&
      Number.isSafeInteger(size) &&
      Array.isArray(edge) &&
      edge.every((each) => typeof each === 'string') &&
      Array.isArray(held);
    return isOne ? (value as Verification) : undefined;
  } catch {
    return undefined;
  }
}

/** Events after which what was reached is saved. */
const SAVE_EVERY = 100_000;

/**
 * Reads the log, from its beginning or from where an earlier verification stopped, and holds it to checkpoints that
 * were opened before. In bounded memory, whatever the log's length.
 *
 * @throws StoreRefusedError when `from` is of another log, or of one that has changed since.
 */
export async function verifyLog(
  reader: EventReader,
  checkpoints: readonly Checkpoint[],
  { kept, from, save, onProgress, signal }: VerifyOptions = {},
): Promise<Verdict> {
  if (from !== undefined) await requireSameLog(reader, from);
  // Asked before the log is read, which may grow meanwhile.
  const taken = kept && (await new TreeStore(kept).head())?.value;
  const held = new HeldTree(checkpoints, from, await treeOf(from));
  const expected = new KeptLeaves(kept);
  let [last, saved] = [from && { position: from.position, id: from.eventId }, held.size];
  const reached = async (): Promise<void> => {
    if (last === undefined || save === undefined || held.hasFault) return;
    await save(held.reached(reader.logId, last));
    saved = held.size;
  };
  for await (const { events } of reader.readCanonical({ after: from?.position })) {
    await expected.load(held.size, events.length);
    held.take(events, expected);
    last = events.at(-1) ?? last;
    onProgress?.(events.length);
    if (held.size - saved >= SAVE_EVERY) await reached();
    if (signal?.aborted === true) {
      await reached();
      return { ...held.verdict, stopped: true };
    }
  }
  held.end(taken);
  return { ...held.verdict, stopped: false };
}

async function requireSameLog(reader: EventReader, from: Verification): Promise<void> {
  const found = reader.logId === from.logId ? (await reader.eventAt(from.position))?.id : undefined;
  if (found === from.eventId) return;
  throw new StoreRefusedError(
    `The verification stopped at event ${from.eventId} at ${from.position}, which is not in this log (${reader.logId}): begin anew.`,
  );
}

/** Of the events read before; no event of them is read again. */
function treeOf(from: Verification | undefined): Promise<GrowingTree> {
  const edge = (from?.edge ?? []).map((hashes) => Buffer.from(hashes, 'base64'));
  return GrowingTree.resume(from?.size ?? 0, ({ level }) => Promise.resolve(edge[level]));
}

/** An event that is not the one that was taken into the tree. */
interface Difference {
  readonly index: number;
  readonly event: Pick<CanonicalEvent, 'id' | 'position'>;
}

/** The log's tree as it is read, held to checkpoints as it reaches their sizes. */
class HeldTree {
  readonly faults: string[] = [];
  readonly #held: { size: number; root: string }[];
  readonly #pending: Checkpoint[];
  #difference: Difference | undefined;

  constructor(
    checkpoints: readonly Checkpoint[],
    from: Verification | undefined,
    private readonly tree: GrowingTree,
  ) {
    this.#held = [...(from?.held ?? [])];
    const isHeld = ({ size, root }: Checkpoint): boolean =>
      this.#held.some((each) => each.size === size && each.root === root.toString('base64'));
    this.#pending = checkpoints
      .filter((each) => !isHeld(each))
      .sort((one, other) => one.size - other.size);
    for (const { size } of this.#pending) {
      if (size >= tree.size) continue;
      throw new StoreRefusedError(
        `The verification stopped after ${String(tree.size)} events, and was not held to the checkpoint of ${String(size)}: begin anew.`,
      );
    }
    this.#check(from?.position ?? null);
  }

  get verdict(): Pick<Verdict, 'events' | 'signed' | 'faults'> {
    const signed = Math.max(0, ...this.#held.map(({ size }) => size));
    return { events: this.size, signed, faults: this.faults };
  }

  get size(): number {
    return this.tree.size;
  }

  get hasFault(): boolean {
    return this.faults.length > 0 || this.#difference !== undefined;
  }

  take(events: CanonicalBatch['events'], kept: KeptLeaves): void {
    for (let at = 0; at < events.length;) {
      // As far as the next checkpoint, which is held to the tree of its size.
      const next = (this.#pending[0]?.size ?? Infinity) - this.tree.size;
      const part = events.slice(at, at + next);
      this.#append(part, kept);
      this.#check(part.at(-1)?.position ?? null);
      at += part.length;
    }
    // Only the edge of the tree is needed.
    this.tree.takeGrown();
  }

  /** @param taken how far the tree is that is kept beside the log. */
  end(taken: KeptHead | undefined): void {
    if (taken !== undefined && taken.size > this.size) {
      this.faults.push(
        `The log ends after ${String(this.size)} events, and the tree kept in state has taken in ${String(taken.size)}, up to ${taken.position ?? '-'}: ` +
          'what came last was cut off, or the copy was made while the service wrote (`tierbook backup` makes a whole one).',
      );
    }
    for (const { size, position } of this.#pending) {
      this.faults.push(
        `The log ends after ${String(this.size)} events, and the checkpoint signs ${String(size)}, up to ${position ?? '-'}.`,
      );
    }
    if (this.#difference === undefined) return;
    const { index, event } = this.#difference;
    const which = `(index ${String(index)}: event ${event.id} at ${event.position})`;
    const isSigned = this.#held.some(({ size }) => size > index);
    this.faults.unshift(
      isSigned
        ? `The log is as it was signed, and the tree kept in state is another ${which}: restore the state, or remove it and let the service build it again.`
        : `Event ${event.id} at ${event.position}, the first that differs (index ${String(index)}), is not the one that was taken into the tree.`,
    );
  }

  reached(logId: string, { position, id }: Pick<CanonicalEvent, 'id' | 'position'>): Verification {
    return {
      format: 'tierbook-verification/1',
      logId,
      size: this.size,
      position,
      eventId: id,
      edge: this.tree.edge.map((hashes) => hashes.toString('base64')),
      held: this.#held,
    };
  }

  #append(events: CanonicalBatch['events'], kept: KeptLeaves): void {
    const leaves = leafHashes(events.map(({ text }) => text));
    const index =
      this.#difference === undefined ? kept.differing(this.tree.size, leaves) : undefined;
    const event = index === undefined ? undefined : events[index - this.tree.size];
    if (index !== undefined && event !== undefined) this.#difference = { index, event };
    this.tree.append(leaves);
  }

  /** @param end of the events so far, in this log. */
  #check(end: Position | null): void {
    while (this.#pending[0]?.size === this.tree.size) {
      const [{ size, root, position }] = this.#pending.splice(0, 1) as [Checkpoint];
      if (!this.tree.root().equals(root)) {
        this.faults.push(
          `The ${String(size)} events up to ${position ?? 'the beginning'} are not those that the checkpoint signs.`,
        );
      } else if (isMoved(end, position)) {
        this.faults.push(
          `The ${String(size)} events are those that the checkpoint signs, but the last of them stands at ${end ?? '-'}, and stood at ${position ?? '-'} when it was signed: positions were changed.`,
        );
      } else {
        this.#held.push({ size, root: root.toString('base64') });
      }
    }
  }
}

/**
 * A leaf does not hold its position, which is another in a copy of the log: such a log has another id, and callers'
 * positions of the former one are refused there.
 */
function isMoved(end: Position | null, signed: Position | null): boolean {
  if (end === null || signed === null) return end !== signed;
  return end !== signed && parsePosition(end)?.logId === parsePosition(signed)?.logId;
}

/** The leaves that were taken into the tree, as far as they are kept. */
class KeptLeaves {
  readonly #store: TreeStore | undefined;
  /** By the tile's index, its digests side by side. */
  #tiles = new Map<number, Buffer>();

  constructor(state: StateStore | undefined) {
    this.#store = state === undefined ? undefined : new TreeStore(state);
  }

  /** Reads what is kept of so many leaves from an index on, which can then be asked about. */
  async load(from: number, count: number): Promise<void> {
    if (this.#store === undefined) return;
    const tiles = new Map<number, Buffer>();
    const last = Math.floor((from + count - 1) / TILE_WIDTH);
    for (let index = Math.floor(from / TILE_WIDTH); index <= last; index += 1) {
      const known = this.#tiles.get(index) ?? (await this.#store.tile({ level: 0, index }));
      if (known !== undefined) tiles.set(index, known);
    }
    this.#tiles = tiles;
  }

  /** Index of the first of these leaves, side by side from an index on, in whose place another is kept. */
  differing(from: number, leaves: Buffer): number | undefined {
    for (let at = 0; at < leaves.length;) {
      const first = from + at / DIGEST_BYTES;
      const start = (first % TILE_WIDTH) * DIGEST_BYTES;
      const ours = leaves.subarray(at, at + TILE_WIDTH * DIGEST_BYTES - start);
      const theirs = this.#tiles.get(Math.floor(first / TILE_WIDTH))?.subarray(start);
      const index = theirs && firstDifferent(ours, theirs);
      if (index !== undefined) return first + index;
      at += ours.length;
    }
    return undefined;
  }
}

/** Which of the hashes, side by side, is another in the second row, as far as both go. */
function firstDifferent(one: Buffer, other: Buffer): number | undefined {
  const shorter = Math.min(one.length, other.length);
  const length = shorter - (shorter % DIGEST_BYTES);
  if (one.compare(other, 0, length, 0, length) === 0) return undefined;
  let at = 0;
  while (one.compare(other, at, at + DIGEST_BYTES, at, at + DIGEST_BYTES) === 0) at += DIGEST_BYTES;
  return at / DIGEST_BYTES;
}
