import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { CanonicalBatch, Position } from '@tierbook/eventing';
import { InMemoryEventStore, newEvents } from '@tierbook/eventing/testing';
import { InMemoryStateStore } from '@tierbook/state/testing';
import { NO_REFUSALS } from '../refusal-log';
import { openOwnCheckpoint } from './restored-tree';
import { TransparencyLog } from './transparency-log';
import { TreeStore } from './tree-store';
import { parseVerification, verifyLog, type Verification } from './verify-log';

const { privateKey: signer } = generateKeyPairSync('ed25519');

/** A log that is read a hundred events at a time, one of which may be altered. */
class PagedStore extends InMemoryEventStore {
  altered = -1;

  override async *readCanonical(options?: {
    readonly after?: Position | undefined;
  }): AsyncGenerator<CanonicalBatch> {
    for await (const { events, ...rest } of super.readCanonical(options)) {
      for (let from = 0; from < events.length; from += 100) {
        const page = events.slice(from, from + 100).map((event) => {
          const index = Number(event.position.slice(-20)) - 1;
          return index === this.altered ? { ...event, text: `${event.text} ` } : event;
        });
        yield { ...rest, events: page };
      }
    }
  }
}

async function signed(events = 2_600, logId?: string) {
  const [store, state] = [new PagedStore(logId), new InMemoryStateStore()];
  await store.append([{ stream: 's-1', expectedRevision: 'no_stream', events: newEvents(events) }]);
  let note = '';
  const log = await TransparencyLog.open(
    {
      ...{ reader: store, state, origin: 'tierbook.example/log', signers: [signer] },
      refusals: () => Promise.resolve(NO_REFUSALS),
      publish: (each) => {
        note = each;
        return Promise.resolve();
      },
    },
    undefined,
  );
  await log.advance();
  return { store, state, checkpoint: openOwnCheckpoint(note, [signer]) };
}

/** Stops after so many events, and answers what was saved. */
async function stopped(
  of: Awaited<ReturnType<typeof signed>>,
  after: number,
  from?: Verification,
): Promise<Verification | undefined> {
  const stopping = new AbortController();
  let saved: Verification | undefined;
  let read = 0;
  const verdict = await verifyLog(of.store, [of.checkpoint], {
    ...{ kept: of.state, from, signal: stopping.signal },
    save: (reached) => {
      saved = parseVerification(JSON.stringify(reached));
      return Promise.resolve();
    },
    onProgress: (events) => {
      read += events;
      if (read >= after) stopping.abort();
    },
  });
  expect(verdict.stopped).toBe(true);
  return saved;
}

describe('a verification that was stopped', () => {
  it('goes on where it was, as often as it is stopped, and reads nothing twice', async () => {
    const of = await signed();
    const first = await stopped(of, 700);
    expect(first?.size).toBe(700);
    const second = await stopped(of, 900, first);
    expect(second?.size).toBe(1_600);
    let read = 0;
    const {
      events,
      faults,
      stopped: isStopped,
    } = await verifyLog(of.store, [of.checkpoint], {
      ...{ kept: of.state, from: second },
      onProgress: (count) => {
        read += count;
      },
    });
    expect([events, faults, isStopped, read]).toEqual([2_600, [], false, 1_000]);
  });

  it('names what was altered after it, and notices hashes that are not of this log', async () => {
    const of = await signed();
    const from = await stopped(of, 700);
    if (from === undefined) throw new Error('nothing saved');
    of.store.altered = 1_234;
    const later = await verifyLog(of.store, [of.checkpoint], {
      ...{ kept: of.state, from },
    });
    expect(later.faults[0]).toContain('the first that differs (index 1234)');
    of.store.altered = -1;
    const [leaves = ''] = from.edge;
    const forged = { ...from, edge: [`AAAA${leaves.slice(4)}`, ...from.edge.slice(1)] };
    const { faults } = await verifyLog(of.store, [of.checkpoint], { from: forged });
    expect(faults[0]).toContain('are not those that the checkpoint signs');
  });

  it('is not saved past an event that differs', async () => {
    const of = await signed();
    of.store.altered = 100;
    expect(await stopped(of, 700)).toBeUndefined();
  });

  it('does not go on in another log, nor by a checkpoint from before it that it never held', async () => {
    const of = await signed();
    const from = await stopped(of, 700);
    const other = await signed();
    await expect(verifyLog(other.store, [other.checkpoint], { from })).rejects.toThrow(
      'which is not in this log',
    );
    const earlier = await signed(500, of.store.logId);
    await expect(
      verifyLog(of.store, [earlier.checkpoint, of.checkpoint], { from }),
    ).rejects.toThrow('was not held to the checkpoint of 500: begin anew');
  });

  it.each(['', '{}', 'null', '{"format":"tierbook-verification/1","edge":[1]}'])(
    'is not told by %j',
    (text) => {
      expect(parseVerification(text)).toBeUndefined();
    },
  );
});

describe('a tree that was altered where it is kept', () => {
  it('is told apart from a log that was', async () => {
    const { store, state, checkpoint } = await signed(300);
    const trees = new TreeStore(state);
    const tile = await trees.tile({ level: 0, index: 0 });
    if (tile === undefined) throw new Error('no tile');
    await trees.putTile({ level: 0, index: 0 }, tile.toSpliced(7, 1, Buffer.alloc(32)), null);
    const { faults } = await verifyLog(store, [checkpoint], { kept: state });
    expect(faults).toEqual([
      expect.stringMatching(/^The log is as it was signed, and the tree .* \(index 7:/),
    ]);
  });
});
