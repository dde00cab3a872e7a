/** Entries of a leaf before it splits, and children of a branch. */
const FANOUT = 16;
const BITS = 4;

type Leaf<V> = ReadonlyMap<string, V>;
type Node<V> = Leaf<V> | readonly (Node<V> | undefined)[];

/**
 * A map of which every version stays as it was: `with` copies the few nodes on the way to the entry,
 * so that a state with thousands of entries can be folded one event at a time. Up to 16 entries are in
 * the order in which they came; more are in an order of their own, the same for the same keys.
 */
export class PersistentMap<K extends string, V> implements ReadonlyMap<K, V> {
  private constructor(
    private readonly root: Node<V>,
    readonly size: number,
  ) {}

  static empty<K extends string, V>(): PersistentMap<K, V> {
    return new PersistentMap<K, V>(new Map(), 0);
  }

  /** The same map with this entry, added or replaced. */
  with(key: K, value: V): PersistentMap<K, V> {
    const root = put(this.root, key, value, hashOf(key), 0);
    return new PersistentMap<K, V>(root, this.size + (this.has(key) ? 0 : 1));
  }

  get(key: K): V | undefined {
    return this.leafOf(key)?.get(key);
  }

  has(key: K): boolean {
    return this.leafOf(key)?.has(key) ?? false;
  }

  *entries(): MapIterator<[K, V]> {
    yield* entriesOf(this.root) as Iterable<[K, V]>;
    return undefined;
  }

  *keys(): MapIterator<K> {
    for (const [key] of this.entries()) yield key;
    return undefined;
  }

  *values(): MapIterator<V> {
    for (const [, value] of this.entries()) yield value;
    return undefined;
  }

  [Symbol.iterator](): MapIterator<[K, V]> {
    return this.entries();
  }

  forEach(callback: (value: V, key: K, map: ReadonlyMap<K, V>) => void): void {
    for (const [key, value] of this.entries()) callback(value, key, this);
  }

  private leafOf(key: K): Leaf<V> | undefined {
    let hash = hashOf(key);
    let node: Node<V> | undefined = this.root;
    while (isBranch(node)) {
      node = node[hash % FANOUT];
      hash >>>= BITS;
    }
    return node;
  }
}

function isBranch<V>(node: Node<V> | undefined): node is readonly (Node<V> | undefined)[] {
  return Array.isArray(node);
}

/** FNV-1a, 32 bits: eight levels of branches; below those a leaf holds what is left. */
function hashOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < key.length; index += 1) {
    hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}

function put<V>(
  node: Node<V> | undefined,
  key: string,
  value: V,
  hash: number,
  depth: number,
): Node<V> {
  if (isBranch(node)) {
    const slot = hash % FANOUT;
    return node.with(slot, put(node[slot], key, value, hash >>> BITS, depth + 1));
  }
  const leaf = new Map(node).set(key, value);
  return leaf.size <= FANOUT || depth * BITS >= 32 ? leaf : split(leaf, depth);
}

function split<V>(leaf: Leaf<V>, depth: number): Node<V> {
  const empty: Node<V> = new Array<undefined>(FANOUT).fill(undefined);
  return [...leaf].reduce<Node<V>>(
    (branch, [key, value]) => put(branch, key, value, hashOf(key) >>> (depth * BITS), depth),
    empty,
  );
}

function* entriesOf<V>(node: Node<V> | undefined): Generator<[string, V]> {
  if (isBranch(node)) for (const child of node) yield* entriesOf(child);
  else if (node !== undefined) yield* node;
}
