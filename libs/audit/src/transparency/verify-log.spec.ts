import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import {
  formatPosition,
  parsePosition,
  type CanonicalBatch,
  type Position,
} from '@tierbook/eventing';
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
  /** How much further on each event stands than where it was written. */
  moved = 0n;

  override async *readCanonical(options?: {
    readonly after?: Position | undefined;
  }): AsyncGenerator<CanonicalBatch> {
    for await (const { events, ...rest } of super.readCanonical(options)) {
      for (let from = 0; from < events.length; from += 100) {
        const page = events.slice(from, from + 100).map((event) => {
          const ordinal = parsePosition(event.position)?.ordinal ?? 0n;
          const position = formatPosition(this.logId, ordinal + this.moved);
          const isAltered = Number(ordinal) - 1 === this.altered;
          return { ...event, position, text: isAltered ? `${event.text} ` : event.text };
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
    await trees.putTile({ level: 0, index: 0 }, tile.fill(0, 7 * 32, 8 * 32), null);
    const { faults } = await verifyLog(store, [checkpoint], { kept: state });
    expect(faults).toEqual([
      expect.stringMatching(/^The log is as it was signed, and the tree .* \(index 7:/),
    ]);
  });
});

describe('positions', () => {
  it('are those of the checkpoint, also where every event is the one that was signed', async () => {
    const { store, state, checkpoint } = await signed(300);
    store.moved = 1n;
    const { faults, signed: held } = await verifyLog(store, [checkpoint], { kept: state });
    expect([faults, held]).toEqual([
      [expect.stringMatching(/stands at .*301, and stood at .*300 /)],
      0,
    ]);
  });

  it('are others in a copy, which has another id', async () => {
    const { store, checkpoint } = await signed(300);
    const copy = { ...checkpoint, position: formatPosition('0123456789abcdef', 7n) };
    expect((await verifyLog(store, [copy])).faults).toEqual([]);
  });

  it('say how many events a checkpoint signs, of all that there are', async () => {
    const { store, checkpoint } = await signed(300);
    const more = newEvents(4);
    await store.append([{ stream: 's-2', expectedRevision: 'no_stream', events: more }]);
    const verdict = await verifyLog(store, [checkpoint]);
    expect(verdict).toEqual({ events: 304, signed: 300, faults: [], stopped: false });
  });
});
