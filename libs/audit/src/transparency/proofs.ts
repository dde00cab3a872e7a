import { openCheckpoint, type Checkpoint, type VerifierKey } from './checkpoint';
import { DIGEST_BYTES, isConsistent, isIncluded, leafHash, type Digest } from './merkle';

/** Shows offline that an event stands in the log that a checkpoint signs. All of it is text, to travel as JSON. */
export interface InclusionProof {
  readonly format: 'tierbook-inclusion-proof/1';
  /** The event's canonical text (RFC 8785), personal data sealed. */
  readonly event: string;
  /** Its ordinal in the log, from 0. */
  readonly index: number;
  /** RFC 6962 audit path from the leaf upwards, each base64. */
  readonly path: readonly string[];
  readonly checkpoint: string;
}

/** Shows offline that a log only grew since an earlier checkpoint. */
export interface ConsistencyProof {
  readonly format: 'tierbook-consistency-proof/1';
  /** Leaves of the earlier tree. */
  readonly from: number;
  /** RFC 6962 consistency proof, each base64. */
  readonly path: readonly string[];
  /** The later checkpoint. */
  readonly checkpoint: string;
}

export type Proof = InclusionProof | ConsistencyProof;

/** It proves nothing. The message says what does not fit. */
export class ProofInvalidError extends Error {
  override readonly name = 'ProofInvalidError';
}

/**
 * The checkpoint in which the proof's event stands.
 *
 * @throws ProofInvalidError, CheckpointInvalidError
 */
export function checkInclusion(proof: InclusionProof, keys: readonly VerifierKey[]): Checkpoint {
  const checkpoint = openCheckpoint(proof.checkpoint, keys);
  const path = proof.path.map(digestOf);
  const { size, root } = checkpoint;
  if (!isIncluded(leafHash(proof.event), proof.index, size, path, root)) {
    throw new ProofInvalidError(
      `The event does not stand at ${String(proof.index)} of the ${String(size)} that the checkpoint signs.`,
    );
  }
  return checkpoint;
}

/**
 * The later checkpoint, whose log begins with all that the earlier one signs.
 *
 * @throws ProofInvalidError, CheckpointInvalidError
 */
export function checkConsistency(
  earlierNote: string,
  proof: ConsistencyProof,
  keys: readonly VerifierKey[],
): Checkpoint {
  const earlier = openCheckpoint(earlierNote, keys);
  const later = openCheckpoint(proof.checkpoint, keys);
  if (earlier.origin !== later.origin) {
    throw new ProofInvalidError(
      `The checkpoints are of two logs: one of ${earlier.origin}, the other of ${later.origin}.`,
    );
  }
  if (earlier.size > later.size) {
    throw new ProofInvalidError(
      `The checkpoint that was kept signs ${String(earlier.size)} events, and that of the proof ${String(later.size)}: the proof is older, or the log was cut.`,
    );
  }
  if (proof.from !== earlier.size) {
    throw new ProofInvalidError(
      `The proof begins at ${String(proof.from)} events, and the checkpoint that was kept signs ${String(earlier.size)}: ask for one from there.`,
    );
  }
  if (!isConsistent(earlier, later, proof.path.map(digestOf))) {
    throw new ProofInvalidError(
      `The log of ${String(later.size)} events does not extend the one of ${String(earlier.size)}: something was changed or removed, and the log is forked there.`,
    );
  }
  return later;
}

/**
 * What the text holds, if it has the form of a proof.
 *
 * @throws ProofInvalidError
 */
export function parseProof(text: string): Proof {
  const value = parsed(text);
  const { format, event, index, from, path, checkpoint } = isRecord(value) ? value : {};
  if (isPath(path) && typeof checkpoint === 'string') {
    if (format === 'tierbook-inclusion-proof/1' && typeof event === 'string' && isCount(index)) {
      return { format, event, index, path, checkpoint };
    }
    if (format === 'tierbook-consistency-proof/1' && isCount(from)) {
      return { format, from, path, checkpoint };
    }
  }
  throw new ProofInvalidError('It has not the form of a proof of Tierbook.');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new ProofInvalidError('It is no JSON.');
  }
}

function isRecord(value: unknown): value is Readonly<Partial<Record<string, unknown>>> {
  return typeof value === 'object' && value !== null;
}

function isPath(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** One text for each digest: what reads the same but is written otherwise is no proof. */
function digestOf(text: string): Digest {
  const digest = Buffer.from(text, 'base64');
  if (digest.length === DIGEST_BYTES && digest.toString('base64') === text) return digest;
  throw new ProofInvalidError('A hash of its path is not one.');
}
