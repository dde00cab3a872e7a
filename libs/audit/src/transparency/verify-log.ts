import type { EventReader, Position } from '@tierbook/eventing';
import type { StateStore } from '@tierbook/state';
import type { Checkpoint } from './checkpoint';
import { leafHash } from './merkle';
import { GrowingTree, TILE_WIDTH, type Tile } from './merkle-tree';
import { TreeStore } from './tree-store';

/** What a checkpoint says and the log does not, in one line for each. Empty: nothing was altered since they were signed. */
export interface Verdict {
  /** Events read. */
  readonly events: number;
  readonly faults: readonly string[];
}

/**
 * Reads the whole log and holds it to checkpoints that were opened before, in bounded memory. The tree that
 * was kept beside the log, where it is given, tells which event differs first.
 */
export async function verifyLog(
  reader: EventReader,
  checkpoints: readonly Checkpoint[],
  kept?: StateStore,
  onProgress: (events: number) => void = () => undefined,
): Promise<Verdict> {
  const tree = GrowingTree.empty();
  const faults: string[] = [];
  const expected = new KeptLeaves(kept);
  const check = () => {
    for (const { size, root, position } of checkpoints) {
      if (size === tree.size && !tree.root().equals(root)) {
        faults.push(
          `The ${String(size)} events up to ${position ?? 'the beginning'} are not those that the checkpoint signs.`,
        );
      }
    }
  };
  check();
  for await (const { events } of reader.readCanonical()) {
    for (const { text, position, id } of events) {
      const leaf = leafHash(text);
      if (faults.length === 0 && (await expected.differs(tree.size, leaf))) {
        faults.push(differsAt(tree.size, position, id));
      }
      tree.append(leaf);
      check();
    }
    // Only the edge of the tree is needed.
    tree.takeGrown();
    onProgress(events.length);
  }
  for (const { size, position } of checkpoints) {
    if (size > tree.size) {
      faults.push(
        `The log ends after ${String(tree.size)} events, and the checkpoint signs ${String(size)}, up to ${position ?? '-'}.`,
      );
    }
  }
  return { events: tree.size, faults };
}

function differsAt(index: number, position: Position, id: string): string {
  return `Event ${id} at ${position}, the first that differs (index ${String(index)}), is not the one that was taken into the tree.`;
}

/** The leaves that were taken into the tree, a tile at a time. */
class KeptLeaves {
  readonly #store: TreeStore | undefined;
  #index = -1;
  #tile: Tile = [];

  constructor(state: StateStore | undefined) {
    this.#store = state === undefined ? undefined : new TreeStore(state);
  }

  /** Whether another leaf was kept at the index. */
  async differs(at: number, leaf: Buffer): Promise<boolean> {
    if (this.#store === undefined) return false;
    const index = Math.floor(at / TILE_WIDTH);
    if (index !== this.#index) {
      this.#tile = (await this.#store.tile({ level: 0, index })) ?? [];
      this.#index = index;
    }
    const kept = this.#tile[at % TILE_WIDTH];
    return kept !== undefined && !kept.equals(leaf);
  }
}
