import { hash } from 'node:crypto';

/** A SHA-256 digest: 32 bytes. */
export type Digest = Buffer;

export const DIGEST_BYTES = 32;
/** The root of a tree without leaves (RFC 6962, section 2.1). */
export const EMPTY_ROOT: Digest = hash('sha256', '', 'buffer');

// Node makes a digest as text, a character a byte, several times faster than as a buffer of its own.

/** Hash of a leaf (RFC 6962, section 2.1): SHA-256 over a zero byte and the text's UTF-8 bytes. */
export function leafHash(text: string): Digest {
  return leafHashes([text]);
}

/** Those of several leaves, side by side. */
export function leafHashes(texts: readonly string[]): Buffer {
  const hashes = Buffer.allocUnsafe(texts.length * DIGEST_BYTES);
  for (const [index, text] of texts.entries()) {
    hashes.write(hash('sha256', `\0${text}`, 'binary'), index * DIGEST_BYTES, 'binary');
  }
  return hashes;
}

const node = Buffer.alloc(1 + 2 * DIGEST_BYTES, 1);

/** Hash of an inner node (RFC 6962, section 2.1): SHA-256 over a one byte and its two children. */
export function nodeHash(left: Digest, right: Digest): Digest {
  left.copy(node, 1);
  right.copy(node, 1 + DIGEST_BYTES);
  return Buffer.from(hash('sha256', node, 'binary'), 'binary');
}

/** The root above a power of two of hashes, side by side. */
export function rootOf(hashes: Buffer): Digest {
  const row = Buffer.from(hashes);
  for (let { length } = row; length > DIGEST_BYTES; length /= 2) {
    for (let at = 0; at < length; at += 2 * DIGEST_BYTES) {
      row.copy(node, 1, at, at + 2 * DIGEST_BYTES);
      row.write(hash('sha256', node, 'binary'), at / 2, 'binary');
    }
  }
  return Buffer.from(row.subarray(0, DIGEST_BYTES));
}

/** The largest power of two below `size`, which is at least 2. */
export function splitOf(size: number): number {
  let split = 1;
  while (split * 2 < size) split *= 2;
  return split;
}

/** Whether the path shows that the leaf stands at `index` of the tree of `size` leaves with that root (RFC 9162, 2.1.3.2). */
export function isIncluded(
  leaf: Digest,
  index: number,
  size: number,
  path: readonly Digest[],
  root: Digest,
): boolean {
  if (!isIndex(index) || !isIndex(size) || index >= size) return false;
  let [at, last] = [index, size - 1];
  let reached = leaf;
  for (const sibling of path) {
    if (last === 0) return false;
    if (at % 2 === 1 || at === last) {
      reached = nodeHash(sibling, reached);
      while (at % 2 === 0 && at !== 0) [at, last] = [half(at), half(last)];
    } else {
      reached = nodeHash(reached, sibling);
    }
    [at, last] = [half(at), half(last)];
  }
  return last === 0 && reached.equals(root);
}

/** A tree as its checkpoint names it. */
export interface TreeHead {
  readonly size: number;
  readonly root: Digest;
}

/** Whether the path shows that the later tree only adds leaves to the earlier one (RFC 9162, 2.1.4.2). */
export function isConsistent(earlier: TreeHead, later: TreeHead, path: readonly Digest[]): boolean {
  if (!isIndex(earlier.size) || !isIndex(later.size) || earlier.size > later.size) return false;
  if (earlier.size === later.size) return path.length === 0 && earlier.root.equals(later.root);
  if (earlier.size === 0) return path.length === 0 && earlier.root.equals(EMPTY_ROOT);
  const steps = isPowerOfTwo(earlier.size) ? [earlier.root, ...path] : path;
  const [first, ...rest] = steps;
  if (first === undefined) return false;
  let [at, last] = [earlier.size - 1, later.size - 1];
  while (at % 2 === 1) [at, last] = [half(at), half(last)];
  let [before, after] = [first, first];
  for (const sibling of rest) {
    if (last === 0) return false;
    if (at % 2 === 1 || at === last) {
      before = nodeHash(sibling, before);
      after = nodeHash(sibling, after);
      while (at % 2 === 0 && at !== 0) [at, last] = [half(at), half(last)];
    } else {
      after = nodeHash(after, sibling);
    }
    [at, last] = [half(at), half(last)];
  }
  return last === 0 && before.equals(earlier.root) && after.equals(later.root);
}

function half(value: number): number {
  return Math.floor(value / 2);
}

function isPowerOfTwo(size: number): boolean {
  return size === 2 * splitOf(size) || size === 1;
}

function isIndex(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
