import {
  StoreRefusedError,
  type CanonicalBatch,
  type CanonicalEvent,
  type EventReader,
  type Position,
} from '@tierbook/eventing';
import type { StateStore } from '@tierbook/state';
import type { Checkpoint } from './checkpoint';
import { DIGEST_BYTES, leafHash, type Digest } from './merkle';
import { GrowingTree, TILE_WIDTH } from './merkle-tree';
import { digestsOf, TreeStore } from './tree-store';

/** What a checkpoint says and the log does not, in one line for each. Empty: nothing was altered since they were signed. */
export interface Verdict {
  /** Events in the log. */
  readonly events: number;
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
      return { events: held.size, faults: held.faults, stopped: true };
    }
  }
  held.end();
  return { events: held.size, faults: held.faults, stopped: false };
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
  const edge = (from?.edge ?? []).map(digestsOf);
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
    this.#check();
  }

  get size(): number {
    return this.tree.size;
  }

  get hasFault(): boolean {
    return this.faults.length > 0 || this.#difference !== undefined;
  }

  take(events: CanonicalBatch['events'], kept: KeptLeaves): void {
    for (const event of events) {
      const leaf = leafHash(event.text);
      if (this.#difference === undefined && kept.differs(this.tree.size, leaf)) {
        this.#difference = { index: this.tree.size, event };
      }
      this.tree.append(leaf);
      if (this.#pending[0]?.size === this.tree.size) this.#check();
    }
    // Only the edge of the tree is needed.
    this.tree.takeGrown();
  }

  end(): void {
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
      edge: this.tree.edge.map((hashes) => Buffer.concat(hashes).toString('base64')),
      held: this.#held,
    };
  }

  #check(): void {
    while (this.#pending[0]?.size === this.tree.size) {
      const [{ size, root, position }] = this.#pending.splice(0, 1) as [Checkpoint];
      if (this.tree.root().equals(root)) {
        this.#held.push({ size, root: root.toString('base64') });
        continue;
      }
      this.faults.push(
        `The ${String(size)} events up to ${position ?? 'the beginning'} are not those that the checkpoint signs.`,
      );
    }
  }
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
      const known = this.#tiles.get(index) ?? (await this.#store.tileBytes({ level: 0, index }));
      if (known !== undefined) tiles.set(index, known);
    }
    this.#tiles = tiles;
  }

  /** Whether another leaf is kept at the index. */
  differs(index: number, leaf: Digest): boolean {
    const tile = this.#tiles.get(Math.floor(index / TILE_WIDTH));
    const start = (index % TILE_WIDTH) * DIGEST_BYTES;
    if (tile === undefined || tile.length < start + DIGEST_BYTES) return false;
    return tile.compare(leaf, 0, DIGEST_BYTES, start, start + DIGEST_BYTES) !== 0;
  }
}
