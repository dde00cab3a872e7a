import { describe, expect, it } from '@jest/globals';
import { InMemoryEventStore, newEvent } from '@tierbook/eventing/testing';
import { KnownTimes } from './known-times';

const EVENTS = 5_000;
const second = (n: number) => new Date(Date.UTC(2030, 0, 1) + n * 1_000).toISOString();

/** A log of one event a second, and how many of them were read. */
async function log() {
  const store = new InMemoryEventStore();
  for (let n = 0; n < EVENTS; n += 1) {
    const event = newEvent();
    const metadata = { ...event.metadata, recordedAt: second(n) };
    const stream = `s-${String(n)}`;
    await store.append([
      { stream, expectedRevision: 'no_stream', events: [{ ...event, metadata }] },
    ]);
  }
  let read = 0;
  const times = new KnownTimes(async function* (options) {
    for await (const batch of store.readAll(options)) {
      // As an engine reads it: a page at a time.
      for (let from = 0; from < batch.events.length; from += 100) {
        const events = batch.events.slice(from, from + 100);
        read += events.length;
        yield { ...batch, events };
      }
    }
  });
  const reads = async (time: string) => {
    const before = read;
    return { position: await times.positionAt(time), read: read - before };
  };
  return { store, reads };
}

describe('a time that is looked up', () => {
  it('is found as by reading the whole log, in whatever order times are asked for', async () => {
    const { store, reads } = await log();
    for (const n of [4_999, 10, 3_500, 0, 999, 1_000, 1_001, 4_000, 3_999, 9_000, 2_500]) {
      expect([n, (await reads(second(n))).position]).toEqual([
        n,
        await store.positionAt(second(n)),
      ]);
    }
    expect((await reads(second(-1))).position).toBeUndefined();
  });

  it('is not read up to again', async () => {
    const { reads } = await log();
    expect((await reads(second(4_500))).read).toBeGreaterThanOrEqual(4_500);
    for (const n of [4_499, 17, 2_000, 4_500]) {
      expect([n, (await reads(second(n))).read < 1_200]).toEqual([n, true]);
    }
  });
});
