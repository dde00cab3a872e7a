import { EMPTY_ROOT, nodeHash, splitOf, type Digest } from './merkle';

/** Hashes in a full tile. Eight levels of the tree lie in one (C2SP tlog-tiles). */
export const TILE_WIDTH = 256;

/**
 * A tile's place. Level 0 holds the leaves' hashes; a hash of level n stands for a full tile of level n - 1.
 */
export interface TilePlace {
  readonly level: number;
  readonly index: number;
}

/** A tile's hashes, in order: the tree's last of each level may be short. */
export type Tile = readonly Digest[];

/** Reads a tile that was kept. It may have grown since the size that is asked about. */
export type ReadTile = (place: TilePlace) => Promise<Tile | undefined>;

/** The kept hashes are not those of a tree of the size asked about: they were lost or altered. */
export class TreeDamagedError extends Error {
  override readonly name = 'TreeDamagedError';
}

/** Takes leaves one after the other, and holds no more than the tiles that are not full yet. */
export class GrowingTree {
  /** By level, the hashes of the tile that is not full. */
  readonly #edge: Digest[][];
  /** Levels whose tile has grown since it was taken. */
  readonly #growing = new Set<number>();
  readonly #grown = new Map<string, { readonly place: TilePlace; readonly tile: Tile }>();
  #size: number;

  private constructor(size: number, edge: Digest[][]) {
    this.#size = size;
    this.#edge = edge;
  }

  /** A tree without leaves. */
  static empty(): GrowingTree {
    return new GrowingTree(0, []);
  }

  /**
   * Goes on with a tree that was kept.
   * @throws TreeDamagedError when its last tiles are not there.
   */
  static async resume(size: number, read: ReadTile): Promise<GrowingTree> {
    const edge: Digest[][] = [];
    for (let level = 0, left = size; left > 0; level += 1, left = Math.floor(left / TILE_WIDTH)) {
      const count = left % TILE_WIDTH;
      const place = { level, index: Math.floor(left / TILE_WIDTH) };
      edge.push(count === 0 ? [] : [...(await hashesOf(place, count, read))]);
    }
    return new GrowingTree(size, edge);
  }

  get size(): number {
    return this.#size;
  }

  /** By level, the hashes of the tile that is not full: with the size, all that `resume` reads. */
  get edge(): readonly Tile[] {
    return this.#edge.map((hashes) => [...hashes]);
  }

  append(leaf: Digest): void {
    this.#size += 1;
    this.#push(0, leaf);
  }

  /** The tiles that grew since this was asked last, the full ones of lower levels first. */
  takeGrown(): readonly { readonly place: TilePlace; readonly tile: Tile }[] {
    for (const [level, hashes] of this.#edge.entries()) {
      if (this.#growing.has(level) && hashes.length > 0) this.#keep(level, [...hashes]);
    }
    this.#growing.clear();
    const grown = [...this.#grown.values()];
    this.#grown.clear();
    return grown;
  }

  root(): Digest {
    const peaks = this.#edge.toReversed().flatMap(peaksOf);
    return (
      peaks.reduceRight<Digest | undefined>(
        (right, peak) => (right === undefined ? peak : nodeHash(peak, right)),
        undefined,
      ) ?? EMPTY_ROOT
    );
  }

  #push(level: number, digest: Digest): void {
    const hashes = (this.#edge[level] ??= []);
    hashes.push(digest);
    this.#growing.add(level);
    if (hashes.length < TILE_WIDTH) return;
    this.#keep(level, hashes);
    this.#edge[level] = [];
    this.#push(level + 1, rootOf(hashes));
  }

  #keep(level: number, tile: Tile): void {
    const width = TILE_WIDTH ** level;
    // A full tile is kept before the leaf that follows it: its own last leaf decides its index.
    const index = Math.floor((Math.floor(this.#size / width) - 1) / TILE_WIDTH);
    this.#grown.set(`${String(level)}/${String(index)}`, { place: { level, index }, tile });
  }
}

/** The roots of the complete subtrees that the hashes make up, the largest first. */
function peaksOf(hashes: Tile): readonly Digest[] {
  const peaks: Digest[] = [];
  let from = 0;
  for (let width = TILE_WIDTH / 2; width > 0; width /= 2) {
    if (hashes.length - from < width) continue;
    peaks.push(rootOf(hashes.slice(from, from + width)));
    from += width;
  }
  return peaks;
}

/** Of a power of two of hashes, side by side. */
function rootOf(hashes: Tile): Digest {
  let row = hashes;
  while (row.length > 1) {
    const above: Digest[] = [];
    for (let at = 0; at < row.length; at += 2) {
      const [left, right] = [row[at], row[at + 1]];
      if (left !== undefined && right !== undefined) above.push(nodeHash(left, right));
    }
    row = above;
  }
  return row[0] ?? EMPTY_ROOT;
}

async function hashesOf(place: TilePlace, count: number, read: ReadTile): Promise<Tile> {
  const tile = await read(place);
  if (tile !== undefined && tile.length >= count) return tile.slice(0, count);
  throw new TreeDamagedError(
    `The tree lacks tile ${String(place.index)} of level ${String(place.level)}: build it again from the log.`,
  );
}

/** Makes proofs out of kept tiles. Each instance reads a tile once. */
export class TreeProofs {
  readonly #tiles = new Map<string, Promise<Tile>>();
  readonly #read: ReadTile;

  constructor(read: ReadTile) {
    this.#read = read;
  }

  /** Root of the tree's first `size` leaves. */
  root(size: number): Promise<Digest> {
    return size === 0 ? Promise.resolve(EMPTY_ROOT) : this.#range(0, size);
  }

  /** PATH(index, D[size]) of RFC 6962, section 2.1.1, from the leaf upwards. `index` is below `size`. */
  async inclusion(index: number, size: number): Promise<readonly Digest[]> {
    const path: Digest[] = [];
    for (let [from, to] = [0, size]; to - from > 1;) {
      const middle = from + splitOf(to - from);
      path.push(index < middle ? await this.#range(middle, to) : await this.#range(from, middle));
      if (index < middle) to = middle;
      else from = middle;
    }
    return path.reverse();
  }

  /** PROOF(earlier, D[later]) of RFC 6962, section 2.1.2. Empty where either tree is empty or they are the same. */
  async consistency(earlier: number, later: number): Promise<readonly Digest[]> {
    if (earlier === 0 || earlier === later) return [];
    const path: Digest[] = [];
    let [from, to] = [0, later];
    while (earlier !== to) {
      const middle = from + splitOf(to - from);
      const isLeft = earlier <= middle;
      path.push(isLeft ? await this.#range(middle, to) : await this.#range(from, middle));
      if (isLeft) to = middle;
      else from = middle;
    }
    // The earlier tree itself is known to who asks.
    if (from > 0) path.push(await this.#range(from, to));
    return path.reverse();
  }

  /** MTH(D[from:to]) of RFC 6962: aligned as its recursion splits, so that each part is a complete subtree. */
  async #range(from: number, to: number): Promise<Digest> {
    const size = to - from;
    if (isPower(size)) return this.#subtree(from, size);
    const middle = from + splitOf(size);
    return nodeHash(await this.#range(from, middle), await this.#range(middle, to));
  }

  /** A complete subtree's root: a run of one tile's hashes, at the level where it has fewer than a tile. */
  async #subtree(from: number, size: number): Promise<Digest> {
    let [level, start, count] = [0, from, size];
    while (count >= TILE_WIDTH) {
      [level, start, count] = [level + 1, start / TILE_WIDTH, count / TILE_WIDTH];
    }
    const offset = start % TILE_WIDTH;
    const tile = await this.#tile({ level, index: Math.floor(start / TILE_WIDTH) }, offset + count);
    return rootOf(tile.slice(offset, offset + count));
  }

  async #tile(place: TilePlace, count: number): Promise<Tile> {
    const key = `${String(place.level)}/${String(place.index)}`;
    const kept = this.#tiles.get(key) ?? this.#load(place);
    this.#tiles.set(key, kept);
    return hashesOf(place, count, () => kept);
  }

  async #load(place: TilePlace): Promise<Tile> {
    return (await this.#read(place)) ?? [];
  }
}

function isPower(size: number): boolean {
  return size === 1 || size === 2 * splitOf(size);
}
