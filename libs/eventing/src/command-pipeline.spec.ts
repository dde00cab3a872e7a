import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { openSqliteEventStore } from '@tierbook/sqlite';
import type { StoredEvent } from './envelope';
import { OutcomeUnknownError, StoreUnavailableError } from './errors';
import type { AppendOutcome, EventStore, StreamWrite } from './event-store';
import {
  acceptedOf,
  contextOf,
  kernelOver,
  refusalCodeOf,
  SetClock,
  shelf,
  stocking,
} from './testing/example-aggregate';
import { InMemoryEventStore } from './testing/in-memory-event-store';

async function logOf(store: EventStore): Promise<readonly StoredEvent[]> {
  const events: StoredEvent[] = [];
  for await (const batch of store.readAll()) events.push(...batch.events);
  return events;
}

async function typesIn(store: EventStore): Promise<readonly string[]> {
  return (await logOf(store)).map(({ type }) => type);
}

/** Runs something before (or instead of) each append. */
class MeddledStore extends InMemoryEventStore {
  meddle: (writes: readonly StreamWrite[]) => Promise<AppendOutcome | undefined> = () =>
    Promise.resolve(undefined);

  override async append(writes: readonly StreamWrite[]): Promise<AppendOutcome> {
    return (await this.meddle(writes)) ?? super.append(writes);
  }
}

describe('a command', () => {
  it('is accepted with its events, the revision of what it addressed, and its position', async () => {
    const { pipeline, store, aggregates } = kernelOver();
    const outcome = await pipeline.execute(stocking({ a: 1, b: 2 }));
    const events = [
      { type: 'BoxStocked', data: { owner: 'owner-1', box: 'a', from: 0, to: 1 } },
      { type: 'BoxStocked', data: { owner: 'owner-1', box: 'b', from: 0, to: 2 } },
    ];
    expect(outcome).toEqual({
      kind: 'accepted',
      events,
      revision: 1,
      steps: [{ events, revision: 1 }],
      position: await store.head(),
      replayed: false,
    });
    expect((await aggregates.load(shelf, 'shelf-1')).state.boxes).toEqual({ a: 1, b: 2 });
  });

  it('answers the revision of the resource that it addresses', async () => {
    const { pipeline } = kernelOver();
    const outcome = await pipeline.execute(
      stocking({ a: 1, b: 2 }, contextOf(), { resource: 'a' }),
    );
    expect(acceptedOf(outcome).revision).toBe(0);
  });

  it('is refused with no event, and not remembered', async () => {
    const { pipeline, store } = kernelOver();
    const context = contextOf();
    const outcome = await pipeline.execute(stocking({ a: 101 }, context));
    expect(outcome).toEqual({
      kind: 'refused',
      refusal: { code: 'overfull', detail: 'At most 100 fit.' },
    });
    expect(await typesIn(store)).toEqual([]);
    acceptedOf(await pipeline.execute(stocking({ a: 1 }, context)));
  });

  it('is refused by what gathering says', async () => {
    const { pipeline, store } = kernelOver();
    const refusal = { code: 'no-such-offer', detail: '-' };
    const gather = () => ({ refusal });
    expect(await pipeline.execute(stocking({}, contextOf(), { gather }))).toEqual({
      kind: 'refused',
      refusal,
    });
    expect(await typesIn(store)).toEqual([]);
  });

  it('gathers the current state of other aggregates', async () => {
    const one = kernelOver();
    const other = kernelOver(one.store, one.keys);
    await one.pipeline.execute(stocking({ a: 1 }, contextOf(), { id: 'shelf-2' }));
    await one.aggregates.load(shelf, 'shelf-2');
    await other.pipeline.execute(stocking({ a: 5 }, contextOf(), { id: 'shelf-2' }));
    const outcome = await one.pipeline.execute(
      stocking({}, contextOf(), {
        gather: async (gathering) => ({
          ok: { boxes: (await gathering.read(shelf, 'shelf-2')).boxes },
        }),
      }),
    );
    expect(acceptedOf(outcome).events[0]?.data.to).toBe(5);
  });

  it('is kept, when nothing has to change, without moving an ETag', async () => {
    const { pipeline, store, aggregates } = kernelOver();
    await pipeline.execute(stocking({ a: 1 }));
    await pipeline.execute(stocking({ b: 1 }));
    const context = contextOf();
    const request = stocking({ a: 1 }, context, { resource: 'a' });
    const first = acceptedOf(await pipeline.execute(request));
    expect(first).toMatchObject({ events: [], revision: 0, replayed: false });
    expect(await typesIn(store)).toEqual(['BoxStocked', 'BoxStocked', 'NothingChanged']);
    const kept = (await logOf(store)).at(-1);
    expect(kept).toMatchObject({
      data: { command: request.name, resource: 'a', resourceRevision: 0 },
      metadata: { commandId: context.commandId, tenant: 'owner-1', parties: [] },
    });
    expect((await aggregates.load(shelf, 'shelf-1')).lastTouched('a')).toBe(0);
    // Later changes do not reach what it answered.
    await pipeline.execute(stocking({ a: 9 }));
    expect(await pipeline.execute(request)).toEqual({ ...first, replayed: true });
    const whole = contextOf();
    await pipeline.execute(stocking({ a: 9 }, whole));
    expect(acceptedOf(await pipeline.execute(stocking({ a: 9 }, whole))).revision).toBe(3);
  });
});

describe('the same command again', () => {
  it('answers as the first time: at once, after others, and after a restart', async () => {
    const { pipeline, store, keys } = kernelOver();
    const request = stocking({ a: 1, b: 2 }, contextOf(), { resource: 'a' });
    const first = acceptedOf(await pipeline.execute(request));
    const again = { ...first, replayed: true };
    expect(await pipeline.execute(request)).toEqual(again);
    await pipeline.execute(stocking({ a: 7, b: 8 }));
    expect(await pipeline.execute(request)).toEqual(again);
    expect(await kernelOver(store, keys).pipeline.execute(request)).toEqual(again);
    expect(await typesIn(store)).toHaveLength(4);
  });

  it('is authorised again, and neither gathered nor prepared', async () => {
    const { pipeline } = kernelOver();
    const context = contextOf();
    await pipeline.execute(stocking({ a: 1 }, context));
    const fail = () => Promise.reject(new Error('must not run'));
    const again = stocking({ a: 1 }, context, { gather: fail, beforeAppend: fail });
    expect(acceptedOf(await pipeline.execute(again)).replayed).toBe(true);
    const authorise = () => ({ refusal: { code: 'forbidden', detail: '-' } });
    expect(refusalCodeOf(await pipeline.execute({ ...again, authorise }))).toBe('forbidden');
  });

  it('answers although If-Match has become stale by it', async () => {
    const { pipeline } = kernelOver();
    await pipeline.execute(stocking({ a: 1 }));
    const request = stocking({ a: 2 }, contextOf({ ifMatch: 0 }));
    const first = acceptedOf(await pipeline.execute(request));
    expect(await pipeline.execute(request)).toEqual({ ...first, replayed: true });
  });

  it('reads what has been erased since as erased', async () => {
    const { pipeline, keys } = kernelOver();
    const gather = () => ({ ok: { boxes: { a: 1 }, note: 'for Ana' } });
    const request = stocking({}, contextOf(), { gather });
    const first = acceptedOf(await pipeline.execute(request));
    expect(first.events[0]?.personal).toEqual({ note: 'for Ana' });
    await keys.destroy('shelf-shelf-1', '2030-01-01T00:00:00.000Z');
    const again = acceptedOf(await pipeline.execute(request));
    expect(again).toMatchObject({ position: first.position, events: [{ personal: 'Erased' }] });
  });

  it('with another body is refused', async () => {
    const { pipeline, store, keys } = kernelOver();
    const { commandId } = contextOf();
    await pipeline.execute(stocking({ a: 1 }, contextOf({ commandId }, 'one')));
    const other = stocking({ a: 2 }, contextOf({ commandId }, 'another'));
    for (const { pipeline: each } of [{ pipeline }, kernelOver(store, keys)]) {
      expect(refusalCodeOf(await each.execute(other))).toBe('idempotency-key-reused');
    }
    expect(await typesIn(store)).toHaveLength(1);
  });
});

describe('a claimed key', () => {
  const claiming = (id: string, context = contextOf()) =>
    stocking({ a: 1 }, context, { id, claimsKey: true });

  it('is claimed beside the command, in one append', async () => {
    const { pipeline, store } = kernelOver();
    const context = contextOf();
    const first = acceptedOf(await pipeline.execute(claiming('shelf-1', context)));
    const [claim, target] = await logOf(store);
    expect(claim).toMatchObject({
      stream: `test.command-${context.commandId}`,
      type: 'CommandClaimed',
      data: { command: 'stock', target: 'shelf-shelf-1' },
      metadata: {
        commandId: context.commandId,
        fingerprint: context.fingerprint,
        tenant: 'owner-1',
        parties: [],
        append: { index: 0, of: 2 },
      },
    });
    expect(target?.metadata.append).toEqual({ index: 1, of: 2 });
    expect(first.position).toBe(target?.position);
    expect(await pipeline.execute(claiming('shelf-1', context))).toEqual({
      ...first,
      replayed: true,
    });
  });

  it('is not to be had for another stream', async () => {
    const { pipeline, store, keys } = kernelOver();
    const { commandId } = contextOf();
    await pipeline.execute(claiming('shelf-1', contextOf({ commandId }, 'shelf-1')));
    const other = claiming('shelf-2', contextOf({ commandId }, 'shelf-2'));
    for (const { pipeline: each } of [{ pipeline }, kernelOver(store, keys)]) {
      expect(refusalCodeOf(await each.execute(other))).toBe('idempotency-key-reused');
    }
    expect(await typesIn(store)).toEqual(['CommandClaimed', 'BoxStocked']);
  });

  it('goes to one of many that want it for streams of their own', async () => {
    const { pipeline, store } = kernelOver();
    const { commandId } = contextOf();
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        pipeline.execute(claiming(`shelf-${n}`, contextOf({ commandId }, `body ${n}`))),
      ),
    );
    const lost = outcomes.filter(({ kind }) => kind === 'refused');
    expect(lost.map(refusalCodeOf)).toEqual(Array(19).fill('idempotency-key-reused'));
    expect(await typesIn(store)).toEqual(['CommandClaimed', 'BoxStocked']);
  });

  it('whose command is missing goes on with the same body only', async () => {
    const store = new MeddledStore();
    const { pipeline } = kernelOver(store);
    const { commandId } = contextOf();
    // Cut short, as an engine may be that writes one stream after the other.
    store.meddle = async (writes) => {
      await InMemoryEventStore.prototype.append.call(store, writes.slice(0, 1));
      throw new OutcomeUnknownError('connection lost');
    };
    await expect(
      pipeline.execute(claiming('shelf-1', contextOf({ commandId }, 'one'))),
    ).rejects.toThrow(OutcomeUnknownError);
    expect(await typesIn(store)).toEqual(['CommandClaimed']);
    store.meddle = () => Promise.resolve(undefined);

    const another = claiming('shelf-2', contextOf({ commandId }, 'another'));
    expect(refusalCodeOf(await pipeline.execute(another))).toBe('idempotency-key-reused');
    const same = claiming('shelf-1', contextOf({ commandId }, 'one'));
    const completed = acceptedOf(await pipeline.execute(same));
    expect(completed.replayed).toBe(false);
    expect(await pipeline.execute(same)).toEqual({ ...completed, replayed: true });
    expect(await typesIn(store)).toEqual(['CommandClaimed', 'BoxStocked']);
  });

  it('is free again when the command was refused', async () => {
    const { pipeline, store } = kernelOver();
    const { commandId } = contextOf();
    const overfull = stocking({ a: 101 }, contextOf({ commandId }, 'one'), { claimsKey: true });
    expect(refusalCodeOf(await pipeline.execute(overfull))).toBe('overfull');
    expect(await typesIn(store)).toEqual([]);
    acceptedOf(await pipeline.execute(claiming('shelf-2', contextOf({ commandId }, 'another'))));
  });
});

describe('many at once', () => {
  const directory = mkdtempSync(join(tmpdir(), 'tierbook-pipeline-'));
  afterAll(() => {
    rmSync(directory, { recursive: true });
  });
  const opened: EventStore[] = [];
  afterEach(async () => {
    for (const store of opened.splice(0)) await store.close();
  });
  const engines: [string, () => Promise<EventStore>][] = [
    ['in memory', () => Promise.resolve(new InMemoryEventStore())],
    ['on SQLite', () => openSqliteEventStore({ path: join(directory, `${randomUUID()}.db`) })],
  ];

  describe.each(engines)('%s', (_, open) => {
    it.each([false, true])(
      '50 with one key (claimed: %s) are one execution with 50 equal outcomes',
      async (claimsKey) => {
        const store = await open();
        opened.push(store);
        const { pipeline } = kernelOver(store);
        const request = stocking({ a: 1, b: 1 }, contextOf(), { claimsKey });
        const outcomes = await Promise.all(
          Array.from({ length: 50 }, async () => acceptedOf(await pipeline.execute(request))),
        );
        expect(outcomes.filter(({ replayed }) => !replayed)).toHaveLength(1);
        const [first] = outcomes;
        for (const outcome of outcomes) {
          expect({ ...outcome, replayed: true }).toEqual({ ...first, replayed: true });
        }
        expect((await typesIn(store)).filter((type) => type === 'BoxStocked')).toHaveLength(2);
      },
    );

    it('200 on one revision are one acceptance, and stale for the others', async () => {
      const store = await open();
      opened.push(store);
      const { pipeline } = kernelOver(store);
      await pipeline.execute(stocking({ a: 1 }));
      const outcomes = await Promise.all(
        Array.from({ length: 200 }, (_, n) =>
          pipeline.execute(stocking({ a: (n % 98) + 2 }, contextOf({ ifMatch: 0 }))),
        ),
      );
      const refused = outcomes.filter(({ kind }) => kind === 'refused');
      expect(refused).toHaveLength(199);
      expect(new Set(refused.map(refusalCodeOf))).toEqual(new Set(['stale-if-match']));
      expect(await typesIn(store)).toEqual(['BoxStocked', 'BoxStocked']);
    });
  });
});

describe('If-Match', () => {
  it('is held against the last event that touched that very resource', async () => {
    const { pipeline, store } = kernelOver();
    await pipeline.execute(stocking({ a: 1 }));
    await pipeline.execute(stocking({ b: 1 }));
    const on = (resource: string | undefined, ifMatch: number) =>
      pipeline.execute(
        stocking(
          { c: 1 },
          contextOf({ ifMatch, dryRun: true }),
          resource === undefined ? {} : { resource },
        ),
      );
    expect((await on('a', 0)).kind).toBe('planned');
    expect(refusalCodeOf(await on('a', 1))).toBe('stale-if-match');
    expect((await on('b', 1)).kind).toBe('planned');
    expect((await on(undefined, 1)).kind).toBe('planned');
    expect(refusalCodeOf(await on(undefined, 0))).toBe('stale-if-match');
    expect(refusalCodeOf(await on('nowhere', 1))).toBe('stale-if-match');
    expect(await typesIn(store)).toHaveLength(2);
  });
});

describe('a conflict', () => {
  /** Lets another process change the shelf just before each of the next appends. */
  function rivalled(times: number) {
    const store = new MeddledStore();
    const { keys, pipeline } = kernelOver(store);
    const rival = kernelOver(store, keys).pipeline;
    let left = times;
    let meddling = false;
    store.meddle = async () => {
      if (meddling || left === 0) return undefined;
      meddling = true;
      await rival.execute(stocking({ rival: left }));
      left -= 1;
      meddling = false;
      return undefined;
    };
    return { store, pipeline };
  }

  it('decides, authorises and prepares anew on what it finds then', async () => {
    const { store, pipeline } = rivalled(2);
    const seen: unknown[] = [];
    const told: string[] = [];
    const outcome = await pipeline.execute(
      stocking({}, contextOf(), {
        authorise: ({ boxes }) => {
          told.push('authorise');
          return boxes['rival'] === 0 ? { refusal: { code: '-', detail: '-' } } : { ok: {} };
        },
        gather: (_gathering, _now, state) => {
          told.push('gather');
          seen.push(state.boxes['rival']);
          return { ok: { boxes: { mine: 1 } } };
        },
        beforeAppend: () => {
          told.push('beforeAppend');
          return Promise.resolve();
        },
      }),
    );
    expect(acceptedOf(outcome).revision).toBe(2);
    expect(seen).toEqual([undefined, 2, 1]);
    const attempt = ['authorise', 'gather', 'beforeAppend'];
    expect(told).toEqual([...attempt, ...attempt, ...attempt]);
    expect(await typesIn(store)).toHaveLength(3);
  });

  it('ends a command whose right was taken meanwhile', async () => {
    const { pipeline } = rivalled(1);
    const outcome = await pipeline.execute(
      stocking({ mine: 1 }, contextOf(), {
        authorise: ({ boxes }) =>
          boxes['rival'] === undefined
            ? { ok: {} }
            : { refusal: { code: 'forbidden', detail: '-' } },
      }),
    );
    expect(refusalCodeOf(outcome)).toBe('forbidden');
  });

  it('is met five times, and then given back', async () => {
    const { store, pipeline } = rivalled(5);
    const request = stocking({ mine: 1 });
    expect(refusalCodeOf(await pipeline.execute(request))).toBe('write-contention');
    expect(await typesIn(store)).toHaveLength(5);
    // Not remembered: the same command again goes through.
    acceptedOf(await pipeline.execute(request));
  });

  it('met four times is won at last', async () => {
    const { pipeline } = rivalled(4);
    acceptedOf(await pipeline.execute(stocking({ mine: 1 })));
  });
});

describe('an append that fails', () => {
  it.each([false, true])(
    'with an unknown outcome has one effect when sent again (claimed: %s)',
    async (claimsKey) => {
      const store = new MeddledStore();
      const { pipeline } = kernelOver(store);
      store.meddle = async (writes) => {
        await InMemoryEventStore.prototype.append.call(store, writes);
        throw new OutcomeUnknownError('timed out');
      };
      const request = stocking({ a: 1 }, contextOf(), { claimsKey });
      await expect(pipeline.execute(request)).rejects.toThrow(OutcomeUnknownError);
      expect(acceptedOf(await pipeline.execute(request))).toMatchObject({
        position: await store.head(),
        replayed: true,
      });
      expect((await typesIn(store)).filter((type) => type === 'BoxStocked')).toHaveLength(1);
    },
  );

  it('leaves nothing in the cache that is not in the log', async () => {
    const store = new MeddledStore();
    const { pipeline, aggregates } = kernelOver(store);
    await pipeline.execute(stocking({ a: 1 }));
    store.meddle = () => Promise.reject(new StoreUnavailableError('down'));
    await expect(pipeline.execute(stocking({ a: 2 }))).rejects.toThrow(StoreUnavailableError);
    expect((await aggregates.load(shelf, 'shelf-1')).state.boxes).toEqual({ a: 1 });
  });

  it('comes after what must be durable before it', async () => {
    const store = new MeddledStore();
    const { pipeline } = kernelOver(store);
    const told: string[] = [];
    store.meddle = () => {
      told.push('append');
      return Promise.resolve(undefined);
    };
    const beforeAppend = async (events: readonly unknown[]) => {
      await new Promise(setImmediate);
      told.push(`before ${events.length}`);
    };
    await pipeline.execute(stocking({ a: 1, b: 1 }, contextOf(), { beforeAppend }));
    expect(told).toEqual(['before 2', 'append']);
    const failing = () => Promise.reject(new Error('vault down'));
    await expect(
      pipeline.execute(stocking({ c: 1 }, contextOf(), { beforeAppend: failing })),
    ).rejects.toThrow('vault down');
    expect(told).toEqual(['before 2', 'append']);
  });
});

describe('the envelope', () => {
  it('says everything of the command that there is to say', async () => {
    const { pipeline, store } = kernelOver();
    const context = contextOf({
      actor: { kind: 'agent', id: 'agent-7', organisation: 'reseller-7' },
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    });
    const authorise = () => ({ ok: { onBehalfOf: 'customer-1', delegation: 'delegation-1' } });
    const request = stocking({ a: 1, b: 1 }, context, { authorise });
    await pipeline.execute(request);
    const at = '2030-01-01T00:00:00.000Z';
    const { commandId, fingerprint, correlationId, causationId, traceparent } = context;
    const metadata = (box: string, index: number) => ({
      occurredAt: at,
      recordedAt: at,
      tenant: 'owner-1',
      parties: [{ id: box, as: 'customer' }],
      actor: {
        kind: 'agent',
        id: 'agent-7',
        organisation: 'reseller-7',
        onBehalfOf: 'customer-1',
        delegation: 'delegation-1',
      },
      command: request.name,
      commandId,
      fingerprint,
      correlationId,
      causationId,
      traceparent,
      append: { index, of: 2 },
    });
    const events = await logOf(store);
    expect(events.map((event) => event.metadata)).toEqual([metadata('a', 0), metadata('b', 1)]);
    expect(events.map(({ revision, schemaVersion }) => [revision, schemaVersion])).toEqual([
      [0, 1],
      [1, 1],
    ]);
    expect(new Set(events.map(({ id }) => id)).size).toBe(2);
  });

  it('leaves out what there is not', async () => {
    const { pipeline, store } = kernelOver();
    await pipeline.execute(stocking({ a: 1 }));
    const [event] = await logOf(store);
    expect(event?.metadata).not.toHaveProperty('traceparent');
    expect(Object.keys(event?.metadata.actor ?? {})).toEqual(['id', 'kind', 'organisation']);
    expect(event).not.toHaveProperty('personal');
  });

  it('never stamps below a time that it has stamped, though the clock goes back', async () => {
    const clock = new SetClock('2030-01-01T12:00:00.000Z');
    const { pipeline, store } = kernelOver(undefined, undefined, clock);
    const times: string[] = [];
    for (const time of ['12:00', '11:00', '11:30', '13:00', '12:59']) {
      clock.time = `2030-01-01T${time}:00.000Z`;
      await pipeline.execute(stocking({ a: times.length + 1 }));
      const stamp = (await logOf(store)).at(-1)?.metadata.recordedAt ?? '';
      times.push(stamp.slice(11, 16));
    }
    expect(times).toEqual(['12:00', '12:00', '12:00', '13:00', '13:00']);
  });

  it('gives the decider the same time', async () => {
    const { pipeline } = kernelOver();
    const seen: Date[] = [];
    await pipeline.execute(
      stocking({}, contextOf(), {
        authorise: (_state, _gathering, now) => {
          seen.push(now);
          return { ok: {} };
        },
        gather: (_gathering, now) => {
          seen.push(now);
          return { ok: { boxes: { a: 1 } } };
        },
      }),
    );
    expect(seen.map((now) => now.toISOString())).toEqual(Array(2).fill('2030-01-01T00:00:00.000Z'));
  });
});
