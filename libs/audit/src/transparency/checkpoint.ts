import { createPublicKey, hash, sign, verify, type JsonWebKey, type KeyObject } from 'node:crypto';
import { parsePosition, type Position } from '@tierbook/eventing';
import type { RefusalLogHead } from '../refusal-log';
import { DIGEST_BYTES, type TreeHead } from './merkle';

/** A tree, how far the log reached when it was signed, and the refusal log beside it. */
export interface Checkpoint extends TreeHead {
  /** Which log: the same for all of its checkpoints. */
  readonly origin: string;
  /** Of the last leaf's event; `null` of an empty log. */
  readonly position: Position | null;
  readonly refusals: RefusalLogHead;
}

/** A checkpoint as it was found, signed. */
export interface SignedCheckpoint extends Checkpoint {
  /**
   * Where more than one key signs, as while one is replaced: all of them. They stand in the text, so that who trusts
   * one of them is told of the others by it.
   */
  readonly announced: readonly VerifierKey[];
}

/** Not a checkpoint of this log under a known key. The message says what is wrong with it. */
export class CheckpointInvalidError extends Error {
  override readonly name = 'CheckpointInvalidError';
}

/** Ed25519 in C2SP signed-note: the algorithm's byte before the public key. */
const ED25519 = 1;
const ID_BYTES = 4;
const SIGNATURE_BYTES = 64;
/** The dash is an em dash (U+2014), as C2SP signed-note has it. */
const SIGNATURE_LINE = /^— (\S+) (\S+)$/;

/** Who may sign checkpoints, as signed-note's "vkey" writes it: `<name>+<id>+<key>`. */
export interface VerifierKey {
  readonly name: string;
  /** Eight hexadecimal digits. */
  readonly id: string;
  readonly publicKey: KeyObject;
}

/** The verifier key of a signer; `privateKey` is of Ed25519. */
export function verifierKeyOf(name: string, privateKey: KeyObject): VerifierKey {
  const publicKey = createPublicKey(privateKey);
  return { name, id: keyId(name, rawOf(publicKey)), publicKey };
}

export function formatVerifierKey({ name, id, publicKey }: VerifierKey): string {
  return `${name}+${id}+${Buffer.from([ED25519, ...rawOf(publicKey)]).toString('base64')}`;
}

/** @throws CheckpointInvalidError for what is no verifier key. */
export function parseVerifierKey(text: string): VerifierKey {
  const [, name = '', id = '', encoded = ''] =
    /^([^+\s]+)\+([0-9a-f]{8})\+(\S+)$/.exec(text.trim()) ?? [];
  const bytes = Buffer.from(encoded, 'base64');
  const raw = bytes.subarray(1);
  if (bytes[0] !== ED25519 || raw.length !== 32 || keyId(name, raw) !== id) {
    throw new CheckpointInvalidError(`"${text.trim().slice(0, 100)}" is no Ed25519 verifier key.`);
  }
  const jwk: JsonWebKey = { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') };
  return { name, id, publicKey: createPublicKey({ key: jwk, format: 'jwk' }) };
}

/** The checkpoint as a note (C2SP tlog-checkpoint, signed-note), signed by each key in the order given. */
export function signCheckpoint(checkpoint: Checkpoint, signers: readonly KeyObject[]): string {
  const keys = signers.map((each) => verifierKeyOf(checkpoint.origin, each));
  const text = textOf({ ...checkpoint, announced: keys.length > 1 ? keys : [] });
  const signatures = signers.map((privateKey) => {
    const { name, id } = verifierKeyOf(checkpoint.origin, privateKey);
    const signature = sign(null, Buffer.from(text), privateKey);
    return `— ${name} ${Buffer.concat([Buffer.from(id, 'hex'), signature]).toString('base64')}\n`;
  });
  return `${text}\n${signatures.join('')}`;
}

/**
 * The checkpoint that the note holds, once a signature by one of the keys is right. Signatures by others
 * are passed by, as C2SP signed-note asks.
 *
 * @throws CheckpointInvalidError when none is, one by a known key is wrong, or the note is no checkpoint.
 */
export function openCheckpoint(note: string, keys: readonly VerifierKey[]): SignedCheckpoint {
  const end = note.lastIndexOf('\n\n');
  if (end < 0 || !note.endsWith('\n')) throw new CheckpointInvalidError('It is no signed note.');
  const text = note.slice(0, end + 1);
  const lines = note.slice(end + 2, -1).split('\n');
  const known = lines.filter((line) => isSignedBy(line, keys, text));
  if (known.length === 0) throw new CheckpointInvalidError(strangersUnder(text, lines, keys));
  return parse(text);
}

/** Why none of the keys is under it: it is of another log, or of another key of this one. */
function strangersUnder(
  text: string,
  lines: readonly string[],
  keys: readonly VerifierKey[],
): string {
  const [origin = ''] = text.split('\n');
  const given = keys.map(({ name, id }) => `${name}+${id}`).join(' or ');
  if (keys.every(({ name }) => name !== origin)) {
    return `It is of log ${origin}, and the verifier key is of another: ${given}.`;
  }
  const signers = lines.flatMap((line) => {
    const [, name = '', encoded = ''] = SIGNATURE_LINE.exec(line) ?? [];
    const id = Buffer.from(encoded, 'base64').subarray(0, ID_BYTES).toString('hex');
    return name === origin ? [`${name}+${id}`] : [];
  });
  return signers.length === 0
    ? `No signature by ${given} stands under it.`
    : `No signature by ${given} stands under it, but by another key: ${signers.join(' and ')}. Is yours an old one? Take over the one that signs now by a way that you trust.`;
}

/** Whether a known key signed so. A wrong signature in the name of a known key is a forgery, not a stranger's. */
function isSignedBy(line: string, keys: readonly VerifierKey[], text: string): boolean {
  const [, name, encoded = ''] = SIGNATURE_LINE.exec(line) ?? [];
  const bytes = Buffer.from(encoded, 'base64');
  if (name === undefined || bytes.toString('base64') !== encoded) {
    throw new CheckpointInvalidError('A line below its text is no signature.');
  }
  const id = bytes.subarray(0, ID_BYTES).toString('hex');
  const key = keys.find((each) => each.name === name && each.id === id);
  if (key === undefined) return false;
  const signature = bytes.subarray(ID_BYTES);
  const isRight =
    signature.length === SIGNATURE_BYTES &&
    verify(null, Buffer.from(text), key.publicKey, signature);
  if (!isRight) throw new CheckpointInvalidError(`The signature by ${name}+${id} is wrong.`);
  return true;
}

function textOf({ origin, size, root, position, refusals, announced }: SignedCheckpoint): string {
  return [
    origin,
    String(size),
    root.toString('base64'),
    `position ${position ?? '-'}`,
    `refusals ${String(refusals.size)} ${refusals.hash}`,
    ...(announced.length === 0 ? [] : [`keys ${announced.map(withoutName).join(' ')}`]),
    '',
  ].join('\n');
}

/** A verifier key of the log that the text names: `<id>+<key>`. */
function withoutName(key: VerifierKey): string {
  return formatVerifierKey(key).slice(key.name.length + 1);
}

function parse(text: string): SignedCheckpoint {
  const [origin = '', size = '', encoded = '', at = '', refused = '', more = ''] = text.split('\n');
  const root = Buffer.from(encoded, 'base64');
  const [, count = '', hashOfLast = ''] = /^refusals (\d+) ([0-9a-f]{64})$/.exec(refused) ?? [];
  const [, position = ''] = /^position (\S+)$/.exec(at) ?? [];
  const checkpoint = {
    origin,
    size: Number(size),
    root,
    position: position === '-' ? null : (position as Position),
    refusals: { size: Number(count), hash: hashOfLast },
    announced: more.startsWith('keys ')
      ? more
          .slice(5)
          .split(' ')
          .map((key) => parseVerifierKey(`${origin}+${key}`))
      : [],
  };
  const isOfALog = position === '-' || parsePosition(position) !== undefined;
  // Written again it is the same text: nothing was passed over, and no number has a second form.
  if (root.length !== DIGEST_BYTES || !isOfALog || textOf(checkpoint) !== text) {
    throw new CheckpointInvalidError('Its text is not that of a checkpoint of Tierbook.');
  }
  return checkpoint;
}

function keyId(name: string, raw: Buffer): string {
  const bytes = Buffer.concat([Buffer.from(`${name}\n`), Buffer.from([ED25519]), raw]);
  return hash('sha256', bytes, 'buffer').subarray(0, ID_BYTES).toString('hex');
}

function rawOf(publicKey: KeyObject): Buffer {
  return Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
}
