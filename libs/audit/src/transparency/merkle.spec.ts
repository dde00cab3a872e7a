import { createHash, generateKeyPairSync, verify } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatPosition } from '@tierbook/eventing';
import {
  CheckpointInvalidError,
  formatVerifierKey,
  openCheckpoint,
  parseVerifierKey,
  signCheckpoint,
  verifierKeyOf,
} from './checkpoint';
import { isConsistent, isIncluded, leafHash, type Digest } from './merkle';
import { GrowingTree, TreeProofs, TreeDamagedError, type Tile } from './merkle-tree';

// Written from RFC 6962 and RFC 9162 alone, on text of leaves, with nothing of the library's own.
const sha = (...parts: readonly (Buffer | string)[]): Buffer => {
  const made = createHash('sha256');
  for (const part of parts) made.update(part);
  return made.digest();
};
/** MTH, RFC 6962 section 2.1. */
function mth(leaves: readonly string[]): Buffer {
  const [first] = leaves;
  if (first === undefined) return sha('');
  if (leaves.length === 1) return sha(Buffer.of(0), first);
  const k = powerBelow(leaves.length);
  return sha(Buffer.of(1), mth(leaves.slice(0, k)), mth(leaves.slice(k)));
}
/** PATH, RFC 6962 section 2.1.1. */
function path(m: number, leaves: readonly string[]): Buffer[] {
  if (leaves.length <= 1) return [];
  const k = powerBelow(leaves.length);
  return m < k
    ? [...path(m, leaves.slice(0, k)), mth(leaves.slice(k))]
    : [...path(m - k, leaves.slice(k)), mth(leaves.slice(0, k))];
}
/** PROOF, RFC 6962 section 2.1.2. */
function subproof(m: number, leaves: readonly string[], isWhole: boolean): Buffer[] {
  if (m === leaves.length) return isWhole ? [] : [mth(leaves)];
  const k = powerBelow(leaves.length);
  return m <= k
    ? [...subproof(m, leaves.slice(0, k), isWhole), mth(leaves.slice(k))]
    : [...subproof(m - k, leaves.slice(k), false), mth(leaves.slice(0, k))];
}
function powerBelow(n: number): number {
  return 2 ** Math.floor(Math.log2(n - 1));
}

const textOf = (n: number) => `{"n":${String(n)},"text":"ção"}`;
const leavesUpTo = (size: number) => Array.from({ length: size }, (_, n) => textOf(n));

/** A tree of so many leaves, and what it kept. */
function grown(size: number) {
  const tree = GrowingTree.empty();
  const kept = new Map<string, Tile>();
  for (let n = 0; n < size; n += 1) {
    tree.append(leafHash(textOf(n)));
    if (n % 97 === 0) keep(tree, kept);
  }
  keep(tree, kept);
  return { tree, kept, read: readerOf(kept) };
}
function keep(tree: GrowingTree, kept: Map<string, Tile>): void {
  for (const { place, tile } of tree.takeGrown()) kept.set(`${place.level}/${place.index}`, tile);
}
function readerOf(kept: ReadonlyMap<string, Tile>) {
  return (place: { readonly level: number; readonly index: number }) =>
    Promise.resolve(kept.get(`${place.level}/${place.index}`));
}

const SIZES = [0, 1, 2, 3, 7, 8, 255, 256, 257, 511, 512, 513, 1000];

describe('the tree', () => {
  it.each(SIZES)('of %d leaves has the root that RFC 6962 defines', async (size) => {
    const { tree, read } = grown(size);
    expect(tree.root()).toEqual(mth(leavesUpTo(size)));
    expect(await new TreeProofs(read).root(size)).toEqual(tree.root());
    expect((await GrowingTree.resume(size, read)).root()).toEqual(tree.root());
  });

  it('proves what RFC 6962 proves, at any size that it had, and its verifier takes it', async () => {
    const { read } = grown(1_300);
    const seed = Math.floor(Math.random() * 2 ** 31);
    console.info(`seed: ${String(seed)}`);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 1_300 }), fc.nat(), async (size, at) => {
        const index = at % size;
        const leaves = leavesUpTo(size);
        const proofs = new TreeProofs(read);
        const root = await proofs.root(size);
        const inclusion = await proofs.inclusion(index, size);
        expect(inclusion).toEqual(path(index, leaves));
        expect(isIncluded(leafHash(textOf(index)), index, size, inclusion, root)).toBe(true);

        const earlier = 1 + index;
        const consistency = await proofs.consistency(earlier, size);
        expect(consistency).toEqual(subproof(earlier, leaves, true));
        const before = { size: earlier, root: mth(leaves.slice(0, earlier)) };
        expect(isConsistent(before, { size, root }, consistency)).toBe(true);
      }),
      { seed, numRuns: 150 },
    );
  });

  it('goes on after a stop as if there had been none', async () => {
    for (const stop of [1, 255, 256, 300, 513]) {
      const first = grown(stop);
      const second = await GrowingTree.resume(stop, first.read);
      for (let n = stop; n < 900; n += 1) second.append(leafHash(textOf(n)));
      expect(second.root()).toEqual(mth(leavesUpTo(900)));
      keep(second, first.kept);
      expect(await new TreeProofs(first.read).root(700)).toEqual(mth(leavesUpTo(700)));
    }
  });

  it('says when its tiles are lost', async () => {
    const { kept, read } = grown(600);
    kept.delete('0/2');
    await expect(GrowingTree.resume(600, read)).rejects.toThrow(TreeDamagedError);
    await expect(new TreeProofs(read).root(600)).rejects.toThrow(TreeDamagedError);
  });
});

describe('a proof', () => {
  it('that is changed anywhere proves nothing', async () => {
    const { read } = grown(300);
    const proofs = new TreeProofs(read);
    const root = await proofs.root(300);
    const inclusion = await proofs.inclusion(123, 300);
    const leaf = leafHash(textOf(123));
    const holds = (
      index: number,
      size: number,
      steps: readonly Digest[],
      text = leaf,
      top = root,
    ) => isIncluded(text, index, size, steps, top);
    expect(holds(123, 300, inclusion)).toBe(true);
    for (const change of everyFlip(inclusion)) expect(holds(123, 300, change)).toBe(false);
    for (const index of [122, 124, 0, 299, 300, -1, 1.5]) {
      expect(holds(index, 300, inclusion)).toBe(false);
    }
    expect(holds(123, 300, inclusion.slice(1))).toBe(false);
    expect(holds(123, 300, [...inclusion, root])).toBe(false);
    expect(holds(123, 300, inclusion, leafHash(textOf(124)))).toBe(false);

    const consistency = await proofs.consistency(123, 300);
    const [before, after] = [
      { size: 123, root: await proofs.root(123) },
      { size: 300, root },
    ];
    expect(isConsistent(before, after, consistency)).toBe(true);
    for (const change of everyFlip(consistency)) {
      expect(isConsistent(before, after, change)).toBe(false);
    }
    expect(isConsistent(after, before, consistency)).toBe(false);
    expect(isConsistent({ ...before, size: 124 }, after, consistency)).toBe(false);
    expect(isConsistent({ ...before, root }, after, consistency)).toBe(false);
    expect(isConsistent(before, after, consistency.slice(0, -1))).toBe(false);
  });
});

/** The hashes with each of their bits flipped in turn, one in eight of them. */
function* everyFlip(hashes: readonly Digest[]): Generator<Digest[]> {
  for (const [at, digest] of hashes.entries()) {
    for (let byte = 0; byte < digest.length; byte += 1) {
      const flipped = Buffer.from(digest);
      flipped[byte] = (flipped[byte] ?? 0) ^ (1 << (byte % 8));
      yield hashes.map((each, index) => (index === at ? flipped : each));
    }
  }
}

describe('a checkpoint', () => {
  const { privateKey } = generateKeyPairSync('ed25519');
  const key = verifierKeyOf('tierbook.example/log', privateKey);
  const checkpoint = {
    origin: 'tierbook.example/log',
    size: 300,
    root: mth(leavesUpTo(300)),
    position: formatPosition('0123456789abcdef', 300),
    refusals: { size: 2, hash: 'ab'.repeat(32) },
  };
  const note = signCheckpoint(checkpoint, [privateKey]);

  it('is a note as C2SP defines it', () => {
    // Read by the texts of signed-note and tlog-checkpoint alone.
    const [text = '', signatures = ''] = note.split('\n\n');
    const [origin, size, root, ...extensions] = text.split('\n');
    expect([origin, size]).toEqual(['tierbook.example/log', '300']);
    expect(Buffer.from(root ?? '', 'base64')).toEqual(mth(leavesUpTo(300)));
    expect(extensions).toEqual([
      `position ${checkpoint.position}`,
      `refusals 2 ${'ab'.repeat(32)}`,
    ]);
    const [dash, name, encoded = ''] = signatures.trimEnd().split(' ');
    expect([dash, name]).toEqual(['\u2014', 'tierbook.example/log']);
    const bytes = Buffer.from(encoded, 'base64');
    const [keyName = '', hexId, rest = ''] = formatVerifierKey(key).split('+');
    const published = Buffer.from(formatVerifierKey(key).slice(keyName.length + 10), 'base64');
    expect(rest).not.toBe('');
    expect(sha(`${keyName}\n`, published).subarray(0, 4).toString('hex')).toBe(hexId);
    expect(bytes.subarray(0, 4).toString('hex')).toBe(hexId);
    expect(verify(null, Buffer.from(`${text}\n`), key.publicKey, bytes.subarray(4))).toBe(true);
  });

  it('is read back, also by a key that travelled as text', () => {
    expect(openCheckpoint(note, [parseVerifierKey(formatVerifierKey(key))])).toEqual({
      ...checkpoint,
      announced: [],
    });
    const other = generateKeyPairSync('ed25519').privateKey;
    const rotated = signCheckpoint(checkpoint, [other, privateKey]);
    const ids = [verifierKeyOf(checkpoint.origin, other).id, key.id];
    for (const known of [key, verifierKeyOf(checkpoint.origin, other)]) {
      const { announced, ...told } = openCheckpoint(rotated, [known]);
      expect(told).toEqual(checkpoint);
      // Each tells of the other, under its own signature.
      expect(announced.map(({ id }) => id)).toEqual(ids);
    }
    const empty = { ...checkpoint, size: 0, position: null };
    expect(openCheckpoint(signCheckpoint(empty, [privateKey]), [key])).toEqual({
      ...empty,
      announced: [],
    });
  });

  it('with any byte changed is none', () => {
    const bytes = Buffer.from(note);
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(() => openCheckpoint(changed.toString(), [key])).toThrow(CheckpointInvalidError);
    }
  });

  it('by a stranger, or without a signature, is none', () => {
    const stranger = generateKeyPairSync('ed25519').privateKey;
    expect(() => openCheckpoint(signCheckpoint(checkpoint, [stranger]), [key])).toThrow(
      'No signature by',
    );
    expect(() => openCheckpoint(note.split('\n\n')[0] ?? '', [key])).toThrow('no signed note');
    expect(() => parseVerifierKey('a+00000000+AAAA')).toThrow(CheckpointInvalidError);
  });
});
