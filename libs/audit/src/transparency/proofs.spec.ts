import { generateKeyPairSync } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Position } from '@tierbook/eventing';
import { InMemoryEventStore, newEvents } from '@tierbook/eventing/testing';
import { InMemoryStateStore } from '@tierbook/state/testing';
import { NO_REFUSALS } from '../refusal-log';
import { isSigned, provesConsistency, provesInclusion } from '../testing/independent-verifier';
import { formatVerifierKey, openCheckpoint, parseVerifierKey } from './checkpoint';
import { checkConsistency, checkInclusion, parseProof } from './proofs';
import { TransparencyLog } from './transparency-log';

const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));
console.info(`seed: ${String(seed)}`);

const SIZES = [1, 2, 3, 5, 8, 13, 64, 100, 255, 256, 257, 300, 513];
/** The log as it stood at each of the sizes, with its checkpoint. */
const notes: string[] = [];
const positions: Position[] = [];
let log: TransparencyLog;
let vkey: string;
let stranger: string;

beforeAll(async () => {
  const store = new InMemoryEventStore();
  const { privateKey: signer } = generateKeyPairSync('ed25519');
  const options = {
    ...{ reader: store, state: new InMemoryStateStore(), origin: 'tierbook.example/log' },
    ...{ signers: [signer], refusals: () => Promise.resolve(NO_REFUSALS) },
    publish: (note: string) => {
      notes.push(note);
      return Promise.resolve();
    },
  };
  log = await TransparencyLog.open(options, undefined);
  for (const [at, size] of SIZES.entries()) {
    const events = newEvents(size - (SIZES[at - 1] ?? 0));
    await store.append([{ stream: `s-${String(size)}`, expectedRevision: 'no_stream', events }]);
    await log.advance();
  }
  for await (const { events } of store.readAll()) positions.push(...events.map((e) => e.position));
  const [key] = log.keys;
  if (key === undefined) throw new Error('no key');
  vkey = formatVerifierKey(key);
  const { publicKey } = generateKeyPairSync('ed25519');
  stranger = formatVerifierKey({ ...key, publicKey });
});

async function inclusion(index: number): Promise<string> {
  const [position] = positions.slice(index, index + 1);
  return JSON.stringify(position && (await log.proofs.inclusion(position)));
}

/** Whether the library takes it; what it refuses it throws. */
function libraryTakes(check: () => unknown): boolean {
  try {
    check();
    return true;
  } catch {
    return false;
  }
}

const takesInclusion = (text: string) =>
  libraryTakes(() => {
    const proof = parseProof(text);
    if (proof.format !== 'tierbook-inclusion-proof/1') throw new Error('of another kind');
    checkInclusion(proof, [parseVerifierKey(vkey)]);
  });
const takesConsistency = (text: string, kept: string) =>
  libraryTakes(() => {
    const proof = parseProof(text);
    if (proof.format !== 'tierbook-consistency-proof/1') throw new Error('of another kind');
    checkConsistency(kept, proof, [parseVerifierKey(vkey)]);
  });

/** The text with one bit of one byte flipped, where that is still text. */
function flipped(text: string, at: number, bit: number): string {
  const bytes = Buffer.from(text);
  const byte = at % bytes.length;
  bytes[byte] = (bytes[byte] ?? 0) ^ (1 << bit);
  return bytes.toString();
}

describe('a proof, to a verifier that knows the RFC and C2SP texts alone', () => {
  it('of every event, and from every size, is one; so it is to the library', async () => {
    for (const index of [0, 1, 2, 100, 254, 255, 256, 511, 512]) {
      const text = await inclusion(index);
      expect([provesInclusion(text, vkey), takesInclusion(text)]).toEqual([true, true]);
      expect(provesInclusion(text, stranger)).toBe(false);
    }
    for (const [at, size] of SIZES.entries()) {
      const [kept = ''] = notes.slice(at + 0, at + 1);
      const text = JSON.stringify(await log.proofs.consistency(size));
      expect([provesConsistency(text, kept, vkey), takesConsistency(text, kept)]).toEqual([
        true,
        true,
      ]);
      expect(provesConsistency(text, kept, stranger)).toBe(false);
    }
  });

  it('with any one byte changed is none to either', async () => {
    const text = await inclusion(123);
    for (let at = 0; at < Buffer.byteLength(text); at += 1) {
      const changed = flipped(text, at, at % 8);
      expect([at, provesInclusion(changed, vkey), takesInclusion(changed)]).toEqual([
        at,
        false,
        false,
      ]);
    }
    const kept = notes[7] ?? '';
    const proof = JSON.stringify(await log.proofs.consistency(SIZES[7] ?? 0));
    for (let at = 0; at < Buffer.byteLength(proof); at += 1) {
      const changed = flipped(proof, at, at % 8);
      expect([at, provesConsistency(changed, kept, vkey), takesConsistency(changed, kept)]).toEqual(
        [at, false, false],
      );
    }
  });

  it('altered at random is none to either: a byte, a step, an index, an event, another log of the same size', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(512),
        fc.nat(512),
        fc.nat(),
        fc.constantFrom('byte', 'swap', 'drop', 'double', 'index', 'event', 'checkpoint'),
        async (index, other, random, how) => {
          const text = await inclusion(index);
          const proof = JSON.parse(text) as {
            event: string;
            index: number;
            path: string[];
            checkpoint: string;
          };
          const [a, b] = [random % proof.path.length, (random + 1) % proof.path.length];
          const theirs = JSON.parse(await inclusion(other)) as typeof proof;
          const changed = {
            byte: () => flipped(text, random, random % 8),
            swap: () =>
              JSON.stringify({
                ...proof,
                path: proof.path.map((step, at) =>
                  at === a ? proof.path[b] : at === b ? proof.path[a] : step,
                ),
              }),
            drop: () => JSON.stringify({ ...proof, path: proof.path.toSpliced(a, 1) }),
            double: () =>
              JSON.stringify({ ...proof, path: proof.path.toSpliced(a, 0, proof.path[a] ?? '') }),
            index: () => JSON.stringify({ ...proof, index: other }),
            event: () => JSON.stringify({ ...proof, event: theirs.event }),
            checkpoint: () =>
              JSON.stringify({ ...proof, checkpoint: notes[random % (notes.length - 1)] }),
          }[how]();
          fc.pre(changed !== text);
          expect([provesInclusion(changed, vkey), takesInclusion(changed)]).toEqual([false, false]);
        },
      ),
      { seed, numRuns: 500 },
    );
  });

  it('is taken by either or by neither, whichever two checkpoints it is held to', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(SIZES.length - 1),
        fc.nat(SIZES.length - 1),
        fc.nat(SIZES.length - 1),
        async (of, earlier, later) => {
          const proof = await log.proofs.consistency(SIZES[of] ?? 0);
          const text = JSON.stringify({ ...proof, checkpoint: notes[later] });
          const kept = notes[earlier] ?? '';
          const isTrue = of === earlier && later === SIZES.length - 1;
          const isOne = provesConsistency(text, kept, vkey);
          expect(takesConsistency(text, kept)).toBe(isOne);
          if (isTrue) expect(isOne).toBe(true);
          // A proof to a smaller tree may be empty where it needs no hash: where both are one.
          else if (isOne) expect([proof?.path, earlier]).toEqual([[], later]);
        },
      ),
      { seed, numRuns: 500 },
    );
  });
});

describe('a checkpoint, to that verifier', () => {
  it('is signed as C2SP says, and with any byte changed by nobody', () => {
    for (const note of notes) expect(isSigned(note, vkey)).toBe(true);
    const [note = ''] = notes.slice(-1);
    for (let at = 0; at < Buffer.byteLength(note); at += 1) {
      const changed = flipped(note, at, at % 8);
      const isTaken = libraryTakes(() => openCheckpoint(changed, [parseVerifierKey(vkey)]));
      expect([at, isSigned(changed, vkey), isTaken]).toEqual([at, false, false]);
    }
  });
});
