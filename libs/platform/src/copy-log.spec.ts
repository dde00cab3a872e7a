import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type EventStore, type StreamWrite } from '@tierbook/eventing';
import { InMemoryEventStore, newEvents } from '@tierbook/eventing/testing';
import { openEventStoreDbEventStore } from '@tierbook/eventstoredb';
import { WireDouble } from '@tierbook/eventstoredb/testing';
import { InMemoryStateStore } from '@tierbook/state/testing';
import { carryCheckpoints, copyLog, digestOf } from './copy-log';
import { CHECKPOINTS } from './process-manager-checkpoints';

const nothing = () => undefined;
let double: WireDouble;
let namespaces = 0;

beforeAll(async () => {
  double = await WireDouble.start();
});
afterAll(async () => {
  await double.stop();
});

function write(stream: string, expectedRevision: StreamWrite['expectedRevision'], count: number) {
  return { stream, expectedRevision, events: newEvents(count) };
}

/** A log of so many appends, some of them to two streams, of a namespace of its own. */
async function source(appends: number): Promise<{ store: EventStore; namespace: string }> {
  const namespace = `copy${++namespaces}`;
  const store = new InMemoryEventStore();
  for (let n = 0; n < appends; n++) {
    const writes = [write(`${namespace}.a-${n}`, 'no_stream', 2)];
    if (n % 3 === 0) writes.push(write(`${namespace}.b`, n === 0 ? 'no_stream' : n / 3 - 1, 1));
    await store.append(writes);
  }
  return { store, namespace };
}

describe('a log copied to EventStoreDB', () => {
  it('is equal: as many events, in the same order, of the same canonical text', async () => {
    const { store, namespace } = await source(300);
    const target = await openEventStoreDbEventStore({ url: double.url, namespace });

    await copyLog(store, target, nothing);

    expect(await digestOf(target)).toEqual(await digestOf(store));
    expect((await digestOf(target)).events).toBe(700);
    expect(target.logId).not.toBe(store.logId);
    await target.close();
  });

  it('goes on where it was stopped', async () => {
    const { store, namespace } = await source(30);
    const target = await openEventStoreDbEventStore({ url: double.url, namespace });
    const stopped = new Error('stopped');
    let left = 40;
    const stop = (events: number) => {
      left -= events;
      if (left < 0) throw stopped;
    };
    await expect(copyLog(store, target, stop)).rejects.toBe(stopped);
    const cut = double.database.visibleIn(`${namespace}.b`).length;
    expect(cut).toBeGreaterThan(0);

    await copyLog(store, target, nothing);

    expect(await digestOf(target)).toEqual(await digestOf(store));
    await target.close();
  });

  it('is refused where the target is no beginning of the source', async () => {
    const { store, namespace } = await source(3);
    const target = await openEventStoreDbEventStore({ url: double.url, namespace });
    await target.append([write(`${namespace}.other`, 'no_stream', 1)]);

    await expect(copyLog(store, target, nothing)).rejects.toThrow(
      'The target is no copy of the source',
    );
    await target.close();
  });

  it('is refused where the target holds more', async () => {
    const { store, namespace } = await source(3);
    const target = await openEventStoreDbEventStore({ url: double.url, namespace });
    await copyLog(store, target, nothing);
    await target.append([write(`${namespace}.more`, 'no_stream', 1)]);

    await expect(copyLog(store, target, nothing)).rejects.toThrow('it holds more than the source');
    await target.close();
  });

  it('is where process managers go on, by the id of the event that they stood at', async () => {
    const { store, namespace } = await source(5);
    const target = await openEventStoreDbEventStore({ url: double.url, namespace });
    await copyLog(store, target, nothing);
    const state = new InMemoryStateStore();
    const head = await store.head();
    const event = head && (await store.eventAt(head));
    await state.put(CHECKPOINTS, 'manager', { position: head ?? '', eventId: event?.id ?? '' });

    expect(await carryCheckpoints(state, target)).toBe(1);
    expect(await carryCheckpoints(state, target)).toBe(0);

    const moved = await state.get<{ position: string; eventId: string }>(CHECKPOINTS, 'manager');
    expect(moved?.value).toEqual({ position: await target.head(), eventId: event?.id });
    await state.put(CHECKPOINTS, 'lost', { position: head ?? '', eventId: 'none' });
    await expect(carryCheckpoints(state, target)).rejects.toThrow('do not belong together');
    await target.close();
  });
});
