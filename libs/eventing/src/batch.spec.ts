import { describe, expect, it } from '@jest/globals';
import type { BatchRequest, CommandContext, CommandStep } from './command-request';
import type { StoredEvent } from './envelope';
import type { EventStore } from './event-store';
import {
  acceptedOf,
  contextOf,
  kernelOver,
  refusalCodeOf,
  shelf,
  stocking,
  type BoxStocked,
  type ShelfState,
  type Stock,
} from './testing/example-aggregate';

async function logOf(store: EventStore): Promise<readonly StoredEvent[]> {
  const events: StoredEvent[] = [];
  for await (const batch of store.readAll()) events.push(...batch.events);
  return events;
}

const stock = (
  box: string,
  count: number,
  change: Partial<CommandStep<Stock, ShelfState>> = {},
): CommandStep<Stock, ShelfState> => ({
  name: 'stock',
  resource: box,
  authorise: () => ({ ok: {} }),
  gather: () => ({ ok: { boxes: { [box]: count } } }),
  ...change,
});

/** One more than the box has. */
const oneMore = (box: string): CommandStep<Stock, ShelfState> =>
  stock(box, 0, {
    gather: (_gathering, _now, { boxes }) => ({ ok: { boxes: { [box]: (boxes[box] ?? 0) + 1 } } }),
  });

const batchOf = (
  steps: BatchRequest<Stock, ShelfState, BoxStocked>['steps'],
  context: CommandContext = contextOf(),
): BatchRequest<Stock, ShelfState, BoxStocked> => ({
  aggregate: shelf,
  id: 'shelf-1',
  context,
  steps,
});

describe('a batch', () => {
  it('decides each command on what those before it leave, and appends them at once', async () => {
    const { pipeline, store, aggregates } = kernelOver();
    const outcome = acceptedOf(
      await pipeline.executeBatch(batchOf([oneMore('a'), oneMore('a'), stock('b', 4)])),
    );
    expect(
      outcome.steps.map(({ events, revision }) => [events.map(({ data }) => data.to), revision]),
    ).toEqual([
      [[1], 1],
      [[2], 2],
      [[4], 3],
    ]);
    expect(outcome.revision).toBe(3);
    expect(outcome.position).toBe(await store.head());
    const log = await logOf(store);
    expect(log.map(({ type, metadata }) => [type, metadata.append.of])).toEqual([
      ['BatchAccepted', 4],
      ['BoxStocked', 4],
      ['BoxStocked', 4],
      ['BoxStocked', 4],
    ]);
    expect(new Set(log.map(({ metadata }) => metadata.commandId)).size).toBe(1);
    expect(log[0]?.metadata.tenant).toBe('owner-1');
    expect((await aggregates.load(shelf, 'shelf-1')).state.boxes).toEqual({ a: 2, b: 4 });
  });

  it('appends nothing when one command is refused, and says which', async () => {
    const { pipeline, store } = kernelOver();
    const steps = [stock('a', 1), stock('b', 101), stock('c', 1)] as const;
    const outcome = await pipeline.executeBatch(batchOf(steps));
    expect(outcome).toEqual({
      kind: 'refused',
      step: 1,
      refusal: { code: 'overfull', detail: 'At most 100 fit.' },
    });
    const refusal = { code: 'not-yours', detail: '-' };
    for (const change of [{ authorise: () => ({ refusal }) }, { gather: () => ({ refusal }) }]) {
      const barred = await pipeline.executeBatch(batchOf([stock('a', 1), stock('b', 1, change)]));
      expect(barred).toEqual({ kind: 'refused', step: 1, refusal });
    }
    expect(await logOf(store)).toEqual([]);
  });

  it('authorises each command as if it came after those before it, and keeps by whose right each was', async () => {
    const { pipeline, store } = kernelOver();
    const byDelegation = (delegation: string) => ({
      authorise: ({ boxes }: ShelfState) =>
        delegation === 'd1' || boxes['a'] === 1
          ? { ok: { delegation } }
          : { refusal: { code: 'too-early', detail: '-' } },
    });
    const steps = [stock('a', 1, byDelegation('d1')), stock('b', 1, byDelegation('d2'))] as const;
    acceptedOf(await pipeline.executeBatch(batchOf(steps)));
    const [, first, second] = await logOf(store);
    expect([first, second].map((event) => event?.metadata.actor.delegation)).toEqual(['d1', 'd2']);
  });

  it('sent again is answered as the first time, after others and after a restart', async () => {
    const { pipeline, store, keys } = kernelOver();
    await pipeline.execute(stocking({ c: 3 }));
    const request = batchOf([stock('a', 1), stock('c', 3), stock('a', 1)]);
    const first = acceptedOf(await pipeline.executeBatch(request));
    expect(first.steps).toMatchObject([
      { events: [{ data: { box: 'a' } }], revision: 2 },
      { events: [], revision: 0 },
      { events: [], revision: 2 },
    ]);
    await pipeline.execute(stocking({ a: 9, c: 9 }));
    const length = (await logOf(store)).length;
    for (const one of [pipeline, kernelOver(store, keys).pipeline]) {
      expect(await one.executeBatch(request)).toEqual({ ...first, replayed: true });
    }
    const other = contextOf({ commandId: request.context.commandId }, 'another body');
    expect(refusalCodeOf(await pipeline.executeBatch(batchOf([stock('a', 1)], other)))).toBe(
      'idempotency-key-reused',
    );
    expect(await logOf(store)).toHaveLength(length);
  });

  it('is remembered when none of its commands had to change anything, without moving an ETag', async () => {
    const { pipeline, store, aggregates } = kernelOver();
    await pipeline.execute(stocking({ a: 1 }));
    const request = batchOf([stock('a', 1)]);
    const first = acceptedOf(await pipeline.executeBatch(request));
    expect(first).toMatchObject({ events: [], revision: 0, steps: [{ events: [], revision: 0 }] });
    expect((await aggregates.load(shelf, 'shelf-1')).lastTouched(null)).toBe(0);
    expect(await pipeline.executeBatch(request)).toEqual({ ...first, replayed: true });
    expect((await logOf(store)).map(({ type }) => type)).toEqual(['BoxStocked', 'BatchAccepted']);
  });

  it('is planned and held to its plan as one command', async () => {
    const { pipeline, store } = kernelOver();
    const steps = [oneMore('a'), oneMore('a')] as const;
    const plan = await pipeline.executeBatch(batchOf(steps, contextOf({ dryRun: true })));
    if (plan.kind !== 'planned' || plan.verdict.kind !== 'accepted')
      throw new Error('Not planned.');
    expect(plan.steps.map((events) => events.map(({ data }) => data.to))).toEqual([[1], [2]]);
    expect(await logOf(store)).toEqual([]);
    const refused = await pipeline.executeBatch(
      batchOf([oneMore('a'), stock('b', 101)], contextOf({ dryRun: true })),
    );
    expect(refused).toMatchObject({ steps: [], verdict: { kind: 'refused', step: 1 } });
    const { planId: ifPlan } = plan.verdict;
    acceptedOf(await pipeline.executeBatch(batchOf(steps, contextOf({ ifPlan }))));
    const late = await pipeline.executeBatch(batchOf(steps, contextOf({ ifPlan })));
    expect(refusalCodeOf(late)).toBe('plan-stale');
  });

  it('is refused as a whole where the aggregate has changed since If-Match', async () => {
    const { pipeline } = kernelOver();
    await pipeline.execute(stocking({ a: 1 }));
    const request = (ifMatch: number) => batchOf([stock('b', 1)], contextOf({ ifMatch }));
    expect(refusalCodeOf(await pipeline.executeBatch(request(5)))).toBe('stale-if-match');
    acceptedOf(await pipeline.executeBatch(request(0)));
  });
});
