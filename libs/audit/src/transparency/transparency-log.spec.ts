import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it, jest } from '@jest/globals';
import { StoreRefusedError, type EventReader, type Position } from '@tierbook/eventing';
import { InMemoryEventStore, newEvents } from '@tierbook/eventing/testing';
import { InMemoryStateStore } from '@tierbook/state/testing';
import { NO_REFUSALS } from '../refusal-log';
import { CheckpointInvalidError, openCheckpoint } from './checkpoint';
import { checkConsistency, checkInclusion, parseProof, ProofInvalidError } from './proofs';
import { TransparencyLog } from './transparency-log';

const { privateKey: signer } = generateKeyPairSync('ed25519');

async function setUp(
  events = 0,
  { store = new InMemoryEventStore(), state = new InMemoryStateStore() } = {},
) {
  const published: string[] = [];
  const options = {
    reader: store as EventReader,
    state,
    origin: 'tierbook.example/log',
    signers: [signer],
    refusals: () => Promise.resolve(NO_REFUSALS),
    publish: (note: string) => {
      published.push(note);
      return Promise.resolve();
    },
  };
  const append = async (count: number, stream = `s-${Math.random()}`) => {
    const write = { stream, expectedRevision: 'no_stream' as const, events: newEvents(count) };
    const outcome = await store.append([write]);
    if (outcome.kind !== 'appended') throw new Error('not appended');
    return outcome.position;
  };
  if (events > 0) await append(events);
  const open = (note?: string, change: Partial<typeof options> = {}) =>
    TransparencyLog.open({ ...options, ...change }, note);
  return { store, state, published, append, open };
}

async function positionsOf(reader: EventReader): Promise<readonly Position[]> {
  const positions: Position[] = [];
  for await (const { events } of reader.readAll()) positions.push(...events.map((e) => e.position));
  return positions;
}

describe('the transparency log', () => {
  it('signs an empty log, then each growth, and nothing where nothing changed', async () => {
    const { published, append, open } = await setUp();
    const log = await open();
    await log.advance();
    await log.advance();
    await append(3);
    await log.advance();
    const sizes = published.map((note) => openCheckpoint(note, log.keys).size);
    expect(sizes).toEqual([0, 3]);
    expect(await log.checkpoint()).toBe(published[1]);
  });

  it('proves each event to who has the checkpoint alone', async () => {
    const { store, append, open } = await setUp(600);
    const log = await open();
    await log.advance();
    await append(300);
    await log.advance();
    const positions = await positionsOf(store);
    for (const index of [0, 1, 255, 256, 511, 512, 599, 600, 899]) {
      const [position] = positions.slice(index, index + 1);
      if (position === undefined) throw new Error('no such event');
      const proof = await log.proofs.inclusion(position);
      const travelled = parseProof(JSON.stringify(proof));
      if (travelled.format !== 'tierbook-inclusion-proof/1') throw new Error('not of its kind');
      expect(travelled.index).toBe(index);
      expect(checkInclusion(travelled, log.keys).size).toBe(900);
      const forged = { ...travelled, event: travelled.event.replace('SomethingHappened', 'Other') };
      expect(() => checkInclusion(forged, log.keys)).toThrow(ProofInvalidError);
    }
    const unsigned = await append(1);
    expect(await log.proofs.inclusion(unsigned)).toBeUndefined();
  });

  it('proves that it only grew', async () => {
    const { published, append, open } = await setUp(257);
    const log = await open();
    await log.advance();
    await append(500);
    await log.advance();
    const [first = ''] = published;
    const proof = await log.proofs.consistency(257);
    if (proof === undefined) throw new Error('no proof');
    expect(checkConsistency(first, proof, log.keys).size).toBe(757);
    expect(() => checkConsistency(first, { ...proof, from: 256 }, log.keys)).toThrow(
      ProofInvalidError,
    );
    expect(await log.proofs.consistency(758)).toBeUndefined();
  });

  it('goes on after a restart, wherever it stopped', async () => {
    const { store, published, append, open } = await setUp(300);
    const whole = await (await setUp(0, { store })).open();
    for (const more of [0, 212, 1, 700]) {
      if (more > 0) await append(more);
      const log = await open(published.at(-1));
      await log.advance();
      await whole.advance();
      expect(openCheckpoint(published.at(-1) ?? '', log.keys)).toEqual(
        openCheckpoint((await whole.checkpoint()) ?? '', whole.keys),
      );
    }
  });

  it('builds a tree that was lost again from the log', async () => {
    const { store, published, append, open } = await setUp(300);
    await (await open()).advance();
    const again = await setUp(0, { store });
    const log = await again.open(published.at(-1));
    await append(5);
    await log.advance();
    const proof = await log.proofs.consistency(300);
    if (proof === undefined) throw new Error('no proof');
    expect(checkConsistency(published[0] ?? '', proof, log.keys).size).toBe(305);
  });

  it('refuses a log that ends before its checkpoint, is another, or was changed', async () => {
    const { published, open } = await setUp(300);
    await (await open()).advance();
    const note = published.at(-1) ?? '';
    const { position } = openCheckpoint(note, (await open()).keys);

    const logId = position?.slice(0, 16) ?? '';
    const shorter = await setUp(299, { store: new InMemoryEventStore(logId) });
    await expect(shorter.open(note)).rejects.toThrow(
      new StoreRefusedError(
        `The event log ends at ${logId}-00000000000000000299, and its last audit checkpoint was signed at ${String(position)}: ` +
          'events that were acknowledged are missing. Restore the log from its newest backup.',
      ),
    );
    const changed = await setUp(300, { store: new InMemoryEventStore(logId) });
    await expect(changed.open(note)).rejects.toThrow('is not the one that the audit checkpoint');
  });

  it('refuses a tree whose last event is not in the log', async () => {
    const { state, open } = await setUp(10);
    await (await open()).advance();
    const other = await setUp(10, { state });
    await expect(other.open()).rejects.toThrow('which is not in this log');
  });

  it('refuses a checkpoint of another key, and keeps one of a former key', async () => {
    const { published, open } = await setUp(10);
    await (await open()).advance();
    const note = published.at(-1);
    const next = generateKeyPairSync('ed25519').privateKey;
    await expect(open(note, { signers: [next] })).rejects.toThrow(CheckpointInvalidError);
    const rotated = await open(note, { signers: [next, signer] });
    await rotated.advance();
    expect(openCheckpoint(published.at(-1) ?? '', [...rotated.keys].slice(1)).size).toBe(10);
  });

  it('takes no leaf twice where keeping the tree failed in between', async () => {
    const { store, state, published, append, open } = await setUp(10);
    const log = await open();
    await log.advance();
    await append(5);
    const put = jest.spyOn(state, 'put').mockRejectedValueOnce(new Error('disk full'));
    await expect(log.advance()).rejects.toThrow('disk full');
    put.mockRestore();
    await log.advance();
    const fresh = await (await setUp(0, { store })).open();
    await fresh.advance();
    expect(openCheckpoint(published.at(-1) ?? '', log.keys)).toEqual(
      openCheckpoint((await fresh.checkpoint()) ?? '', fresh.keys),
    );
  });

  it('is told that a tile was not kept when no other is being kept any more', async () => {
    const { state, open } = await setUp(600);
    const log = await open();
    const slow = Promise.withResolvers<number>();
    const put = jest.spyOn(state, 'put');
    put.mockReturnValueOnce(Promise.reject(new Error('away')));
    put.mockReturnValueOnce(slow.promise);
    let isTold = false;
    const advancing = log.advance().catch(() => {
      isTold = true;
    });
    while (put.mock.calls.length < 3) await new Promise(setImmediate);
    await new Promise(setImmediate);
    expect(isTold).toBe(false);
    slow.resolve(1);
    await advancing;
    expect(isTold).toBe(true);
  });

  it('lets one process sign: another that moved the tree stops it', async () => {
    const { append, open } = await setUp(10);
    const [one, two] = [await open(), await open()];
    await one.advance();
    await append(1);
    await expect(two.advance()).rejects.toThrow('Another process has moved the audit tree');
  });
});
