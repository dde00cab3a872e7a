import { describe, expect, it } from '@jest/globals';
import { AggregateStore } from './aggregate-store';
import type { DomainEvent, RecordedEvent, StoredEvent } from './envelope';
import { EventCodec } from './event-codec';
import type { ReadStreamOptions } from './event-store';
import { formatPosition } from './position';
import { contextOf, kernelOver, shelf, stocking } from './testing/example-aggregate';
import { InMemoryEventStore } from './testing/in-memory-event-store';
import { InMemoryPersonalKeys } from './testing/in-memory-personal-keys';

/** Tells how many events of each stream were read. */
class CountingStore extends InMemoryEventStore {
  readonly read: string[] = [];

  override async *readStream(stream: string, options?: ReadStreamOptions) {
    for await (const page of super.readStream(stream, options)) {
      for (const { stream: of, revision } of page) this.read.push(`${of}@${revision}`);
      yield page;
    }
  }
}

/** Answers each event in a page of its own, and lets everything else that can run, run between any two. */
class SlowStore extends CountingStore {
  override async *readStream(stream: string, options?: ReadStreamOptions) {
    for await (const page of super.readStream(stream, options)) {
      for (const event of page) {
        await new Promise(setImmediate);
        yield [event];
      }
    }
  }
}

function setUp(cacheWeight?: number, store = new CountingStore()) {
  const { keys, codec, pipeline } = kernelOver(store);
  const aggregates = new AggregateStore(store, codec, 'test', cacheWeight);
  const stock = (
    boxes: Readonly<Record<string, number>>,
    id = 'shelf-1',
    context = contextOf(),
    note?: string,
  ) => {
    const gather = () => ({ ok: { boxes, ...(note === undefined ? {} : { note }) } });
    return pipeline.execute(stocking(boxes, context, { id, gather }));
  };
  /** What a load reads of the log. */
  const readsOf = async (id = 'shelf-1') => {
    store.read.length = 0;
    await aggregates.load(shelf, id);
    return store.read.length;
  };
  return { store, keys, codec, aggregates, stock, readsOf };
}

describe('loading', () => {
  it('knows a stream that does not exist', async () => {
    const { aggregates } = setUp();
    const loaded = await aggregates.load(shelf, 'shelf-1');
    expect(loaded).toMatchObject({ state: shelf.initialState, revision: -1 });
    expect(loaded.lastTouched(null)).toBe(-1);
    expect(aggregates.streamOf('shelf', 'shelf-1')).toBe('test.shelf-shelf-1');
  });

  it('is current after others appended, and reads only what they did', async () => {
    const { aggregates, stock, store } = setUp();
    await stock({ a: 1, b: 2 });
    await aggregates.load(shelf, 'shelf-1');
    await stock({ b: 3 });
    store.read.length = 0;
    const { state, revision } = await aggregates.load(shelf, 'shelf-1');
    expect({ ...state, revision }).toEqual({
      owner: 'owner-1',
      boxes: { a: 1, b: 3 },
      revision: 2,
    });
    expect(store.read).toEqual(['test.shelf-shelf-1@2']);
  });

  it('knows each command with its place in the stream, across pages', async () => {
    const { aggregates, stock } = setUp();
    const many = Object.fromEntries(Array.from({ length: 150 }, (_, n) => [`box-${n}`, 1]));
    const [first, second, third] = [contextOf(), contextOf(), contextOf()];
    await stock({ a: 1 }, 'shelf-1', first);
    await stock(many, 'shelf-1', second);
    await stock({ a: 1 }, 'shelf-1', third);
    const { firstOf, lastTouched, revision } = await aggregates.load(shelf, 'shelf-1');
    expect([first, second].map(({ commandId }) => firstOf(commandId))).toEqual([0, 1]);
    // It changed nothing: remembered, but no ETag moves.
    expect(firstOf(third.commandId)).toBe(151);
    expect(firstOf('another')).toBeUndefined();
    expect(revision).toBe(151);
    expect(lastTouched(null)).toBe(150);
    expect(lastTouched('a')).toBe(0);
    expect(lastTouched('box-149')).toBe(150);
    expect(lastTouched('elsewhere')).toBe(-1);
  });

  it('asks for no key: nothing is decided by personal data', async () => {
    const { stock, store } = setUp();
    await stock({ a: 1 }, 'shelf-1', contextOf(), 'of Ana Lima');
    const codec = new EventCodec(new InMemoryPersonalKeys(), [shelf.schemas]);
    const [first] = (await store.readStream('test.shelf-shelf-1').next()).value ?? [];
    expect(first?.personal).toBeDefined();
    const { state } = await new AggregateStore(store, codec, 'test').load(shelf, 'shelf-1');
    expect(state.boxes).toEqual({ a: 1 });
  });

  it('as of a position takes in no event after it, and leaves what is known now alone', async () => {
    const { aggregates, stock, store } = setUp();
    await stock({ a: 1 });
    const then = (await store.head()) ?? formatPosition(store.logId, 0);
    await stock({ a: 2, b: 2 });
    const now = await aggregates.load(shelf, 'shelf-1');

    const past = await aggregates.loadAsOf(shelf, 'shelf-1', then);
    expect([past.state.boxes, past.revision, past.lastTouched('b')]).toEqual([{ a: 1 }, 0, -1]);
    expect((await aggregates.load(shelf, 'shelf-1')).state).toEqual(now.state);
    expect((await aggregates.loadAsOf(shelf, 'shelf-2', then)).revision).toBe(-1);
  });

  it('shows nobody half of a command while another load takes it in', async () => {
    const { aggregates, stock } = setUp(undefined, new SlowStore());
    await stock({ a: 1 });
    const earlier = await aggregates.load(shelf, 'shelf-1');
    const context = contextOf();
    await stock({ a: 2, b: 2, c: 2 }, 'shelf-1', context);
    await stock({ d: 1 });

    const loads = Promise.all([1, 2, 3].map(() => aggregates.load(shelf, 'shelf-1')));
    const seen = new Set<string>();
    for (let turn = 0; turn < 20; turn += 1) {
      const { firstOf, lastTouched } = earlier;
      seen.add(`${String(firstOf(context.commandId))} ${String(lastTouched('c'))}`);
      await new Promise(setImmediate);
    }
    expect([...seen]).toEqual(['undefined -1', '1 3']);
    for (const { state, revision } of await loads) {
      expect(revision).toBe(4);
      expect(state.boxes).toEqual({ a: 2, b: 2, c: 2, d: 1 });
    }
  });

  it('loses nothing when reading fails half way', async () => {
    const { store, keys, stock } = setUp();
    let failAt = -1;
    class FailingCodec extends EventCodec {
      override decodeSealed<E extends DomainEvent>(stored: StoredEvent): RecordedEvent<E> {
        if (stored.revision === failAt) throw new Error('unreadable');
        return super.decodeSealed<E>(stored);
      }
    }
    const aggregates = new AggregateStore(store, new FailingCodec(keys, [shelf.schemas]), 'test');
    await stock({ a: 1 });
    await aggregates.load(shelf, 'shelf-1');
    const context = contextOf();
    await stock({ b: 1 });
    await stock({ a: 2, b: 2, c: 2 }, 'shelf-1', context);
    for (failAt of [1, 2, 3, 4]) {
      await expect(aggregates.load(shelf, 'shelf-1')).rejects.toThrow('unreadable');
    }
    failAt = -1;
    const { state, revision, firstOf } = await aggregates.load(shelf, 'shelf-1');
    expect(state.boxes).toEqual({ a: 2, b: 2, c: 2 });
    expect([firstOf(context.commandId), revision]).toEqual([2, 4]);
  });

  it('takes an event that cannot be applied for unread, every time', async () => {
    const { aggregates, stock } = setUp();
    await stock({ a: 1 });
    await aggregates.load(shelf, 'shelf-1');
    await stock({ a: 2 });
    const poisoned = {
      ...shelf,
      evolve: (
        state: Parameters<typeof shelf.evolve>[0],
        event: Parameters<typeof shelf.evolve>[1],
      ) => {
        if (event.data.to === 2) throw new Error('poison');
        return shelf.evolve(state, event);
      },
    };
    await expect(aggregates.load(poisoned, 'shelf-1')).rejects.toThrow('poison');
    await stock({ a: 3 });
    await expect(aggregates.load(poisoned, 'shelf-1')).rejects.toThrow('poison');
    expect((await aggregates.load(shelf, 'shelf-1')).state.boxes).toEqual({ a: 3 });
  });
});

describe('absorbing', () => {
  it('spares reading back, and equals what is read', async () => {
    const { store, codec, aggregates, stock } = setUp();
    await stock({ a: 1, b: 1 });
    await aggregates.load(shelf, 'shelf-1');
    const context = contextOf();
    await stock({ a: 2, b: 2 }, 'shelf-1', context);
    const events = [];
    for await (const page of store.readStream('test.shelf-shelf-1', { fromRevision: 2 })) {
      for (const stored of page) events.push(await codec.decode<never>(stored));
    }
    aggregates.absorb(shelf, 'shelf-1', events);
    store.read.length = 0;
    const absorbed = await aggregates.load(shelf, 'shelf-1');
    expect(store.read).toEqual([]);
    const read = await new AggregateStore(store, codec, 'test').load(shelf, 'shelf-1');
    expect(absorbed.state).toEqual(read.state);
    expect(absorbed.revision).toBe(read.revision);
    expect(absorbed.lastTouched('b')).toBe(read.lastTouched('b'));
    expect(absorbed.firstOf(context.commandId)).toBe(read.firstOf(context.commandId));
    // Once more, and with a gap before it: neither is taken in.
    aggregates.absorb(shelf, 'shelf-1', events);
    aggregates.absorb(shelf, 'shelf-2', events);
    expect((await aggregates.load(shelf, 'shelf-1')).revision).toBe(3);
    expect((await aggregates.load(shelf, 'shelf-2')).revision).toBe(-1);
  });
});

describe('the cache', () => {
  it('drops what was used longest ago, by weight', async () => {
    // Each shelf weighs 4: itself, one command, and what it touched (the shelf and a box).
    const { stock, readsOf } = setUp(8);
    for (const id of ['1', '2', '3']) await stock({ a: 1 }, id);
    expect([await readsOf('1'), await readsOf('2')]).toEqual([1, 1]);
    expect([await readsOf('1'), await readsOf('2'), await readsOf('1')]).toEqual([0, 0, 0]);
    expect(await readsOf('3')).toBe(1);
    expect([await readsOf('1'), await readsOf('3')]).toEqual([0, 0]);
    expect(await readsOf('2')).toBe(1);
  });

  it('counts what an aggregate grows by', async () => {
    const { stock, readsOf } = setUp(9);
    for (const id of ['1', '2']) await stock({ a: 1 }, id);
    expect([await readsOf('1'), await readsOf('2'), await readsOf('1')]).toEqual([1, 1, 0]);
    await stock({ b: 1 }, '1');
    // 1 weighs 6 now, with its second command and second box.
    expect([await readsOf('1'), await readsOf('1')]).toEqual([1, 0]);
    expect(await readsOf('2')).toBe(1);
    expect(await readsOf('1')).toBe(2);
  });

  it('keeps one that is too heavy, alone', async () => {
    const { stock, readsOf } = setUp(3);
    for (const id of ['1', '2']) await stock({ a: 1 }, id);
    expect([await readsOf('1'), await readsOf('1')]).toEqual([1, 0]);
    expect([await readsOf('2'), await readsOf('2'), await readsOf('1')]).toEqual([1, 0, 1]);
  });

  it('holds nothing of streams that do not exist', async () => {
    const { stock, readsOf } = setUp(4);
    await stock({ a: 1 });
    expect(await readsOf()).toBe(1);
    for (const id of ['x', 'y', 'z']) expect(await readsOf(id)).toBe(0);
    expect(await readsOf()).toBe(0);
  });
});
