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
import { ViewBehindError } from '../errors';
import type { AnyProjection } from '../projection';
import type { ProjectionStore } from '../projection-store';
import { InMemoryReadStore } from '../testing/in-memory-read-store';
import type { ViewDefinition } from '../view';
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

describe('ProjectionRunner', () => {
  let log: InMemoryEventStore;
  let store: InMemoryReadStore;
  let streams: number;
  const stops: (() => Promise<void>)[] = [];
  beforeEach(() => {
    log = new InMemoryEventStore();
    store = new InMemoryReadStore();
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
  const start = (
    projections: readonly AnyProjection[],
    options: Partial<ProjectionRunnerOptions> = {},
  ) => {
    const runner = new ProjectionRunner({ reader: log, store, projections, decode, ...options });
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
  const startUntil = (
    projections: readonly AnyProjection[],
    holds: (states: ReadonlyMap<string, string>) => boolean,
  ) => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const states = new Map<string, string>();
    const onProgress: ProjectionRunnerOptions['onProgress'] = (changed) => {
      for (const { view, state } of changed) states.set(view, state);
      if (holds(states)) resolve(undefined);
    };
    return { ...start(projections, { onProgress }), reached: promise };
  };
  const stateOf = (runner: ProjectionRunner, view: string) =>
    runner.status().find((status) => status.view === view)?.state;

  it('builds views from what there is, then from what comes', async () => {
    const a = tally('a');
    const b = tally('b');
    await add('x', 1, 2);
    const { runner } = start([a, b]);
    const first = await add('y', 5);
    await Promise.all([runner.waitFor('a', first), runner.waitFor('b', first)]);
    const second = await add('x', 10);
    await runner.waitFor('a', second);
    expect(await doc(a, 'x')).toEqual({ sum: 13, seen: [1, 2, 10] });
    expect(await doc(b, 'y')).toEqual({ sum: 5, seen: [5] });
    expect(await store.positionOf(a.view)).toBe(second);
    expect(runner.status()).toEqual([
      { view: 'a', state: 'live', position: second },
      { view: 'b', state: 'live', position: second },
    ]);
  });

  it('serves empty views of an empty log', async () => {
    const a = tally('a');
    const { reached } = startUntil([a], (states) => states.get('a') === 'live');
    await reached;
    expect(await doc(a, 'x')).toBeUndefined();
    expect(await store.positionOf(a.view)).toBeUndefined();
  });

  it('goes on from its checkpoint, and writes each document once a batch', async () => {
    const a = tally('a');
    const first = start([a]);
    await first.runner.waitFor('a', await add('x', 1));
    await first.stop();
    for (let n = 2; n <= 50; n++) await add('x', n);
    const last = await add('y', 7);
    const written: string[] = [];
    const counting = replacing(store, {
      write: (writes) => {
        written.push(...writes.flatMap(({ documents }) => documents.map(({ key }) => key)));
        return store.write(writes);
      },
    });
    const second = start([a], { store: counting });
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
      const first = start([a]);
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
      await expect(start([a], { store: cut }).run).rejects.toThrow('killed');
      await add(key, 4);
      const second = start([a]);
      await second.runner.waitFor('a', await add(key, 5));
      const kept = 'remove' in last ? [] : [1, 2, 3];
      expect((await doc(a, key))?.seen).toEqual([...kept, 4, 5]);
    },
  );

  it('passes over the kernel’s own events, but reflects them', async () => {
    const a = tally('a');
    const { runner } = start([a], {
      decode: ({ type }) => Promise.reject(new Error(`${type} is nothing to decode.`)),
    });
    const position = await append({ type: 'NothingChanged', data: {} });
    await runner.waitFor('a', position);
    expect(await store.positionOf(a.view)).toBe(position);
  });

  it('removes documents, and makes them anew', async () => {
    const a = tally('a');
    const { runner } = start([a]);
    await add('x', 1);
    await runner.waitFor('a', await append({ data: { key: 'x', n: 0, remove: true } }));
    expect(await doc(a, 'x')).toBeUndefined();
    await runner.waitFor('a', await add('x', 3));
    expect(await doc(a, 'x')).toEqual({ sum: 3, seen: [3] });
  });

  describe('meets an event that a view cannot take', () => {
    const reasonOf = (runner: ProjectionRunner) => runner.status()[0]?.reason;

    it.each([
      [
        'apply',
        tally('a', ({ n }) => {
          if (n === 13) throw new Error('thirteen');
        }),
      ],
      [
        'keysOf',
        tally('a', undefined, 1, (n) => {
          if (n === 13) throw new Error('thirteen');
        }),
      ],
    ])(
      'in %s: pauses that view before the append, names the event, and others go on',
      async (_, bad) => {
        const good = tally('good');
        await add('x', 1);
        const sound = await add('x', 2);
        await add('y', 3, 13, 4);
        const last = await add('x', 5);
        const { runner } = start([bad, good]);
        await runner.waitFor('good', last);
        expect(stateOf(runner, 'a')).toBe('paused');
        expect(reasonOf(runner)).toMatch(/^SomethingHappened .* at .*: thirteen$/);
        const [build] = (await store.builds()).filter(({ view }) => view === 'a');
        expect(build?.checkpoint?.position).toBe(sound);
        expect(await store.load({ view: 'a', generation: 1 }, ['x', 'y'])).toEqual(
          new Map([['x', { position: sound, doc: { sum: 3, seen: [1, 2] } }]]),
        );
        expect(await doc(good, 'y')).toEqual({ sum: 20, seen: [3, 13, 4] });
      },
    );

    it('keeps serving a live view as it stands, and pauses there again when started anew', async () => {
      const bad = tally('a', ({ n }) => {
        if (n === 13) throw new Error('thirteen');
      });
      const good = tally('good');
      const first = start([bad, good]);
      const sound = await add('x', 1);
      await first.runner.waitFor('a', sound);
      await first.runner.waitFor('good', await add('x', 13));
      expect(first.runner.status()[0]).toMatchObject({ state: 'paused', position: sound });
      await first.stop();
      const second = startUntil([bad, good], (states) => states.get('a') === 'paused');
      await second.reached;
      await second.runner.waitFor('good', await add('y', 2));
      expect((await doc(bad, 'x'))?.sum).toBe(1);
      const healed = tally('a');
      await second.stop();
      const third = start([healed, good]);
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
      const { runner, run } = start([tally('a'), tally('b')], {
        decode: (stored) => (stored.type === 'Odd' ? Promise.reject(error) : decode(stored)),
      });
      await run;
      expect(runner.status().map(({ state }) => state)).toEqual(['paused', 'paused']);
      expect(reasonOf(runner)).toContain('Odd');
      const positions = (await store.builds()).map(({ checkpoint }) => checkpoint?.position);
      expect(positions).toEqual([sound, sound]);
      expect(await store.load({ view: 'a', generation: 1 }, ['x'])).toEqual(
        new Map([['x', { position: sound, doc: { sum: 1, seen: [1] } }]]),
      );
    });

    it('fails as a whole when the keys or the store fail, and writes nothing wrong', async () => {
      await add('x', 1);
      const { run } = start([tally('a')], { decode: () => Promise.reject(new Error('EIO')) });
      await expect(run).rejects.toThrow('EIO');
      expect((await store.builds())[0]?.checkpoint).toBeUndefined();
    });
  });

  it('builds anew what was made from another log', async () => {
    const a = tally('a');
    const first = start([a]);
    await first.runner.waitFor('a', await add('x', 1));
    await first.stop();
    log = new InMemoryEventStore();
    const position = await add('y', 2);
    const second = start([a]);
    await second.runner.waitFor('a', position);
    expect(await doc(a, 'x')).toBeUndefined();
    expect(await doc(a, 'y')).toEqual({ sum: 2, seen: [2] });
  });

  it('builds a new version beside the old one, which serves until the new one has caught up', async () => {
    const old = tally('a');
    const other = tally('other');
    const first = start([old, other]);
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
    const second = start([next, other], { store: held });
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
    start([tally('a')], { store: watching });
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
    const { runner } = start([a]);
    await runner.waitFor('a', await add('x', 1));
    expect((await doc(a, 'x'))?.sum).toBe(101);
  });

  it('lets a waiting reader go when its time is up', async () => {
    const { runner } = start([tally('a')]);
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
