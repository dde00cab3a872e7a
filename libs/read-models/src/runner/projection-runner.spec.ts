import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  MissingPersonalKeyError,
  UnreadableEventError,
  type AppendOutcome,
  type NewEvent,
  type Position,
  type RecordedEvent,
  type StoredEvent,
} from '@tierbook/eventing';
import { InMemoryEventStore, newEvent } from '@tierbook/eventing/testing';
import { InMemoryStateStore } from '@tierbook/state/testing';
import { openProjectionState } from '../control/projection-state';
import { ViewBehindError } from '../errors';
import type { AnyProjection } from '../projection';
import { MAX_PURGED, type ProjectionStore } from '../projection-store';
import { InMemoryReadStore } from '../in-memory-read-store';
import type { ViewDefinition } from '../view';
import { LONGEST_HELD_MS, MOST_HELD } from './held-documents';
import { ProjectionRunner, type ProjectionRunnerOptions } from './projection-runner';

interface Tally {
  readonly sum: number;
  readonly seen: readonly number[];
}

interface Projecting extends AnyProjection {
  readonly view: ViewDefinition<Tally>;
}

/** Sums `data.n` for each `data.key`; `null` removes. `fault` may throw. */
function tally(
  name: string,
  fault: (event: { readonly type: string; readonly n: number }) => void = () => undefined,
  version = 1,
  keyFault: (n: number) => void = () => undefined,
): Projecting {
  const dataOf = (event: object) =>
    (event as { data: { key: string; n: number; remove?: boolean } }).data;
  return {
    view: { name, version, readableFrom: 1, fields: { sum: 'number' }, indexes: [] },
    keysOf: ({ event }) => {
      const { key, n } = dataOf(event);
      keyFault(n);
      return [key, key];
    },
    apply(doc, { event }) {
      const { n, remove } = dataOf(event);
      fault({ type: event.type, n });
      if (remove === true) return null;
      const { sum = 0, seen = [] } = (doc ?? {}) as Partial<Tally>;
      return { sum: sum + n * version, seen: [...seen, n] };
    },
  };
}

const failingAt = (...bad: readonly number[]) =>
  tally('a', ({ n }) => {
    if (bad.includes(n)) throw new Error(`cannot take ${String(n)}`);
  });

const unableToPlace = (bad: number) =>
  tally('a', undefined, 1, (n) => {
    if (n === bad) throw new Error('thirteen');
  });

describe('ProjectionRunner', () => {
  let log: InMemoryEventStore;
  let store: InMemoryReadStore;
  let stateStore: InMemoryStateStore;
  let streams: number;
  const stops: (() => Promise<void>)[] = [];
  beforeEach(() => {
    log = new InMemoryEventStore();
    store = new InMemoryReadStore();
    stateStore = new InMemoryStateStore();
    streams = 0;
  });
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop();
  });

  const append = async (...events: readonly Partial<NewEvent>[]): Promise<Position> => {
    const commandId = `command-${String(++streams)}`;
    const outcome: AppendOutcome = await log.append([
      {
        stream: `s-${String(streams)}`,
        expectedRevision: 'no_stream',
        events: events.map((fields) => {
          const event = newEvent(fields);
          return { ...event, metadata: { ...event.metadata, commandId } };
        }),
      },
    ]);
    if (outcome.kind !== 'appended') throw new Error('The append was refused.');
    return outcome.position;
  };
  const add = (key: string, ...numbers: readonly number[]) =>
    append(...numbers.map((n) => ({ data: { key, n } })));

  const decode = (stored: StoredEvent): Promise<RecordedEvent> =>
    Promise.resolve({ ...stored, event: { type: stored.type, data: stored.data } });
  const start = async (
    projections: readonly AnyProjection[],
    options: Partial<ProjectionRunnerOptions> = {},
  ) => {
    const state = await openProjectionState(stateStore);
    const defaults = { reader: log, store, projections, state, decode };
    const runner = new ProjectionRunner({ ...defaults, ...options });
    const run = runner.run();
    const stop = async () => {
      runner.stop();
      await run.catch(() => undefined);
    };
    stops.push(stop);
    return { runner, run, stop };
  };
  const doc = async (projection: Projecting, key: string) =>
    (await store.get(projection.view, key))?.doc;
  /** Also answers `reached`: the condition holds, asked at each report of progress. */
  const startUntil = async (
    projections: readonly AnyProjection[],
    holds: (states: ReadonlyMap<string, string>) => boolean,
    options: Partial<ProjectionRunnerOptions> = {},
  ) => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const states = new Map<string, string>();
    const onProgress: ProjectionRunnerOptions['onProgress'] = (changed) => {
      for (const { view, state } of changed) states.set(view, state);
      if (holds(states)) resolve(undefined);
    };
    return { ...(await start(projections, { ...options, onProgress })), reached: promise };
  };
  /** The store, with the keys noted of all documents that are written. */
  const noting = (written: string[]) =>
    replacing(store, {
      write: (writes) => {
        written.push(...writes.flatMap(({ documents }) => documents.map(({ key }) => key)));
        return store.write(writes);
      },
    });
  const statusOf = (runner: ProjectionRunner, view: string) =>
    runner.status().find((status) => status.view === view);

  /** Asks again at each turn of the event loop. */
  const until = async (holds: () => boolean | Promise<boolean>) => {
    while (!(await holds())) await new Promise(setImmediate);
  };
  /** The view `a` is served by its build of this generation. */
  const promoted = (runner: ProjectionRunner, generation: number) =>
    until(async () => {
      const builds = await store.builds();
      const serving = builds.find(({ view, serving: serves }) => view === 'a' && serves);
      return serving?.generation === generation && statusOf(runner, 'a')?.rebuild === undefined;
    });
  const reasonOfFirst = (runner: ProjectionRunner) => runner.status()[0]?.reason;

  it('builds views from what there is, then from what comes', async () => {
    const a = tally('a');
    const b = tally('b');
    await add('x', 1, 2);
    const { runner } = await start([a, b]);
    const first = await add('y', 5);
    await Promise.all([runner.waitFor('a', first), runner.waitFor('b', first)]);
    const second = await add('x', 10);
    await runner.waitFor('a', second);
    expect(await doc(a, 'x')).toEqual({ sum: 13, seen: [1, 2, 10] });
    expect(await doc(b, 'y')).toEqual({ sum: 5, seen: [5] });
    expect(await store.positionOf(a.view)).toBe(second);
    expect(runner.status()).toEqual([
      { view: 'a', state: 'live', position: second, version: 1, events: 4 },
      { view: 'b', state: 'live', position: second, version: 1, events: 4 },
    ]);
  });

  it('serves empty views of an empty log', async () => {
    const a = tally('a');
    const { reached } = await startUntil([a], (states) => states.get('a') === 'live');
    await reached;
    expect(await doc(a, 'x')).toBeUndefined();
    expect(await store.positionOf(a.view)).toBeUndefined();
  });

  it('goes on from its checkpoint, and writes each document once a batch', async () => {
    const a = tally('a');
    const first = await start([a]);
    await first.runner.waitFor('a', await add('x', 1));
    await first.stop();
    for (let n = 2; n <= 50; n++) await add('x', n);
    const last = await add('y', 7);
    const written: string[] = [];
    const second = await start([a], { store: noting(written) });
    await second.runner.waitFor('a', last);
    expect(written.sort()).toEqual(['x', 'y']);
    expect((await doc(a, 'x'))?.seen).toEqual(Array.from({ length: 50 }, (_, n) => n + 1));
  });

  it.each([
    ['that goes on', 'x', {}],
    ['that was removed', 'gone', { remove: true }],
  ])(
    'applies no event twice where documents are ahead of the checkpoint: one %s',
    async (_, key, last) => {
      const a = tally('a');
      const first = await start([a]);
      await first.runner.waitFor('a', await add(key, 1));
      await first.stop();
      await add(key, 2);
      await append({ data: { key, n: 3, ...last } });
      const [before] = await store.builds();
      // As a writer leaves it that dies, on an engine without transactions, before its checkpoint.
      const cut = replacing(store, {
        write: async (writes) => {
          const { checkpoint } = before ?? {};
          if (checkpoint === undefined) throw new Error('There is no build.');
          await store.write(writes.map((write) => ({ ...write, checkpoint })));
          throw new Error('killed');
        },
      });
      await expect((await start([a], { store: cut })).run).rejects.toThrow('killed');
      await add(key, 4);
      const second = await start([a]);
      await second.runner.waitFor('a', await add(key, 5));
      const kept = 'remove' in last ? [] : [1, 2, 3];
      expect((await doc(a, key))?.seen).toEqual([...kept, 4, 5]);
    },
  );

  it('passes over the kernel’s own events, but reflects them', async () => {
    const a = tally('a');
    const { runner } = await start([a], {
      decode: ({ type }) => Promise.reject(new Error(`${type} is nothing to decode.`)),
    });
    const position = await append({ type: 'NothingChanged', data: {} });
    await runner.waitFor('a', position);
    expect(await store.positionOf(a.view)).toBe(position);
  });

  it('removes documents, and makes them anew', async () => {
    const a = tally('a');
    const { runner } = await start([a]);
    await add('x', 1);
    await runner.waitFor('a', await append({ data: { key: 'x', n: 0, remove: true } }));
    expect(await doc(a, 'x')).toBeUndefined();
    await runner.waitFor('a', await add('x', 3));
    expect(await doc(a, 'x')).toEqual({ sum: 3, seen: [3] });
  });

  it('forgets what was removed once it has been past it for an hour, and not before', async () => {
    const a = tally('a');
    const many = MAX_PURGED + 1;
    for (let n = 0; n < many; n++) await add(`x${String(n)}`, 1);
    let now = 0;
    const minutes = (count: number) => count * 60_000;
    const { runner } = await start([a], { elapsed: () => now });
    await runner.waitFor('a', await add('z', 1));
    const remove = async (key: string) => {
      await runner.waitFor('a', await append({ data: { key, n: 1, remove: true } }));
    };
    for (let n = 0; n < many; n++) await remove(`x${String(n)}`);
    const [build] = await store.builds();
    if (build === undefined) throw new Error('There is no build.');
    const tombstones = async () => {
      const keys = Array.from({ length: many }, (_, n) => `x${String(n)}`);
      return (await store.load(build, keys)).size;
    };
    now = minutes(10);
    await runner.waitFor('a', await add('y', 1));
    now = minutes(69);
    await runner.waitFor('a', await add('y', 1));
    expect(await tombstones()).toBe(many);
    now = minutes(70);
    await runner.waitFor('a', await add('y', 1));
    expect(await tombstones()).toBe(1);
    await runner.waitFor('a', await add('y', 1));
    expect(await tombstones()).toBe(0);
    expect((await doc(a, 'y'))?.seen).toHaveLength(4);
    await runner.waitFor('a', await add('x0', 3));
    expect((await doc(a, 'x0'))?.seen).toEqual([3]);
  });

  describe('meets an event that a view cannot take', () => {
    it('in keysOf: pauses that view before the append, names the event, and others go on', async () => {
      const bad = unableToPlace(13);
      const good = tally('good');
      await add('x', 1);
      const sound = await add('x', 2);
      await add('y', 3, 13, 4);
      const last = await add('x', 5);
      const { runner } = await start([bad, good]);
      await runner.waitFor('good', last);
      expect(runner.status()[0]).toMatchObject({ state: 'paused', pausedBy: 'event' });
      expect(reasonOfFirst(runner)).toMatch(/^SomethingHappened .* at .*: thirteen$/);
      const [build] = (await store.builds()).filter(({ view }) => view === 'a');
      expect(build?.checkpoint?.position).toBe(sound);
      expect(await store.load({ view: 'a', generation: 1 }, ['x', 'y'])).toEqual(
        new Map([['x', { position: sound, doc: { sum: 3, seen: [1, 2] } }]]),
      );
      expect(await doc(good, 'y')).toEqual({ sum: 20, seen: [3, 13, 4] });
    });

    it('keeps serving a live view as it stands, and pauses there again when started anew', async () => {
      const bad = unableToPlace(13);
      const good = tally('good');
      const first = await start([bad, good]);
      const sound = await add('x', 1);
      await first.runner.waitFor('a', sound);
      await first.runner.waitFor('good', await add('x', 13));
      expect(first.runner.status()[0]).toMatchObject({ state: 'paused', position: sound });
      await first.stop();
      const second = await startUntil([bad, good], (states) => states.get('a') === 'paused');
      await second.reached;
      await second.runner.waitFor('good', await add('y', 2));
      expect((await doc(bad, 'x'))?.sum).toBe(1);
      const healed = tally('a');
      await second.stop();
      const third = await start([healed, good]);
      const last = await add('y', 4);
      await third.runner.waitFor('a', last);
      await third.runner.waitFor('good', last);
      expect((await doc(healed, 'x'))?.sum).toBe(14);
      expect((await doc(good, 'y'))?.sum).toBe(6);
    });

    it.each([
      ['an unknown type', new UnreadableEventError('Unknown event type.')],
      ['a missing key', new MissingPersonalKeyError('No key.')],
    ])('that cannot be read, %s: pauses all before its append', async (_, error) => {
      const sound = await add('x', 1);
      await append({ data: { key: 'x', n: 2 } }, { type: 'Odd', data: { key: 'x', n: 3 } });
      await add('x', 4);
      const { runner, reached } = await startUntil(
        [tally('a'), tally('b')],
        (states) => states.get('b') === 'paused',
        { decode: (stored) => (stored.type === 'Odd' ? Promise.reject(error) : decode(stored)) },
      );
      await reached;
      expect(runner.status().map(({ state }) => state)).toEqual(['paused', 'paused']);
      expect(reasonOfFirst(runner)).toContain('Odd');
      const positions = (await store.builds()).map(({ checkpoint }) => checkpoint?.position);
      expect(positions).toEqual([sound, sound]);
      expect(await store.load({ view: 'a', generation: 1 }, ['x'])).toEqual(
        new Map([['x', { position: sound, doc: { sum: 1, seen: [1] } }]]),
      );
    });

    it('fails as a whole when the keys or the store fail, and writes nothing wrong', async () => {
      await add('x', 1);
      const { run } = await start([tally('a')], { decode: () => Promise.reject(new Error('EIO')) });
      await expect(run).rejects.toThrow('EIO');
      expect((await store.builds())[0]?.checkpoint).toBeUndefined();
    });
  });

  describe('parks a document that cannot take an event', () => {
    const good = tally('good');
    const decision = { by: 'ops', why: 'a test' };
    /** x: 1, 13, 2; y: 5. Answers the last position. */
    const poison = async () => {
      await add('x', 1);
      await add('x', 13);
      await add('x', 2);
      return add('y', 5);
    };

    it('with its later events, while others go on', async () => {
      const bad = failingAt(13);
      const { runner } = await start([bad, good]);
      await runner.waitFor('a', await poison());
      expect(await doc(bad, 'x')).toEqual({ sum: 1, seen: [1] });
      expect(await doc(bad, 'y')).toEqual({ sum: 5, seen: [5] });
      expect(statusOf(runner, 'a')).toMatchObject({ state: 'live', parked: ['x'] });
      expect(statusOf(runner, 'good')?.parked).toBeUndefined();
    });

    it('tells which, where, why, and what waits behind', async () => {
      const { runner } = await start([failingAt(13)]);
      await runner.waitFor('a', await poison());
      const { parked } = await openProjectionState(stateStore);
      const [found] = parked.of({ view: 'a', generation: 1 }).values();
      expect(found).toMatchObject({ key: 'x', error: 'cannot take 13', stopsRebuild: false });
      const waiting = await collected(parked.waiting({ view: 'a', generation: 1 }, 'x'));
      expect(waiting).toHaveLength(2);
      expect(waiting[0]).toEqual(found?.event);
    });

    it('and keeps it parked when started anew, also with what comes then', async () => {
      const first = await start([failingAt(13)]);
      await first.runner.waitFor('a', await poison());
      await first.stop();
      const second = await start([tally('a')]);
      await second.runner.waitFor('a', await add('x', 4));
      expect((await doc(tally('a'), 'x'))?.seen).toEqual([1]);
      expect(await second.runner.retry('a', 'x')).toBeUndefined();
      expect((await doc(tally('a'), 'x'))?.seen).toEqual([1, 13, 2, 4]);
      expect(statusOf(second.runner, 'a')?.parked).toBeUndefined();
      await second.runner.waitFor('a', await add('x', 6));
      expect((await doc(tally('a'), 'x'))?.seen).toEqual([1, 13, 2, 4, 6]);
    });

    it('and applies no event twice when a crash came between parking and writing', async () => {
      const bad = failingAt(13);
      const last = await poison();
      const crashing = replacing(store, { write: () => Promise.reject(new Error('crash')) });
      const first = await start([bad], { store: crashing });
      await expect(first.run).rejects.toThrow('crash');
      const second = await start([bad]);
      await second.runner.waitFor('a', last);
      expect((await doc(bad, 'x'))?.seen).toEqual([1]);
      await second.stop();
      const third = await start([tally('a')]);
      await third.runner.waitFor('a', last);
      await third.runner.retry('a', 'x');
      expect((await doc(bad, 'x'))?.seen).toEqual([1, 13, 2]);
    });

    it('and says where it stands still again, when a retry goes no further than a later event', async () => {
      const { runner } = await start([failingAt(13, 2)]);
      await runner.waitFor('a', await poison());
      const again = await runner.drop('a', 'x', decision);
      expect(again?.error).toBe('cannot take 2');
      await runner.drop('a', 'x', decision);
      await runner.waitFor('a', await add('x', 7));
      expect((await doc(tally('a'), 'x'))?.seen).toEqual([1, 7]);
    });

    it('and a dropped event is left out by a rebuild too', async () => {
      const bad = failingAt(13);
      const { runner } = await start([bad]);
      await runner.waitFor('a', await poison());
      expect(await runner.drop('a', 'x', decision)).toBeUndefined();
      expect((await doc(bad, 'x'))?.seen).toEqual([1, 2]);
      await runner.rebuild('a');
      await promoted(runner, 2);
      expect((await doc(bad, 'x'))?.seen).toEqual([1, 2]);
      const { skipped } = await openProjectionState(stateStore);
      expect(skipped.all()).toMatchObject([{ view: 'a', key: 'x', ...decision }]);
    });

    it('and a rebuild parks it too, where it cannot do better; else it is parked no more', async () => {
      const first = await start([failingAt(13)]);
      await first.runner.waitFor('a', await poison());
      await first.runner.rebuild('a');
      await promoted(first.runner, 2);
      expect(statusOf(first.runner, 'a')?.parked).toEqual(['x']);
      await first.stop();
      const second = await start([tally('a')]);
      await second.runner.rebuild('a');
      await promoted(second.runner, 3);
      expect(statusOf(second.runner, 'a')?.parked).toBeUndefined();
      expect((await doc(tally('a'), 'x'))?.seen).toEqual([1, 13, 2]);
      expect(await stateStore.list('parked-keys', { limit: 9 })).toEqual([]);
      expect(await stateStore.list('parked-events', { limit: 9 })).toEqual([]);
    });

    it('but a rebuild stops at a new one, and the old build serves and is kept current', async () => {
      const first = await start([tally('a')]);
      await first.runner.waitFor('a', await poison());
      await first.stop();
      const bad = failingAt(13);
      const second = await start([bad]);
      await second.runner.rebuild('a');
      await second.runner.waitFor('a', await add('x', 4));
      await until(() => statusOf(second.runner, 'a')?.rebuild?.stoppedBy !== undefined);
      expect(statusOf(second.runner, 'a')?.rebuild?.stoppedBy).toContain('cannot take 13');
      expect((await doc(bad, 'x'))?.seen).toEqual([1, 13, 2, 4]);
      await second.runner.drop('a', 'x', decision);
      await promoted(second.runner, 2);
      expect((await doc(bad, 'x'))?.seen).toEqual([1, 2, 4]);
    });

    it('but refuses to retry what is not parked', async () => {
      const { runner } = await start([tally('a')]);
      await expect(runner.retry('a', 'x')).rejects.toMatchObject({ code: 'key-not-parked' });
      await expect(runner.retry('b', 'x')).rejects.toMatchObject({ code: 'projection-unknown' });
    });

    it('but pauses the view where more documents would stand still than a fault of an event explains', async () => {
      const bad = tally('a', () => {
        throw new Error('never');
      });
      for (let n = 0; n <= 1_000; n++) await add(`k${String(n)}`, n);
      const { runner, reached } = await startUntil([bad], (states) => states.get('a') === 'paused');
      await reached;
      expect(reasonOfFirst(runner)).toContain('never');
    });
  });

  describe('does what it is told', () => {
    it('pauses a view, which stays as it is, also when started anew, and resumes it', async () => {
      const a = tally('a');
      const b = tally('b');
      const first = await start([a, b]);
      const before = await add('x', 1);
      await first.runner.waitFor('a', before);
      await first.runner.pause('a', 'ops');
      await first.runner.waitFor('b', await add('x', 2));
      expect((await doc(a, 'x'))?.sum).toBe(1);
      expect(statusOf(first.runner, 'a')).toMatchObject({
        state: 'paused',
        pausedBy: 'operator',
        reason: 'paused by ops',
        position: before,
      });
      await first.stop();
      const second = await start([a, b]);
      const last = await add('x', 4);
      await second.runner.waitFor('b', last);
      expect(statusOf(second.runner, 'a')?.state).toBe('paused');
      await second.runner.resume('a');
      await second.runner.waitFor('a', last);
      expect((await doc(a, 'x'))?.seen).toEqual([1, 2, 4]);
      const more = await add('x', 8);
      await second.runner.waitFor('a', more);
      expect((await doc(a, 'x'))?.seen).toEqual([1, 2, 4, 8]);
    });

    it('rebuilds a view beside the build that serves, while events come', async () => {
      const a = tally('a');
      const b = tally('b');
      for (let n = 1; n <= 300; n++) await add('x', n);
      const { runner } = await start([a, b]);
      await runner.waitFor('a', await add('y', 1));
      const rebuilding = runner.rebuild('a');
      let last = await add('x', 301);
      await rebuilding;
      for (let n = 302; n <= 400; n++) last = await add('x', n);
      await promoted(runner, 2);
      await runner.waitFor('a', last);
      await runner.waitFor('b', last);
      expect((await doc(a, 'x'))?.seen).toEqual(Array.from({ length: 400 }, (_, n) => n + 1));
      expect((await store.builds()).map(({ view, serving }) => [view, serving])).toEqual([
        ['b', true],
        ['a', true],
      ]);
    });

    it('rebuilds a view of an empty log', async () => {
      const { runner, reached } = await startUntil([tally('a')], (s) => s.get('a') === 'live');
      await reached;
      await runner.rebuild('a');
      await promoted(runner, 2);
      expect(statusOf(runner, 'a')?.rebuild).toBeUndefined();
    });

    it('begins no second rebuild, and none of a view that is paused', async () => {
      const { runner } = await start([tally('a')]);
      await expect(runner.rebuild('a')).rejects.toMatchObject({ code: 'rebuild-under-way' });
      await runner.pause('a', 'ops');
      await expect(runner.rebuild('a')).rejects.toMatchObject({ code: 'projection-paused' });
      await expect(runner.pause('none', 'ops')).rejects.toMatchObject({
        code: 'projection-unknown',
      });
    });

    it('moves views on together again once they stand at one place', async () => {
      const decoded = { count: 0 };
      const { runner } = await start([tally('a'), tally('b')], {
        decode: (stored) => {
          decoded.count++;
          return decode(stored);
        },
      });
      const first = await add('x', 1);
      await Promise.all(['a', 'b'].map((view) => runner.waitFor(view, first)));
      await runner.rebuild('a');
      await promoted(runner, 2);
      const second = await add('x', 2);
      await Promise.all(['a', 'b'].map((view) => runner.waitFor(view, second)));
      decoded.count = 0;
      const third = await add('x', 3);
      await Promise.all(['a', 'b'].map((view) => runner.waitFor(view, third)));
      expect(decoded.count).toBe(1);
    });

    it('takes a backlog in few transactions, and leaves others their turn', async () => {
      for (let n = 0; n < 3_000; n++) await add('x', 0);
      const last = await log.head();
      let turns = 0;
      const turning = setInterval(() => turns++, 0);
      const written: string[] = [];
      const watching = noting(written);
      const { runner } = await start([tally('a')], { store: watching });
      await runner.waitFor('a', last ?? ('' as Position));
      clearInterval(turning);
      expect(written).toEqual(['x']);
      expect(turns).toBeGreaterThan(0);
    });
  });

  describe('holds what it makes of a build that nobody reads yet', () => {
    const decoding = (each: (count: number) => void): Partial<ProjectionRunnerOptions> => {
      let count = 0;
      return {
        decode: (stored) => {
          each(++count);
          return decode(stored);
        },
      };
    };

    it('for so long, and not longer; then its documents and its checkpoint are written', async () => {
      for (let n = 1; n <= 2_000; n++) await add('x', n);
      const last = await add('y', 1);
      const written: string[] = [];
      let now = 0;
      const { runner } = await start([tally('a')], {
        store: noting(written),
        elapsed: () => now,
        ...decoding((count) => {
          if (count === 1_000) now = LONGEST_HELD_MS;
        }),
      });
      await runner.waitFor('a', last);
      expect(written).toEqual(['x', 'x', 'y']);
      expect((await doc(tally('a'), 'x'))?.seen).toHaveLength(2_000);
    });

    it('as long as it is not too much', async () => {
      const keys = Array.from({ length: MOST_HELD + 1 }, (_, n) => `k${String(n)}`);
      for (let n = 0; n < keys.length; n += 5_000) {
        await append(...keys.slice(n, n + 5_000).map((key) => ({ data: { key, n } })));
      }
      for (let n = 0; n < 1_000; n++) await add('x', n);
      const last = await add('y', 1);
      const written: string[] = [];
      const { runner } = await start([tally('a')], { store: noting(written) });
      await runner.waitFor('a', last);
      expect(written.slice(0, keys.length).toSorted()).toEqual(keys.toSorted());
      expect(new Set(written.slice(keys.length))).toEqual(new Set(['x', 'y']));
    });

    it('and goes on from its checkpoint, with what was written, when it was cut short', async () => {
      for (let n = 1; n <= 4_000; n++) await add('x', n);
      let now = 0;
      const first = await start([tally('a')], {
        elapsed: () => now,
        ...decoding((count) => {
          if (count === 1_000) now = LONGEST_HELD_MS;
          if (count === 3_900) throw new Error('killed');
        }),
      });
      await expect(first.run).rejects.toThrow('killed');
      const [build] = await store.builds();
      const kept = (await store.load({ view: 'a', generation: 1 }, ['x'])).get('x');
      expect((kept?.doc as Tally | undefined)?.seen.length).toBeGreaterThan(900);
      expect(kept?.position).toBe(build?.checkpoint?.position);
      const second = await start([tally('a')]);
      await second.runner.waitFor('a', await add('x', 4_001));
      expect((await doc(tally('a'), 'x'))?.seen).toEqual(
        Array.from({ length: 4_001 }, (_, n) => n + 1),
      );
      expect((await store.builds()).map(({ generation }) => generation)).toEqual([1]);
    });

    it('and forgets it when the view is paused: resumed, it goes on from its checkpoint', async () => {
      for (let n = 1; n <= 1_000; n++) await add('x', n);
      const paused = Promise.withResolvers<undefined>();
      const { runner } = await start([tally('a')], {
        ...decoding((count) => {
          if (count !== 300) return;
          void runner.pause('a', 'ops').then(() => {
            paused.resolve(undefined);
          });
        }),
      });
      await paused.promise;
      expect(statusOf(runner, 'a')?.state).toBe('paused');
      await runner.resume('a');
      await runner.waitFor('a', await add('x', 1_001));
      expect((await doc(tally('a'), 'x'))?.seen).toEqual(
        Array.from({ length: 1_001 }, (_, n) => n + 1),
      );
    });
  });

  it('builds anew what was made from another log', async () => {
    const a = tally('a');
    const first = await start([a]);
    await first.runner.waitFor('a', await add('x', 1));
    await first.stop();
    log = new InMemoryEventStore();
    const position = await add('y', 2);
    const second = await start([a]);
    await second.runner.waitFor('a', position);
    expect(await doc(a, 'x')).toBeUndefined();
    expect(await doc(a, 'y')).toEqual({ sum: 2, seen: [2] });
  });

  it('builds a new version beside the old one, which serves until the new one has caught up', async () => {
    const old = tally('a');
    const other = tally('other');
    const first = await start([old, other]);
    const before = await add('x', 1);
    await first.runner.waitFor('a', before);
    await first.runner.waitFor('other', before);
    await first.stop();
    const next = tally('a', undefined, 2);
    const gate = Promise.withResolvers<undefined>();
    const promoted = Promise.withResolvers<undefined>();
    const held = replacing(store, {
      promote: async (build) => {
        await gate.promise;
        await store.promote(build);
        promoted.resolve(undefined);
      },
    });
    const second = await start([next, other], { store: held });
    expect((await doc(next, 'x'))?.sum).toBe(1);
    gate.resolve(undefined);
    await promoted.promise;
    const last = await add('x', 10);
    await second.runner.waitFor('a', last);
    await second.runner.waitFor('other', last);
    expect((await doc(next, 'x'))?.sum).toBe(22);
    expect((await doc(other, 'x'))?.sum).toBe(11);
    expect((await store.builds()).map(({ view, version }) => [view, version])).toEqual([
      ['other', 1],
      ['a', 2],
    ]);
  });

  it('lets a build serve at the end of the log, not before', async () => {
    for (let n = 0; n < 250; n++) await add('x', 1);
    const promotedAt = Promise.withResolvers<Position | undefined>();
    const watching = replacing(store, {
      promote: async (build) => {
        promotedAt.resolve((await store.builds())[0]?.checkpoint?.position);
        await store.promote(build);
      },
    });
    await start([tally('a')], { store: watching });
    expect(await promotedAt.promise).toBe(await log.head());
  });

  it('goes on with a build that a stop cut short, and does not serve it before', async () => {
    const a = tally('a');
    const build = await store.begin(a.view);
    const position = await add('x', 1);
    const eventId = (await log.eventAt(position))?.id ?? '';
    const documents = [{ key: 'x', position, doc: { sum: 100, seen: [] } }];
    await store.write([{ build, documents, checkpoint: { position, eventId } }]);
    await expect(doc(a, 'x')).rejects.toBeInstanceOf(ViewBehindError);
    const { runner } = await start([a]);
    await runner.waitFor('a', await add('x', 1));
    expect((await doc(a, 'x'))?.sum).toBe(101);
  });

  it('lets a waiting reader go when its time is up', async () => {
    const { runner } = await start([tally('a')]);
    const position = await add('x', 1);
    await runner.waitFor('a', position);
    const beyond = position.replace(/1$/, '9') as Position;
    const giveUp = new AbortController();
    const waiting = runner.waitFor('a', beyond, giveUp.signal);
    giveUp.abort(new Error('too long'));
    await expect(waiting).rejects.toThrow('too long');
    await expect(runner.waitFor('none', position)).rejects.toThrow(RangeError);
  });
});

async function collected<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** The store with some of its methods replaced. */
function replacing(store: InMemoryReadStore, replaced: Partial<ProjectionStore>): ProjectionStore {
  return {
    builds: () => store.builds(),
    begin: (view) => store.begin(view),
    load: (build, keys) => store.load(build, keys),
    write: (writes) => store.write(writes),
    promote: (build) => store.promote(build),
    purge: (build, upTo) => store.purge(build, upTo),
    discard: (build) => store.discard(build),
    close: () => store.close(),
    ...replaced,
  };
}
