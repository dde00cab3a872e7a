import { createHash, createPublicKey, verify } from 'node:crypto';

// A verifier of proofs written from RFC 9162 (2.1.3.2, 2.1.4.2), RFC 6962 (2.1) and C2SP's signed-note and tlog-checkpoint
// alone, and from nothing of the library that makes the proofs. Everything is refused by `false`.

interface Note {
  readonly origin: string;
  readonly size: bigint;
  readonly root: Buffer;
}

/** Whether the proof's text shows to who holds the verifier key (as signed-note writes it) that its event stands in the log. */
export function provesInclusion(text: string, vkey: string): boolean {
  return orFalse(() => {
    const { format, event, index, path, checkpoint } = JSON.parse(text) as Record<string, unknown>;
    if (format !== 'tierbook-inclusion-proof/1') return false;
    if (typeof event !== 'string' || typeof index !== 'number') return false;
    const note = opened(checkpoint, vkey);
    const hashes = hashesIn(path);
    if (note === undefined || hashes === undefined || !Number.isSafeInteger(index)) return false;
    const leaf = sha(Buffer.of(0), Buffer.from(event, 'utf8'));
    return isIncluded(leaf, BigInt(index), note, hashes);
  });
}

/** Whether the proof's text shows that its log begins with all that the note that was kept signs. */
export function provesConsistency(text: string, kept: string, vkey: string): boolean {
  return orFalse(() => {
    const { format, from, path, checkpoint } = JSON.parse(text) as Record<string, unknown>;
    if (format !== 'tierbook-consistency-proof/1' || typeof from !== 'number') return false;
    const [first, second, hashes] = [opened(kept, vkey), opened(checkpoint, vkey), hashesIn(path)];
    if (first === undefined || second === undefined || hashes === undefined) return false;
    if (first.origin !== second.origin || BigInt(from) !== first.size) return false;
    return isConsistent(first, second, hashes);
  });
}

/** Whether the note is a checkpoint that the key has signed. */
export function isSigned(note: string, vkey: string): boolean {
  return orFalse(() => opened(note, vkey) !== undefined);
}

/** signed-note: text, an empty line, and lines of signatures; tlog-checkpoint: origin, size, root, extensions. */
function opened(note: unknown, vkey: string): Note | undefined {
  if (typeof note !== 'string' || !note.endsWith('\n')) return undefined;
  const split = note.lastIndexOf('\n\n');
  if (split < 0) return undefined;
  const text = note.slice(0, split + 1);
  const [, name = '', id = '', encoded = ''] = /^([^+\s]+)\+([0-9a-f]{8})\+(.+)$/.exec(vkey) ?? [];
  const key = base64(encoded);
  if (key?.length !== 33 || key[0] !== 1) return undefined;
  const keyId = sha(Buffer.from(`${name}\n`, 'utf8'), key).subarray(0, 4);
  if (keyId.toString('hex') !== id) return undefined;
  const x = key.subarray(1).toString('base64url');
  const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  let isByKey = false;
  for (const line of note.slice(split + 2, -1).split('\n')) {
    const [, signer, signature = ''] = /^\u2014 (\S+) (\S+)$/.exec(line) ?? [];
    const bytes = base64(signature);
    if (signer === undefined || bytes === undefined) return undefined;
    // Other keys' signatures are passed by; a wrong one of this key is not.
    if (signer !== name || !bytes.subarray(0, 4).equals(keyId)) continue;
    if (!verify(null, Buffer.from(text, 'utf8'), publicKey, bytes.subarray(4))) return undefined;
    isByKey = true;
  }
  const [origin = '', size = '', root = ''] = text.split('\n');
  const digest = base64(root);
  if (!isByKey || origin !== name || digest?.length !== 32) return undefined;
  if (!/^(0|[1-9][0-9]*)$/.test(size)) return undefined;
  return { origin, size: BigInt(size), root: digest };
}

/** RFC 9162, 2.1.3.2. */
function isIncluded(leaf: Buffer, index: bigint, tree: Note, path: readonly Buffer[]): boolean {
  if (index < 0n || index >= tree.size) return false;
  let [fn, sn, r] = [index, tree.size - 1n, leaf];
  for (const p of path) {
    if (sn === 0n) return false;
    if (isSet(fn) || fn === sn) {
      r = sha(Buffer.of(1), p, r);
      if (!isSet(fn)) {
        do [fn, sn] = [fn >> 1n, sn >> 1n];
        while (!isSet(fn) && fn !== 0n);
      }
    } else {
      r = sha(Buffer.of(1), r, p);
    }
    [fn, sn] = [fn >> 1n, sn >> 1n];
  }
  return sn === 0n && r.equals(tree.root);
}

/** RFC 9162, 2.1.4.2; where the first tree is empty or both are one, RFC 6962 has an empty proof. */
function isConsistent(first: Note, second: Note, proof: readonly Buffer[]): boolean {
  if (first.size > second.size) return false;
  if (first.size === second.size) return proof.length === 0 && first.root.equals(second.root);
  if (first.size === 0n) return proof.length === 0 && first.root.equals(sha());
  const isPower = (first.size & (first.size - 1n)) === 0n;
  const path = isPower ? [first.root, ...proof] : [...proof];
  let [fn, sn] = [first.size - 1n, second.size - 1n];
  while (isSet(fn)) [fn, sn] = [fn >> 1n, sn >> 1n];
  const start = path.shift();
  if (start === undefined) return false;
  let [fr, sr] = [start, start];
  for (const c of path) {
    if (sn === 0n) return false;
    if (isSet(fn) || fn === sn) {
      fr = sha(Buffer.of(1), c, fr);
      sr = sha(Buffer.of(1), c, sr);
      if (!isSet(fn)) {
        do [fn, sn] = [fn >> 1n, sn >> 1n];
        while (!isSet(fn) && fn !== 0n);
      }
    } else {
      sr = sha(Buffer.of(1), sr, c);
    }
    [fn, sn] = [fn >> 1n, sn >> 1n];
  }
  return sn === 0n && fr.equals(first.root) && sr.equals(second.root);
}

function isSet(value: bigint): boolean {
  return (value & 1n) === 1n;
}

function hashesIn(path: unknown): readonly Buffer[] | undefined {
  if (!Array.isArray(path)) return undefined;
  const hashes = path.map((each) => (typeof each === 'string' ? base64(each) : undefined));
  return hashes.every((each) => each?.length === 32) ? (hashes as Buffer[]) : undefined;
}

/** RFC 4648, section 4, in its one form. */
function base64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}

function sha(...parts: readonly Buffer[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

function orFalse(check: () => boolean): boolean {
  try {
    return check();
  } catch {
    return false;
  }
}
