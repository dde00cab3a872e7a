import { describe, expect, it } from '@jest/globals';
import { EventCodec, formatPosition, type Position, type StoredEvent } from '@tierbook/eventing';
import { InMemoryEventStore, InMemoryPersonalKeys, newEvent } from '@tierbook/eventing/testing';
import { CommandFailedError, UsageError } from '../errors';
import { eventLine, showPersonal, showSealed } from './event-lines';
import {
  checkSelection,
  parsePositionOption,
  selectEvents,
  streamName,
  type EventSelection,
} from './event-selection';
import { statsLines } from './event-stats.command';
import { countEvents } from './event-stats';

const FIRST_DAY = '2030-01-01T23:59:59.999Z';
const SECOND_DAY = '2030-01-02T00:00:00.000Z';

function eventOf(type: string, recordedAt = FIRST_DAY) {
  const event = newEvent({ type });
  return { ...event, metadata: { ...event.metadata, recordedAt } };
}

/** A log of five events in two streams, in this order: A B A A B. */
async function exampleLog() {
  const store = new InMemoryEventStore();
  const customer = 'tierbook.customer-1';
  const offer = 'tierbook.offer-1';
  await store.append([
    { stream: customer, expectedRevision: 'no_stream', events: [eventOf('A')] },
    { stream: offer, expectedRevision: 'no_stream', events: [eventOf('B')] },
  ]);
  await store.append([
    {
      stream: customer,
      expectedRevision: 0,
      events: [eventOf('A', SECOND_DAY), eventOf('A', SECOND_DAY)],
    },
    { stream: offer, expectedRevision: 0, events: [eventOf('B', SECOND_DAY)] },
  ]);
  const all: StoredEvent[] = [];
  for await (const { events } of store.readAll()) all.push(...events);
  const at = (index: number): Position => all[index]?.position ?? formatPosition(store.logId, 0);
  const read = async (selection: EventSelection) => {
    const found: number[] = [];
    for await (const { id } of selectEvents(store, selection)) {
      found.push(all.findIndex((event) => event.id === id));
    }
    return found;
  };
  return { store, all, at, read };
}

describe('selecting events', () => {
  it('reads the whole log, from a position on, of a type, and no more than asked', async () => {
    const { read, at } = await exampleLog();
    expect(await read({})).toEqual([0, 1, 2, 3, 4]);
    expect(await read({ from: at(0) })).toEqual([0, 1, 2, 3, 4]);
    expect(await read({ from: at(2) })).toEqual([2, 3, 4]);
    expect(await read({ types: ['B'] })).toEqual([1, 4]);
    expect(await read({ types: ['A', 'B'], limit: 3 })).toEqual([0, 1, 2]);
    expect(await read({ types: ['C'] })).toEqual([]);
  });

  it('reads a stream, both ways', async () => {
    const { read, at } = await exampleLog();
    const stream = 'tierbook.customer-1';
    expect(await read({ stream })).toEqual([0, 2, 3]);
    expect(await read({ stream, from: at(1) })).toEqual([2, 3]);
    expect(await read({ stream, reverse: true, limit: 2 })).toEqual([3, 2]);
  });

  it('refuses what is not in this log', async () => {
    const { store, at } = await exampleLog();
    await expect(
      checkSelection(store, { from: at(4), stream: 'tierbook.offer-1' }),
    ).resolves.toBeUndefined();
    const beyond = formatPosition(store.logId, 10_000);
    const elsewhere = formatPosition('0123456789abcdef', 1);
    for (const selection of [
      { from: beyond },
      { from: elsewhere },
      { stream: 'tierbook.offer-2' },
    ]) {
      await expect(checkSelection(store, selection)).rejects.toThrow(CommandFailedError);
    }
  });

  it('reads options', () => {
    expect(() => parsePositionOption('12')).toThrow(UsageError);
    expect(parsePositionOption('0123456789abcdef-00000000000000000001')).toBeTruthy();
    expect(streamName('tierbook', 'customer-1')).toBe('tierbook.customer-1');
    expect(streamName('tierbook', 'tierbook.customer-1')).toBe('tierbook.customer-1');
    expect(streamName('tierbook', 'partnership-a.b')).toBe('tierbook.partnership-a.b');
  });
});

describe('showing an event', () => {
  async function sealedEvent() {
    const keys = new InMemoryPersonalKeys();
    const codec = new EventCodec(keys, [{ Named: { upcasters: [] } }]);
    const { id, metadata } = newEvent();
    const domainEvent = { type: 'Named', data: { n: 1 }, personal: { name: 'Maria\u009b' } };
    const event = await codec.encode(domainEvent, { id, subject: 'customer-1', metadata });
    const store = new InMemoryEventStore();
    await store.append([{ stream: 's', expectedRevision: 'no_stream', events: [event] }]);
    for await (const [stored] of store.readStream('s')) if (stored) return { stored, codec, keys };
    throw new Error('nothing was stored');
  }

  it('leaves personal data sealed, and none of the seal', async () => {
    const { stored } = await sealedEvent();
    expect(showSealed(stored).personal).toBe('(sealed)');
    const line = eventLine(showSealed(stored));
    expect(line).toContain('Named  s@0  by agent agent-1  {"n":1}  personal (sealed)');
    expect(line).not.toContain(stored.personal?.ciphertext);
  });

  it('unseals it when asked, and says when it is erased', async () => {
    const { stored, codec, keys } = await sealedEvent();
    expect((await showPersonal(stored, codec)).personal).toEqual({ name: 'Maria\u009b' });
    expect(eventLine(await showPersonal(stored, codec))).toContain('{"name":"Maria\\u009b"}');
    await keys.destroy('customer-1', FIRST_DAY);
    expect((await showPersonal(stored, codec)).personal).toBe('(erased)');
  });
});

describe('event stats', () => {
  it('count by type, day and stream, and name the ends of the log', async () => {
    const { store, at } = await exampleLog();
    const read: number[] = [];
    expect(await countEvents(store, (count) => read.push(count))).toEqual({
      logId: store.logId,
      events: 5,
      first: { position: at(0), recordedAt: FIRST_DAY },
      last: { position: at(4), recordedAt: SECOND_DAY },
      streams: { total: 2, byCategory: { customer: 1, offer: 1 } },
      byType: { A: 3, B: 2 },
      byDay: { '2030-01-01': 2, '2030-01-02': 3 },
    });
    expect(read.reduce((sum, count) => sum + count, 0)).toBe(5);
  });

  it('show an empty log too', async () => {
    const stats = await countEvents(new InMemoryEventStore());
    expect(stats).toMatchObject({ events: 0, first: null, last: null });
    expect(statsLines(stats, { file: 4_096, wal: 0 }).join('\n')).toContain('First    none');
  });
});
