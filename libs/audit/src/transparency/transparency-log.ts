import type { KeyObject } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import {
  parsePosition,
  StoreRefusedError,
  type CanonicalEvent,
  type EventReader,
  type Position,
} from '@tierbook/eventing';
import type { StateStore } from '@tierbook/state';
import type { RefusalLogHead } from '../refusal-log';
import {
  openCheckpoint,
  signCheckpoint,
  verifierKeyOf,
  type Checkpoint,
  type VerifierKey,
} from './checkpoint';
import { LogProofs } from './log-proofs';
import { leafHash } from './merkle';
import { GrowingTree, TILE_WIDTH, TreeProofs } from './merkle-tree';
import { TreeStore, type KeptHead } from './tree-store';

/** Leaves that a restart takes in again at most. */
const MOST_AT_ONCE = 10_000;

export interface TransparencyLogOptions {
  readonly reader: EventReader;
  readonly state: StateStore;
  /** Names the log in its checkpoints, when it has none yet: C2SP asks for a URL without a scheme. */
  readonly origin: string;
  /** Ed25519, the current one first: all of them sign, so that who knows only a former one goes on. */
  readonly signers: readonly KeyObject[];
  readonly refusals: () => Promise<RefusalLogHead>;
  /** Puts the signed checkpoint where it outlives log and state. Durable when it resolves. */
  readonly publish: (note: string) => Promise<void>;
}

/** The tree as it stands in memory, with what of it is kept. */
interface Grown {
  readonly tree: GrowingTree;
  head: KeptHead;
  /** Of the kept head; `undefined` while there is none. */
  version: number | undefined;
  /** Of each tile of leaves that is being filled or not kept yet, by its index: the position of the event before its first leaf. */
  readonly starts: Map<number, Position | null>;
}

/**
 * The log's Merkle tree (RFC 6962) and its signed checkpoints. The tree follows the log; nothing in it is
 * asked when a command is decided.
 */
export class TransparencyLog {
  /** Proves by the last checkpoint, whichever process signed it. */
  readonly proofs: LogProofs;
  readonly #options: TransparencyLogOptions;
  readonly #store: TreeStore;
  #grown: Grown;

  private constructor(options: TransparencyLogOptions, store: TreeStore, grown: Grown) {
    this.proofs = new LogProofs(options.reader, options.state);
    this.#options = options;
    this.#store = store;
    this.#grown = grown;
  }

  /**
   * Goes on with the tree that is kept. `published` is the last checkpoint, from where `publish` put it.
   *
   * @throws StoreRefusedError when the log does not reach that checkpoint, or is not the log that it signs.
   * @throws CheckpointInvalidError when it is not signed by a key that is known here.
   */
  static async open(
    options: TransparencyLogOptions,
    published: string | undefined,
  ): Promise<TransparencyLog> {
    const store = new TreeStore(options.state);
    const grown = await keptTree(store, options.origin);
    await requireEvent(options.reader, grown.head);
    const log = new TransparencyLog(options, store, grown);
    if (published !== undefined) await log.#requireExtends(published);
    return log;
  }

  /** Who may sign this log's checkpoints, the current key first. */
  get keys(): readonly VerifierKey[] {
    return this.#options.signers.map((signer) => verifierKeyOf(this.#grown.head.origin, signer));
  }

  /** The last signed checkpoint, as a note; `undefined` before the first. */
  checkpoint(): Promise<string | undefined> {
    // Another process may have signed it.
    return this.#store.note();
  }

  /** Takes in what the log has got since, and signs and publishes a checkpoint when anything changed. */
  async advance(signal?: AbortSignal): Promise<void> {
    // Where keeping it failed, the tree has leaves that will be read again.
    if (this.#grown.tree.size !== this.#grown.head.size) {
      this.#grown = await keptTree(this.#store, this.#options.origin);
    }
    await this.#follow(signal);
    await this.#sign();
  }

  /** Reads on to the log's end. What was taken in is kept now and then, so that a restart goes on from there. */
  async #follow(signal?: AbortSignal): Promise<void> {
    const { tree, starts } = this.#grown;
    const from = this.#grown.head.position;
    let last: CanonicalEvent | undefined;
    for await (const { events } of this.#options.reader.readCanonical({
      after: from ?? undefined,
    })) {
      for (const event of events) {
        if (tree.size % TILE_WIDTH === 0) starts.set(tileAt(tree.size), last?.position ?? from);
        tree.append(leafHash(event.text));
        last = event;
      }
      if (tree.size - this.#grown.head.size >= MOST_AT_ONCE && last !== undefined) {
        await this.#keep(last);
      }
      if (signal?.aborted === true) break;
      // Hashing waits for nothing: others have their turn between pages.
      await setImmediate();
    }
    if (last !== undefined && last.id !== this.#grown.head.eventId) await this.#keep(last);
  }

  async #keep({ position, id }: CanonicalEvent): Promise<void> {
    await this.#keepTiles();
    const { head: before, tree, version: expected } = this.#grown;
    const head = { ...before, size: tree.size, position, eventId: id };
    const version = await this.#store.putHead(head, expected);
    if (version === undefined) {
      throw new Error(
        'Another process has moved the audit tree: one process signs, and it is not this one.',
      );
    }
    this.#grown.head = head;
    this.#grown.version = version;
  }

  /** All at once, for a store that writes such together; none is under way any more when one of them fails, and they are written again. */
  async #keepTiles(): Promise<void> {
    const { tree, starts } = this.#grown;
    const puts = tree.takeGrown().map(({ place, tile }) => {
      const after = place.level === 0 ? (starts.get(place.index) ?? null) : null;
      return this.#store.putTile(place, tile, after);
    });
    const failed = (await Promise.allSettled(puts)).find(({ status }) => status === 'rejected');
    if (failed?.status === 'rejected') throw failed.reason;
    for (const index of starts.keys()) if (index < tileAt(tree.size)) starts.delete(index);
  }

  async #sign(): Promise<void> {
    const { head, tree } = this.#grown;
    const checkpoint: Checkpoint = {
      origin: head.origin,
      size: head.size,
      root: tree.root(),
      position: head.position,
      refusals: await this.#options.refusals(),
    };
    const before = await this.checkpoint();
    const note = signCheckpoint(checkpoint, this.#options.signers);
    // Ed25519 signs the same text the same way (RFC 8032).
    if (note === before) return;
    await this.#options.publish(note);
    await this.#store.putNote(note);
  }

  async #requireExtends(published: string): Promise<void> {
    const checkpoint = openCheckpoint(published, this.keys);
    const { position, size, root } = checkpoint;
    const end = await this.#options.reader.head();
    if (position !== null && (end === undefined || isBefore(end, position))) {
      throw new StoreRefusedError(
        `The event log ends at ${end ?? 'its beginning'}, and its last audit checkpoint was signed at ${position}: ` +
          'events that were acknowledged are missing. Restore the log from its newest backup.',
      );
    }
    // State may be behind what was signed: the tree is built from the log.
    if (this.#grown.head.size < size) await this.#follow();
    const now = await new TreeProofs(this.#store.tile).root(size);
    if (this.#grown.head.size >= size && now.equals(root)) return;
    throw new StoreRefusedError(
      `The event log is not the one that the audit checkpoint at ${position ?? 'its beginning'} signs: ` +
        'events were changed, removed or put in between. Run `tierbook audit verify` to see where, and restore the log.',
    );
  }
}

/** The tree that is kept; an empty one, of a log of that name, where there is none. */
async function keptTree(store: TreeStore, origin: string): Promise<Grown> {
  const kept = await store.head();
  const head = kept?.value ?? { origin, size: 0, position: null, eventId: null };
  const tree = await GrowingTree.resume(head.size, store.tile);
  const starts = new Map<number, Position | null>();
  if (head.size % TILE_WIDTH > 0) {
    const filling = tileAt(head.size);
    starts.set(filling, (await store.startOf(filling)) ?? null);
  }
  return { tree, head, version: kept?.version, starts };
}

/** The index of the tile in which the tree's next leaf comes to lie. */
function tileAt(size: number): number {
  return Math.floor(size / TILE_WIDTH);
}

/**
 * Lets the tree be built again from a copy of its log, under the name that it has: what is kept says where in
 * the old log its leaves lie. The copy's hashes are the same, so that the last checkpoint is held to them.
 */
export async function beginTreeOfCopy(state: StateStore, logId: string): Promise<void> {
  const store = new TreeStore(state);
  const kept = await store.head();
  const position = kept?.value.position ?? null;
  if (kept === undefined || position === null || parsePosition(position)?.logId === logId) return;
  await store.putHead({ ...kept.value, size: 0, position: null, eventId: null }, kept.version);
}

/** Positions of different logs do not compare; what differs else is found by its hashes. */
function isBefore(end: Position, position: Position): boolean {
  return end < position && parsePosition(end)?.logId === parsePosition(position)?.logId;
}

/** A log whose event at the tree's end is another is not the one that the tree was made of. */
async function requireEvent(reader: EventReader, { position, eventId }: KeptHead): Promise<void> {
  if (position === null) return;
  const found = await reader.eventAt(position);
  if (found?.id === eventId) return;
  throw new StoreRefusedError(
    `The event log ends at ${(await reader.head()) ?? 'its beginning'}, and its audit tree at ${position}, with event ` +
      `${eventId ?? '?'}, which is not in this log: log and state do not belong together. Restore both from one backup.`,
  );
}
