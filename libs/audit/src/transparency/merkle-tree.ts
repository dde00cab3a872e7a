import { DIGEST_BYTES, EMPTY_ROOT, nodeHash, rootOf, splitOf, type Digest } from './merkle';

/** Hashes in a full tile. Eight levels of the tree lie in one (C2SP tlog-tiles). */
export const TILE_WIDTH = 256;
const TILE_BYTES = TILE_WIDTH * DIGEST_BYTES;

/**
 * A tile's place. Level 0 holds the leaves' hashes; a hash of level n stands for a full tile of level n - 1.
 */
export interface TilePlace {
  readonly level: number;
  readonly index: number;
}

/** A tile's hashes, in order, side by side: the tree's last of each level may be short. */
export type Tile = Buffer;

/** Reads a tile that was kept. It may have grown since the size that is asked about. */
export type ReadTile = (place: TilePlace) => Promise<Tile | undefined>;

/** The kept hashes are not those of a tree of the size asked about: they were lost or altered. */
export class TreeDamagedError extends Error {
  override readonly name = 'TreeDamagedError';
}

/** A tile that is not full. */
interface OpenTile {
  /** Room for a full one. */
  readonly bytes: Buffer;
  length: number;
}

/** Takes leaves one after the other, and holds no more than the tiles that are not full yet. */
export class GrowingTree {
  /** By level. */
  readonly #edge: OpenTile[];
  /** Levels whose tile has grown since it was taken. */
  readonly #growing = new Set<number>();
  readonly #grown = new Map<string, { readonly place: TilePlace; readonly tile: Tile }>();
  #size: number;

  private constructor(size: number, edge: OpenTile[]) {
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
    const edge: OpenTile[] = [];
    for (let level = 0, left = size; left > 0; level += 1, left = Math.floor(left / TILE_WIDTH)) {
      const count = left % TILE_WIDTH;
      const place = { level, index: Math.floor(left / TILE_WIDTH) };
      edge.push(openTile(count === 0 ? undefined : await hashesOf(place, count, read)));
    }
    return new GrowingTree(size, edge);
  }

  get size(): number {
    return this.#size;
  }

  /** By level, the hashes of the tile that is not full: with the size, all that `resume` reads. */
  get edge(): readonly Tile[] {
    return this.#edge.map(copyOf);
  }

  /** @param leaves the hash of a leaf, or of several, side by side. */
  append(leaves: Buffer): void {
    for (let at = 0; at < leaves.length;) {
      const room = TILE_BYTES - (this.#edge[0]?.length ?? 0);
      const part = leaves.subarray(at, at + room);
      this.#size += part.length / DIGEST_BYTES;
      this.#push(0, part);
      at += part.length;
    }
  }

  /** The tiles that grew since this was asked last, the full ones of lower levels first. */
  takeGrown(): readonly { readonly place: TilePlace; readonly tile: Tile }[] {
    for (const [level, open] of this.#edge.entries()) {
      if (this.#growing.has(level) && open.length > 0) this.#keep(level, copyOf(open));
    }
    this.#growing.clear();
    const grown = [...this.#grown.values()];
    this.#grown.clear();
    return grown;
  }

  root(): Digest {
    const peaks = this.edge.toReversed().flatMap(peaksOf);
    return (
      peaks.reduceRight<Digest | undefined>(
        (right, peak) => (right === undefined ? peak : nodeHash(peak, right)),
        undefined,
      ) ?? EMPTY_ROOT
    );
  }

  /** No more than the level's tile has room for. */
  #push(level: number, hashes: Buffer): void {
    const open = (this.#edge[level] ??= openTile());
    hashes.copy(open.bytes, open.length);
    open.length += hashes.length;
    this.#growing.add(level);
    if (open.length < TILE_BYTES) return;
    this.#keep(level, open.bytes);
    this.#edge[level] = openTile();
    this.#push(level + 1, rootOf(open.bytes));
  }

  #keep(level: number, tile: Tile): void {
    const width = TILE_WIDTH ** level;
    // A full tile is kept before the leaf that follows it: its own last leaf decides its index.
    const index = Math.floor((Math.floor(this.#size / width) - 1) / TILE_WIDTH);
    this.#grown.set(`${String(level)}/${String(index)}`, { place: { level, index }, tile });
  }
}

function openTile(hashes: Tile = Buffer.alloc(0)): OpenTile {
  const bytes = Buffer.allocUnsafe(TILE_BYTES);
  return { bytes, length: hashes.copy(bytes) };
}

function copyOf({ bytes, length }: OpenTile): Tile {
  return Buffer.from(bytes.subarray(0, length));
}

/** The roots of the complete subtrees that the hashes make up, the largest first. */
function peaksOf(hashes: Tile): readonly Digest[] {
  const peaks: Digest[] = [];
  let from = 0;
  for (let length = TILE_BYTES / 2; length >= DIGEST_BYTES; length /= 2) {
    if (hashes.length - from < length) continue;
    peaks.push(rootOf(hashes.subarray(from, from + length)));
    from += length;
  }
  return peaks;
}

/** So many of a tile's first hashes. */
async function hashesOf(place: TilePlace, count: number, read: ReadTile): Promise<Tile> {
  const tile = await read(place);
  const length = count * DIGEST_BYTES;
  if (tile !== undefined && tile.length >= length) return tile.subarray(0, length);
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
    return rootOf(tile.subarray(offset * DIGEST_BYTES));
  }

  async #tile(place: TilePlace, count: number): Promise<Tile> {
    const key = `${String(place.level)}/${String(place.index)}`;
    const kept = this.#tiles.get(key) ?? this.#load(place);
    this.#tiles.set(key, kept);
    return hashesOf(place, count, () => kept);
  }

  async #load(place: TilePlace): Promise<Tile> {
    return (await this.#read(place)) ?? Buffer.alloc(0);
  }
}

function isPower(size: number): boolean {
  return size === 1 || size === 2 * splitOf(size);
}
