import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import {
  type AppendOutcome,
  type EventBatch,
  OutcomeUnknownError,
  StoreRefusedError,
  StoreUnavailableError,
  type StoredEvent,
  type StreamWrite,
} from '@tierbook/eventing';
import { newEvent, newEvents } from '@tierbook/eventing/testing';
import type { Proposed } from '../testing/double/database';
import { type AppendFault, WireDouble } from '../testing/double/wire-double';
import {
  type EventStoreDbEventStore,
  type EventStoreDbOptions,
  openEventStoreDbEventStore,
} from './eventstoredb-event-store';

/** These faults can be had of the double only, whatever EVENTSTORE_URL names. */
const HASTE = { answerMs: 400, budgetMs: 1_500 };

const doubles: WireDouble[] = [];
let double: WireDouble;
let opened: EventStoreDbEventStore[] = [];

async function startDouble(options = {}): Promise<WireDouble> {
  const started = await WireDouble.start(options);
  doubles.push(started);
  return started;
}

async function open(options: Partial<EventStoreDbOptions> = {}): Promise<EventStoreDbEventStore> {
  const store = await openEventStoreDbEventStore({
    url: double.url,
    namespace: 'book',
    patience: HASTE,
    ...options,
  });
  opened.push(store);
  return store;
}

beforeEach(async () => {
  double = await startDouble();
});
afterEach(async () => {
  for (const store of opened) await store.close();
  opened = [];
  for (const each of doubles.splice(0)) await each.stop();
});

function write(
  stream: string,
  expectedRevision: StreamWrite['expectedRevision'] = 'no_stream',
  events = newEvents(1),
): StreamWrite {
  return { stream: `book.${stream}`, expectedRevision, events };
}

async function idsOf(store: EventStoreDbEventStore, stream: string): Promise<string[]> {
  const ids: string[] = [];
  for await (const page of store.readStream(`book.${stream}`))
    ids.push(...page.map(({ id }) => id));
  return ids;
}

const idsIn = (writes: readonly StreamWrite[]) =>
  writes.flatMap(({ events }) => events.map(({ id }) => id));

/** The events of a subscription until there are so many. */
async function take(batches: AsyncIterable<EventBatch>, count: number): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  for await (const batch of batches) {
    events.push(...batch.events);
    if (events.length >= count) break;
  }
  return events;
}

function twice<T>(thing: T): T[] {
  return [thing, thing];
}

function raw(type: string, data: object = {}): Proposed {
  return {
    id: crypto.randomUUID(),
    type,
    contentType: 'application/json',
    data: Buffer.from(JSON.stringify(data)),
    metadata: new Uint8Array(),
  };
}

describe('an append whose outcome is not known', () => {
  it.each<[AppendFault, string]>([
    ['done-then-reset', 'N4'],
    ['done-then-timeout', 'X11'],
    ['done-no-answer', 'X19'],
    ['no-answer', 'N3'],
    ['reset', 'N1'],
    ['not-ready', 'X10'],
    ['not-leader', 'X6'],
  ])('is sent again until it is answered, and is written once: %s (%s)', async (fault) => {
    const store = await open();
    double.appendFaults.push(fault);
    const writes = [write('s-1', 'no_stream', newEvents(2))];

    const outcome = await store.append(writes);

    expect(outcome).toEqual({ kind: 'appended', position: await store.head() });
    expect(await idsOf(store, 's-1')).toEqual(idsIn(writes));
  });

  it.each<AppendFault>(['not-leader', 'done-then-reset'])(
    'takes those beside it along, and each is written once: %s (X6, X7)',
    async (fault) => {
      const store = await open();
      double.appendDelayMs = 5;
      const many = Array.from({ length: 100 }, (_, n) => [write(`s-${n}`)]);
      double.appendFaults.push(fault);

      const outcomes = await Promise.all(many.map((writes) => store.append(writes)));

      expect(outcomes.every(({ kind }) => kind === 'appended')).toBe(true);
      for (const [n, writes] of many.entries()) {
        expect(await idsOf(store, `s-${n}`)).toEqual(idsIn(writes));
      }
    },
  );

  it('is said to be unknown when the server hangs, and the same append again tells (N3, X14)', async () => {
    const store = await open();
    await store.append([write('s-0')]);
    const writes = [write('s-1')];
    double.hang();

    await expect(store.append(writes)).rejects.toThrow(OutcomeUnknownError);
    double.resume();

    expect((await untilAppended(store, writes)).kind).toBe('appended');
    expect(await idsOf(store, 's-1')).toEqual(idsIn(writes));
  });

  it('may become durable only later: it is not seen until then, and is there once (X20, X21)', async () => {
    const store = await open();
    const writes = [write('s-1')];
    double.loseQuorum();

    await expect(store.append(writes)).rejects.toThrow(OutcomeUnknownError);
    expect(await idsOf(store, 's-1')).toEqual([]);
    double.regainQuorum();

    expect(await idsOf(store, 's-1')).toEqual(idsIn(writes));
    expect(await store.append(writes)).toMatchObject({ kind: 'appended' });
    expect(await idsOf(store, 's-1')).toHaveLength(1);
  });

  it('is written once also after the server has lost what it knew of ids (I6, X13)', async () => {
    const store = await open();
    const writes = [write('s-1')];
    const first = await store.append(writes);
    double.database.forgetIds();

    expect(await store.append(writes)).toEqual(first);
    const same = raw('T');
    double.database.append('book.any', 'any', [same]);
    double.database.forgetIds();
    double.database.append('book.any', 'any', [same]);
    expect(double.database.visibleIn('book.any')).toHaveLength(2);
  });
});

/** Sends the same append again, as a caller does who was told that its outcome is unknown. */
async function untilAppended(
  store: EventStoreDbEventStore,
  writes: readonly StreamWrite[],
): Promise<AppendOutcome> {
  for (;;) {
    try {
      return await store.append(writes);
    } catch (error) {
      if (!(error instanceof OutcomeUnknownError || error instanceof StoreUnavailableError))
        throw error;
    }
  }
}

describe('a server that is away', () => {
  it('is named with what is wrong, nothing is written, and it is found again by itself (N1, N2)', async () => {
    const store = await open();
    const writes = [write('s-1')];
    await double.down();

    await expect(store.check(HASTE.answerMs)).rejects.toThrow('EVENT_STORE_URL');
    await expect(store.append(writes)).rejects.toThrow(
      /^The event store at 127\.0\.0\.1:\d+ \(EVENT_STORE_URL\) does not answer: .*ECONNREFUSED/,
    );
    expect(double.database.visibleIn('book.s-1')).toEqual([]);
    await double.up();

    expect((await untilAppended(store, writes)).kind).toBe('appended');
    await store.check(HASTE.answerMs);
  });

  it('does not make callers queue up: once it has been away for long, each is told at once', async () => {
    const store = await open();
    await double.down();
    await expect(store.head()).rejects.toThrow(StoreUnavailableError);
    const begun = performance.now();

    await Promise.allSettled(Array.from({ length: 20 }, (_, n) => store.append([write(`s-${n}`)])));

    expect(performance.now() - begun).toBeLessThan(HASTE.budgetMs);
  });

  it('is read from again, whole, where it breaks off in the middle of a page (R7)', async () => {
    const store = await open();
    const writes = [write('s-1', 'no_stream', newEvents(300))];
    await store.append(writes);
    double.resetReadAfter = 100;

    expect(await idsOf(store, 's-1')).toEqual(idsIn(writes));
  });

  it('because its disk is full: nothing of the append is written, and it is done once there is room', async () => {
    const store = await open();
    await store.append([write('s-0')]);
    const writes = [write('s-1', 'no_stream', newEvents(2))];
    double.appendFaults.push('disk-full');

    await expect(store.append(writes)).rejects.toThrow(
      /^The event store at 127\.0\.0\.1:\d+ \(EVENT_STORE_URL\) did not say whether it was written .*: repeat the same append/,
    );
    await expect(store.append(writes)).rejects.toThrow(StoreUnavailableError);
    expect(double.database.visibleIn('book.s-1')).toEqual([]);
    await double.up();

    expect((await untilAppended(store, writes)).kind).toBe('appended');
    expect(await idsOf(store, 's-1')).toEqual(idsIn(writes));
  });

  it('holds up neither closing nor who subscribes', async () => {
    const store = await open();
    const batches = store.subscribe()[Symbol.asyncIterator]();
    await batches.next();
    await double.down();
    const waiting = expect(batches.next()).rejects.toThrow(StoreUnavailableError);

    await store.close();

    await waiting;
  });

  it('refuses to open, and says so', async () => {
    await double.down();

    await expect(open()).rejects.toThrow(StoreUnavailableError);
  });

  it('refuses what would take too much memory while it waits', async () => {
    const store = await open();
    double.hang();
    const large = () => [write(crypto.randomUUID(), 'no_stream', [largeEvent()])];
    const waiting = Promise.allSettled(Array.from({ length: 64 }, () => store.append(large())));

    await expect(store.append(large())).rejects.toThrow('64 wait already');
    double.resume();
    await waiting;
  });
});

function largeEvent() {
  return newEvent({ data: { text: 'x'.repeat(999_900) } });
}

describe('a server that is not the leader', () => {
  it('names the leader, from whom is read then (X5)', async () => {
    const store = await open();
    await store.append([write('s-1')]);
    const leader = await startDouble({ database: double.database });

    double.leader = { address: '127.0.0.1', port: leader.port };

    expect(await idsOf(store, 's-1')).toHaveLength(1);
  });

  it('that hangs is left for the one that leads now, after so many failures (X12, X19)', async () => {
    const next = await startDouble({ database: double.database });
    next.leader = { address: '127.0.0.1', port: double.port };
    const hosts = `127.0.0.1:${double.port},127.0.0.1:${next.port}`;
    const url = `esdb://${hosts}?tls=false&gossipTimeout=1`;
    const store = await open({ url, patience: { ...HASTE, budgetMs: 15_000 } });
    await store.append([write('s-0')]);
    const writes = [write('s-1')];

    double.hang();
    next.leader = undefined;

    expect(await store.append(writes)).toMatchObject({ kind: 'appended' });
    expect(await idsOf(store, 's-1')).toEqual(idsIn(writes));
    expect(next.appends).toBeGreaterThan(0);
  }, 20_000);

  it('is found by the members of a cluster (X2)', async () => {
    const follower = await startDouble({ database: double.database });
    follower.leader = { address: '127.0.0.1', port: double.port };
    const hosts = `127.0.0.1:${follower.port},127.0.0.1:${double.port}`;

    const store = await open({ url: `esdb://${hosts}?tls=false` });
    await store.append([write('s-1')]);

    expect(double.appends).toBe(2);
    expect(follower.appends).toBe(0);
  });
});

describe('a subscription', () => {
  it.each<[string, (away: WireDouble) => void | Promise<void>]>([
    [
      'the connection is reset (X15)',
      (away) => {
        away.reset();
      },
    ],
    [
      'it is dropped as too slow (U6)',
      (away) => {
        away.dropSubscriptions();
      },
    ],
    [
      'the server goes and comes back (U4)',
      async (away) => {
        await away.down();
        await away.up();
      },
    ],
  ])('goes on without gap or double when %s', async (_, fault) => {
    const store = await open();
    const many = Array.from({ length: 40 }, (_each, n) => [write(`s-${n}`)]);
    const taking = take(store.subscribe(), 40);
    for (const [n, writes] of many.entries()) {
      if (n % 10 === 5) await fault(double);
      await untilAppended(store, writes);
    }

    expect((await taking).map(({ id }) => id)).toEqual(many.flatMap(idsIn));
  });

  it('goes on where the event at its position is gone, and leaves out none (V4, V5)', async () => {
    const store = await open();
    await store.append([write('s-1', 'no_stream', newEvents(3))]);
    const [first] = await take(store.subscribe(), 3);
    const rest = [write('s-2'), write('s-3')];
    for (const each of rest) await store.append([each]);
    double.database.append('$$book.s-1', 'any', [raw('$metadata', { $tb: 3 })]);
    double.database.scavenge();

    const following = await take(store.subscribe({ after: first?.position }), 2);

    expect(following.map(({ id }) => id)).toEqual(idsIn(rest));
    expect(await rawIds(double.url, first)).toEqual(idsIn(rest).slice(1));
  });

  it('that nobody reads any more is ended at the server (U5)', async () => {
    const store = await open();
    await store.append([write('s-1')]);

    await take(store.subscribe(), 1);

    for (; double.subscriptions > 0;) await new Promise(setImmediate);
    expect(double.subscriptions).toBe(0);
  });

  it('sees only its namespace, among others and the server’s own (R5)', async () => {
    const store = await open();
    for (let n = 0; n < 2_000; n++) double.database.append(`other.s-${n % 7}`, 'any', [raw('T')]);
    double.database.append('bookkeeping.s-1', 'any', [raw('T')]);
    const ours = [write('s-1')];
    await store.append(ours);
    double.database.append('$$book.s-1', 'any', [raw('$metadata', { $maxCount: 9 })]);

    expect((await take(store.subscribe(), 1)).map(({ id }) => id)).toEqual(idsIn(ours));
    const all: StoredEvent[] = [];
    for await (const { events } of store.readAll()) all.push(...events);
    expect(all.map(({ id }) => id)).toEqual(idsIn(ours));
    expect(await store.head()).toBe(all.at(-1)?.position);
  });

  it('waits for the rest of an append to several streams, and not for ever', async () => {
    const store = await open();
    const [a, b] = [write('s-1'), write('s-2')];
    const other = write('s-3');
    double.appendDelayMs = 100;
    const both = store.append([a, b]);
    await untilThere('book.s-1');
    const batches: string[][] = [];
    double.appendDelayMs = 0;
    await store.append([other]);
    await both;
    for await (const { events } of store.subscribe()) {
      batches.push(events.map(({ id }) => id));
      if (batches.flat().length >= 3) break;
    }

    expect(batches).toEqual([[...idsIn([a, other, b])]]);

    const half = { ...newEvent(), id: crypto.randomUUID() };
    const metadata = { ...half.metadata, append: { index: 0, of: 2 }, schemaVersion: 1 };
    double.database.append('book.s-4', 'no_stream', [
      { ...raw('T'), metadata: Buffer.from(JSON.stringify(metadata)) },
    ]);
    expect(await take(store.subscribe(), 4)).toHaveLength(4);
  });
});

async function untilThere(stream: string): Promise<void> {
  if (double.database.visibleIn(stream).length > 0) return;
  await new Promise<void>((resolve) => {
    const stop = double.database.onChange(() => {
      if (double.database.visibleIn(stream).length === 0) return;
      stop();
      resolve();
    });
  });
}

/** What the client's own subscription brings after an event's position: without the first survivor (V4). */
async function rawIds(url: string, after: StoredEvent | undefined): Promise<string[]> {
  await opened.pop()?.close();
  const client = EventStoreDBClient.connectionString(url);
  const commit = BigInt((after?.position ?? '').slice(17));
  const ids: string[] = [];
  const subscription = client.subscribeToAll({ fromPosition: { commit, prepare: commit } });
  await new Promise<void>((resolve) => {
    subscription
      .on('caughtUp', () => {
        resolve();
      })
      .on('data', ({ event }) => {
        if (event?.streamId.startsWith('book.') === true) ids.push(event.id);
      });
  });
  await subscription.unsubscribe();
  await client.dispose();
  return ids;
}

describe('credentials', () => {
  it.each(['unauthenticated', 'forbidden'] as const)(
    'that are %s are named with the setting, and taken once they are good (T4, T5)',
    async (denied) => {
      const store = await open();
      const writes = [write('s-1')];
      double.denies = denied;

      await expect(store.append(writes)).rejects.toThrow(
        /refuses the credentials in EVENT_STORE_URL/,
      );
      await expect(store.head()).rejects.toThrow(StoreUnavailableError);
      await expect(store.check(HASTE.answerMs)).rejects.toThrow(/refuses the credentials/);
      double.denies = undefined;

      expect(await store.append(writes)).toMatchObject({ kind: 'appended' });
    },
  );

  it.each([
    'esdb://admin:s3cret@',
    'esdb://admin:s3cret@host:port',
    'http://admin:s3cret@127.0.0.1:2113',
    'esdb://admin:s3cret@host?tls=maybe',
    'esdb://admin:s3cret@host?throwOnAppendFailure=false',
  ])('are not shown where the URL cannot be used: %s', async (url) => {
    const error = await open({ url }).catch((failure: unknown) => failure);

    expect(error).toBeInstanceOf(StoreRefusedError);
    expect((error as Error).message).toMatch(/^EVENT_STORE_URL cannot be used: /);
    expect((error as Error).message).not.toContain('s3cret');
  });
});

describe('what does not fit', () => {
  it('TLS against a server without it is told by its own words (C2, T8)', async () => {
    const url = double.url.replace('?tls=false', '');

    await expect(open({ url })).rejects.toThrow(/does not answer: .*(SSL|wrong version number)/i);
  });

  it('a certificate file that is not there is refused (T2)', async () => {
    await expect(open({ url: 'esdb://127.0.0.1:1?tlsCAFile=/none.pem' })).rejects.toThrow(
      'EVENT_STORE_URL cannot be used: Failed to load certificate file. File was not found.',
    );
  });

  it('a server older than 23.10 is refused', async () => {
    double.serverVersion = '22.10.1.0';

    await expect(open()).rejects.toThrow('is of version 22.10.1.0: 23.10 or newer is needed');
  });

  it('a second URL in one process is refused (X24)', async () => {
    await open();
    const other = await startDouble();

    await expect(open({ url: other.url })).rejects.toThrow(StoreRefusedError);
  });

  it('one client, shared by two stores of a process, is kept until the last of them is closed (X24)', async () => {
    const [one, other] = [await open(), await open()];
    double.appendDelayMs = 20;
    const many = Array.from({ length: 20 }, (_, n) => [write(`s-${n}`)]);
    const appending = Promise.all(many.map((writes) => other.append(writes)));

    await one.close();

    expect(new Set((await appending).map(({ kind }) => kind))).toEqual(new Set(['appended']));
    expect(await idsOf(other, 's-0')).toEqual(idsIn(many[0] ?? []));
  });

  it('who only reads is told where there is no log', async () => {
    await expect(open({ mustExist: true })).rejects.toThrow(
      'holds no log of namespace book: start the service once',
    );
  });

  it.each<[string, StreamWrite]>([
    ['a stream of another namespace', { ...write('s-1'), stream: 'other.s-1' }],
    ['a type of the server’s own', write('s-1', 'no_stream', [newEvent({ type: '$x' })])],
    ['an empty type', write('s-1', 'no_stream', [newEvent({ type: '' })])],
    ['data that is no JSON (A12)', write('s-1', 'no_stream', [newEvent({ data: { n: NaN } })])],
    ['an id that is no UUID', write('s-1', 'no_stream', [{ ...newEvent(), id: 'x' }])],
    ['one id twice (I5, I7)', write('s-1', 'no_stream', twice(newEvent()))],
  ])('%s is refused before anything is sent (A10)', async (_, bad) => {
    const store = await open();
    const sent = double.appends;

    await expect(store.append([bad])).rejects.toThrow(TypeError);

    expect(double.appends).toBe(sent);
  });
});

describe('a stream that was changed by hand', () => {
  it.each<[string, () => void]>([
    [
      'truncated (M1)',
      () => void double.database.append('$$book.s-1', 'any', [raw('$metadata', { $tb: 1 })]),
    ],
    [
      'emptied (M1)',
      () => void double.database.append('$$book.s-1', 'any', [raw('$metadata', { $tb: 9 })]),
    ],
    ['ended (D3)', () => void double.database.tombstone('book.s-1', 'any')],
  ])('is refused, never read as if it were whole: %s', async (_, change) => {
    const store = await open();
    await store.append([write('s-1', 'no_stream', newEvents(2))]);
    change();

    await expect(idsOf(store, 's-1')).rejects.toThrow(StoreRefusedError);
  });

  it('is refused where it was deleted and would go on under old revisions (D1)', async () => {
    const store = await open();
    await store.append([write('s-1', 'no_stream', newEvents(2))]);
    double.database.delete('book.s-1', 'any');

    await expect(store.append([write('s-1')])).rejects.toThrow(
      /deleted in the event store by hand/,
    );
  });

  it('is appended to at no revision where it was ended (D3)', async () => {
    const store = await open();
    double.database.tombstone('book.s-1', 'any');

    await expect(store.append([write('s-1')])).rejects.toThrow(StoreRefusedError);
  });
});

it('V9: where it was removed since, the client is told a revision and no position', async () => {
  const client = EventStoreDBClient.connectionString(double.url);
  const event = jsonEvent({ type: 'T', data: {} });
  await client.appendToStream('s', event, { expectedRevision: 'no_stream' });
  await client.appendToStream('s', jsonEvent({ type: 'T', data: {} }));
  await client.setStreamMetadata('s', { truncateBefore: 1 });
  double.database.scavenge();

  const again = await client.appendToStream('s', event, { expectedRevision: 'no_stream' });

  expect(again).toEqual({ success: true, nextExpectedRevision: 0n, position: undefined });
  await client.dispose();
});
