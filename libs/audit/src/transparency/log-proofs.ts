import type { EventReader, Position } from '@tierbook/eventing';
import type { StateStore } from '@tierbook/state';
import { isIncluded, leafHash, type Digest } from './merkle';
import { TILE_WIDTH, TreeProofs } from './merkle-tree';
import { ProofInvalidError, type ConsistencyProof, type InclusionProof } from './proofs';
import { TreeStore } from './tree-store';

/** The last checkpoint, and the size of the tree that it signs. */
interface Signed {
  readonly note: string;
  readonly size: number;
  readonly root: Digest;
}

/** Makes proofs of a log by the tree and the checkpoint that are kept in state: for who reads both, and signs nothing. */
export class LogProofs {
  readonly #reader: EventReader;
  readonly #store: TreeStore;

  constructor(reader: EventReader, state: StateStore) {
    this.#reader = reader;
    this.#store = new TreeStore(state);
  }

  /**
   * `undefined` where no event stands at the position, or no checkpoint signs it yet.
   * @throws ProofInvalidError where it would prove nothing, since the event is not the one that was signed.
   */
  async inclusion(position: Position): Promise<InclusionProof | undefined> {
    const signed = await this.#signed();
    if (signed === undefined) return undefined;
    const found = await this.#find(position, signed.size);
    if (found === undefined) return undefined;
    const path = await new TreeProofs(this.#store.tile).inclusion(found.index, signed.size);
    if (!isIncluded(leafHash(found.text), found.index, signed.size, path, signed.root)) {
      throw new ProofInvalidError(
        `The event at ${position} is not the one that was signed: it was changed, or the tree kept in state was. Run \`tierbook audit verify\` to see which.`,
      );
    }
    return {
      format: 'tierbook-inclusion-proof/1',
      event: found.text,
      index: found.index,
      path: path.map(textOf),
      checkpoint: signed.note,
    };
  }

  /** From an earlier size of the tree to the last checkpoint; `undefined` when it never was so large, or none is signed. */
  async consistency(from: number): Promise<ConsistencyProof | undefined> {
    const signed = await this.#signed();
    if (signed === undefined || from > signed.size) return undefined;
    const path = await new TreeProofs(this.#store.tile).consistency(from, signed.size);
    return {
      format: 'tierbook-consistency-proof/1',
      from,
      path: path.map(textOf),
      checkpoint: signed.note,
    };
  }

  /** Who checks the proof checks the signature: here it only says how large the tree was, and its root. */
  async #signed(): Promise<Signed | undefined> {
    const note = await this.#store.note();
    if (note === undefined) return undefined;
    const [, size, root = ''] = note.split('\n');
    return { note, size: Number(size), root: Buffer.from(root, 'base64') };
  }

  async #find(
    position: Position,
    size: number,
  ): Promise<{ readonly index: number; readonly text: string } | undefined> {
    const tile = await this.#tileOf(position, size);
    const after = await this.#store.startOf(tile);
    if (after === undefined) return undefined;
    let index = tile * TILE_WIDTH;
    for await (const { events } of this.#reader.readCanonical({ after: after ?? undefined })) {
      for (const event of events) {
        if (index >= size || event.position > position) return undefined;
        if (event.position === position) return { index, text: event.text };
        index += 1;
      }
    }
    return undefined;
  }

  /** The last tile that begins before the position. */
  async #tileOf(position: Position, size: number): Promise<number> {
    let [low, high] = [0, Math.max(0, Math.ceil(size / TILE_WIDTH) - 1)];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      const after = await this.#store.startOf(middle);
      if (after !== undefined && after !== null && after < position) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

function textOf(digest: Digest): string {
  return digest.toString('base64');
}
