import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Position, RecordedEvent, StoredEvent } from '@tierbook/eventing';
import { InMemoryEventStore, newEvent } from '@tierbook/eventing/testing';
import { InMemoryStateStore } from '@tierbook/state/testing';
import type { AnyProjection } from '../projection';
import type { Row } from '../read-store';
import { InMemoryReadStore } from '../in-memory-read-store';
import type { ViewDefinition } from '../view';
import { openProjectionState } from './projection-state';
import { replay } from './replay';
import { verifyViews, type VerifyOptions } from './verify-views';

interface Sum {
  readonly sum: number;
  readonly last: number;
}

function sums(name: string, bad = NaN): AnyProjection & { readonly view: ViewDefinition<Sum> } {
  const dataOf = (event: object) => (event as { data: { key: string; n: number } }).data;
  return {
    view: { name, version: 1, readableFrom: 1, fields: { sum: 'number' }, indexes: [] },
    keysOf: ({ event }) => [dataOf(event).key],
    apply(doc, { event }) {
      const { n } = dataOf(event);
      if (n === bad) throw new Error('bad');
      if (n === 0) return null;
      return { sum: ((doc as Sum | undefined)?.sum ?? 0) + n, last: n };
    },
  };
}

describe('verifyViews', () => {
  let log: InMemoryEventStore;
  let live: InMemoryReadStore;
  let streams: number;
  beforeEach(() => {
    log = new InMemoryEventStore();
    live = new InMemoryReadStore();
    streams = 0;
  });

  const add = async (key: string, n: number): Promise<Position> => {
    const event = newEvent({ data: { key, n } });
    const metadata = { ...event.metadata, commandId: `c${String(++streams)}` };
    const outcome = await log.append([
      {
        stream: `s${String(streams)}`,
        expectedRevision: 'no_stream',
        events: [{ ...event, metadata }],
      },
    ]);
    if (outcome.kind !== 'appended') throw new Error('The append was refused.');
    return outcome.position;
  };
  const decode = (stored: StoredEvent): Promise<RecordedEvent> =>
    Promise.resolve({ ...stored, event: { type: stored.type, data: stored.data } });
  const stateStore = new InMemoryStateStore();
  const build = async (upTo?: Position, projections = [sums('a'), sums('b')]) =>
    replay({
      reader: log,
      store: live,
      projections,
      decode,
      state: await openProjectionState(new InMemoryStateStore(), { decisions: stateStore }),
      upTo: upTo ?? (await log.head()),
    });
  const verify = async (options: Partial<VerifyOptions> = {}) =>
    verifyViews({
      reader: log,
      live,
      scratch: new InMemoryReadStore(),
      projections: [sums('a'), sums('b')],
      decode,
      state: await openProjectionState(new InMemoryStateStore(), { decisions: stateStore }),
      ...options,
    });
  /** Writes over a document of `a`, as no projection did. */
  const falsify = async (key: string, change: (row: Row<object> | undefined) => object | null) => {
    const [found] = (await live.builds()).filter(({ view }) => view === 'a');
    if (found?.checkpoint === undefined) throw new Error('Nothing is built.');
    const { position } = found.checkpoint;
    const doc = change(await live.get(sums('a').view, key));
    const documents = [{ key, position, doc }];
    await live.write([{ build: found, documents, checkpoint: found.checkpoint }]);
  };

  it('finds nothing where each document is the fold of its events', async () => {
    for (let n = 1; n <= 700; n++) await add(`k${String(n % 600)}`, n);
    await add('k1', 0);
    await build();
    const position = await log.head();
    const none = { position, documents: 599, differences: 0, first: [] };
    expect(await verify()).toEqual([
      { view: 'a', ...none },
      { view: 'b', ...none },
    ]);
  });

  it('names what is missing, too much, or of other content, and only that', async () => {
    for (const key of ['k1', 'k2', 'k3']) await add(key, 5);
    await add('gone', 5);
    await add('gone', 0);
    await add('end', 1);
    await build();
    await falsify('k1', () => null);
    await falsify('k2', () => ({ sum: 6, last: 5 }));
    await falsify('never', () => ({ sum: 1, last: 1 }));
    const [a, b] = await verify();
    expect(a).toMatchObject({
      differences: 3,
      first: [
        { key: 'k1', kind: 'missing' },
        { key: 'k2', kind: 'different', fields: ['sum', 'position'] },
        { key: 'never', kind: 'unexpected' },
      ],
    });
    expect(b?.differences).toBe(0);
  });

  it('compares a view that stands still with the log up to there', async () => {
    const first = await add('k1', 1);
    await build(first, [sums('a')]);
    await add('k1', 2);
    await build(undefined, [sums('b')]);
    expect((await verify()).map(({ differences }) => differences)).toEqual([0, 0]);
  });

  it('compares again what changes meanwhile', async () => {
    for (let n = 1; n <= 9; n++) await add(`k${String(n)}`, n);
    await build();
    const moving = await verify({
      live: new Proxy(live, {
        get: (target, name: keyof InMemoryReadStore) => {
          if (name !== 'scan') return Reflect.get(target, name).bind(target) as unknown;
          return async function* (...given: Parameters<InMemoryReadStore['scan']>) {
            await add('k9', 100);
            await add('new', 1);
            await add('k1', 0);
            await build();
            yield* target.scan(...given);
          };
        },
      }),
    });
    expect(moving.map(({ differences }) => differences)).toEqual([0, 0]);
  });

  it('holds parked documents to the same fold, and honours skips', async () => {
    await add('k1', 1);
    await add('k1', 13);
    await add('k1', 2);
    const projections = [sums('a', 13)];
    await build(undefined, projections);
    expect((await verify({ projections }))[0]?.differences).toBe(0);
    expect((await verify({ projections: [sums('a')] }))[0]?.differences).toBe(1);
  });

  it('says of a view that serves nothing that it could not be compared', async () => {
    const [a] = await verify();
    expect(a?.unverified).toContain('is being built');
  });
});
