import type { Position } from '@tierbook/eventing';
import type { StateStore } from '@tierbook/state';
import type { Tile, TilePlace } from './merkle-tree';

/** How far the kept tree is, and the event that its last leaf stands for. */
export interface KeptHead {
  /** Which log this is a tree of: told once, and kept through copies of the log. */
  readonly origin: string;
  readonly size: number;
  /** `null` of an empty tree, as `eventId`. */
  readonly position: Position | null;
  readonly eventId: string | null;
  /** Names that the log had before it was restored, the first one first; left out where it never was. */
  readonly former?: readonly FormerOrigin[];
}

/** A log that this one goes on from, and how many of its events were saved. */
export interface FormerOrigin {
  readonly origin: string;
  readonly size: number;
}

const TILES = 'audit-tiles';
export const TREE = 'audit-tree';
const HEAD = 'head';
const NOTE = 'checkpoint';

interface KeptTile {
  /** Digests side by side, base64. */
  readonly hashes: string;
  /** Of level 0: the position of the event before its first leaf's, `null` at the log's beginning. */
  readonly after: Position | null;
}

/** The tree in StateStore: tiles first, then the head that counts them, so that a crash between only writes them again. */
export class TreeStore {
  constructor(private readonly state: StateStore) {}

  async head(): Promise<{ readonly value: KeptHead; readonly version: number } | undefined> {
    return this.state.get<KeptHead & Record<string, never>>(TREE, HEAD);
  }

  /** Answers the new version, or `undefined` when another signer has moved the head meanwhile. */
  putHead(head: KeptHead, version: number | undefined): Promise<number | undefined> {
    const { former, ...rest } = head;
    const names = former?.map((each) => ({ ...each }));
    const value = { ...rest, ...(names === undefined ? {} : { former: names }) };
    return this.state.put(TREE, HEAD, value, version === undefined ? 'absent' : { version });
  }

  /** The signed note that was published last. */
  async note(): Promise<string | undefined> {
    return (await this.state.get<string>(TREE, NOTE))?.value;
  }

  async putNote(note: string): Promise<void> {
    await this.state.put(TREE, NOTE, note);
  }

  async removeNote(): Promise<void> {
    await this.state.remove(TREE, NOTE);
  }

  readonly tile = async (place: TilePlace): Promise<Tile | undefined> => {
    const kept = await this.#kept(place);
    return kept && Buffer.from(kept.hashes, 'base64');
  };

  /** Where to read the log from to find the tile's leaves: after this position, `null` for its beginning. */
  async startOf(index: number): Promise<Position | null | undefined> {
    return (await this.#kept({ level: 0, index }))?.after;
  }

  async putTile(place: TilePlace, tile: Tile, after: Position | null): Promise<void> {
    await this.state.put(TILES, keyOf(place), { hashes: tile.toString('base64'), after });
  }

  async #kept(place: TilePlace): Promise<KeptTile | undefined> {
    const record = await this.state.get<KeptTile & Record<string, never>>(TILES, keyOf(place));
    return record?.value;
  }
}

/** Tiles of a level lie side by side, in order. */
function keyOf({ level, index }: TilePlace): string {
  return `${String(level)}/${String(index).padStart(12, '0')}`;
}
