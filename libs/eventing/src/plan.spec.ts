import { describe, expect, it } from '@jest/globals';
import type { CommandContext, CommandOutcome, PlannedOutcome } from './command-request';
import type { StoredEvent } from './envelope';
import type { EventStore } from './event-store';
import { PLAN_LIFETIME_MS } from './plan';
import {
  acceptedOf,
  contextOf,
  kernelOver,
  refusalCodeOf,
  SetClock,
  shelf,
  stocking,
} from './testing/example-aggregate';

async function typesIn(store: EventStore): Promise<readonly string[]> {
  const events: StoredEvent[] = [];
  for await (const batch of store.readAll()) events.push(...batch.events);
  return events.map(({ type }) => type);
}

function plannedOf<S, E>(outcome: CommandOutcome<S, E>): PlannedOutcome<S, E> {
  if (outcome.kind !== 'planned') throw new Error(`Not planned: ${JSON.stringify(outcome)}`);
  return outcome;
}

/** The plan's id; the dry run must find that the command would be accepted. */
function planIdOf(outcome: CommandOutcome<unknown, unknown>): string {
  const { verdict } = plannedOf(outcome);
  if (verdict.kind !== 'accepted')
    throw new Error(`Not to be accepted: ${JSON.stringify(verdict)}`);
  return verdict.planId;
}

/** Stocks shelf-1 with as many as shelf-2 has. */
const mirroring = (context: CommandContext) =>
  stocking({}, context, {
    gather: async (gathering) => ({
      ok: { boxes: { a: 1, ...(await gathering.read(shelf, 'shelf-2')).boxes } },
    }),
  });

describe('a dry run', () => {
  it('answers the events and appends nothing, claims nothing and prepares nothing', async () => {
    const { pipeline, store } = kernelOver();
    const { commandId } = contextOf();
    const beforeAppend = () => Promise.reject(new Error('must not run'));
    const outcome = await pipeline.execute(
      stocking({ a: 1 }, contextOf({ commandId, dryRun: true }), { claimsKey: true, beforeAppend }),
    );
    expect(outcome).toMatchObject({
      kind: 'planned',
      steps: [[{ type: 'BoxStocked', data: { box: 'a', to: 1 } }]],
      state: { owner: 'owner-1', boxes: { a: 1 } },
      verdict: { kind: 'accepted', expiresAt: '2030-01-01T00:15:00.000Z' },
    });
    expect(await typesIn(store)).toEqual([]);
    // The key is still free, for another body too.
    acceptedOf(await pipeline.execute(stocking({ b: 1 }, contextOf({ commandId }, 'another'))));
  });

  it('answers the rule that would refuse the command, and no plan', async () => {
    const { pipeline } = kernelOver();
    const outcome = await pipeline.execute(stocking({ a: 101 }, contextOf({ dryRun: true })));
    expect(outcome).toMatchObject({
      kind: 'planned',
      steps: [],
      state: shelf.initialState,
      verdict: { kind: 'refused', refusal: { code: 'overfull' } },
    });
  });

  it('is refused itself where the command would not come to a decision', async () => {
    const { pipeline } = kernelOver();
    const refusal = { code: 'no-such-shelf', detail: '-' };
    const dryRun = { dryRun: true };
    for (const change of [{ authorise: () => ({ refusal }) }, { gather: () => ({ refusal }) }]) {
      const outcome = await pipeline.execute(stocking({}, contextOf(dryRun), change));
      expect(refusalCodeOf(outcome)).toBe('no-such-shelf');
    }
    const stale = await pipeline.execute(stocking({}, contextOf({ ...dryRun, ifMatch: 3 })));
    expect(refusalCodeOf(stale)).toBe('stale-if-match');
  });

  it('says of a key whose command was accepted that it would do nothing more', async () => {
    const { pipeline, store } = kernelOver();
    const context = contextOf();
    const { position } = acceptedOf(await pipeline.execute(stocking({ a: 1 }, context)));
    await pipeline.execute(stocking({ a: 2 }));
    const again = await pipeline.execute(stocking({ a: 1 }, { ...context, dryRun: true }));
    expect(again).toMatchObject({ steps: [], verdict: { kind: 'repeated', position } });
    const other = contextOf({ commandId: context.commandId, dryRun: true }, 'another body');
    expect(refusalCodeOf(await pipeline.execute(stocking({ a: 1 }, other)))).toBe(
      'idempotency-key-reused',
    );
    expect(await typesIn(store)).toHaveLength(2);
  });
});

describe('a planned command', () => {
  it('is done while nothing that it was planned on has moved, under any key', async () => {
    const { pipeline } = kernelOver();
    await pipeline.execute(stocking({ b: 5 }, contextOf(), { id: 'shelf-2' }));
    const ifPlan = planIdOf(await pipeline.execute(mirroring(contextOf({ dryRun: true }))));
    // Something else moves.
    await pipeline.execute(stocking({ b: 9 }, contextOf(), { id: 'shelf-3' }));
    const outcome = await pipeline.execute(mirroring(contextOf({ ifPlan })));
    expect(acceptedOf(outcome).events).toHaveLength(2);
  });

  it.each(['shelf-1', 'shelf-2'])(
    'is refused once %s has moved, even where that changes nothing',
    async (id) => {
      const { pipeline, store } = kernelOver();
      const ifPlan = planIdOf(await pipeline.execute(mirroring(contextOf({ dryRun: true }))));
      await pipeline.execute(stocking({ z: 1 }, contextOf(), { id }));
      await pipeline.execute(stocking({ z: 0 }, contextOf(), { id }));
      const before = await typesIn(store);
      const outcome = await pipeline.execute(mirroring(contextOf({ ifPlan })));
      expect(outcome).toEqual({
        kind: 'refused',
        refusal: {
          code: 'plan-stale',
          detail: `shelf-${id} is at revision 1; it was planned on revision -1.`,
        },
      });
      expect(await typesIn(store)).toEqual(before);
    },
  );

  it('is refused when its shelf moves between its deciding and its append', async () => {
    const one = kernelOver();
    const other = kernelOver(one.store, one.keys);
    const ifPlan = planIdOf(
      await one.pipeline.execute(stocking({ a: 1 }, contextOf({ dryRun: true }))),
    );
    const beforeAppend = async () => {
      await other.pipeline.execute(stocking({ a: 7 }));
    };
    const outcome = await one.pipeline.execute(
      stocking({ a: 1 }, contextOf({ ifPlan }), { beforeAppend }),
    );
    expect(refusalCodeOf(outcome)).toBe('plan-stale');
    expect(await typesIn(one.store)).toHaveLength(1);
  });

  it('is refused by a plan that is unknown, of another command or organisation, or expired', async () => {
    const clock = new SetClock();
    const { pipeline, store } = kernelOver(undefined, undefined, clock);
    const ifPlan = planIdOf(
      await pipeline.execute(stocking({ a: 1 }, contextOf({ dryRun: true }))),
    );
    const sent = async (context: CommandContext) =>
      refusalCodeOf(await pipeline.execute(stocking({ a: 1 }, context)));
    expect(await sent(contextOf({ ifPlan: 'forged' }))).toBe('plan-unknown');
    const actor = { kind: 'agent', id: 'agent-1', organisation: 'owner-2' } as const;
    expect(await sent(contextOf({ ifPlan, actor }))).toBe('plan-unknown');
    expect(await sent(contextOf({ ifPlan }, 'another body'))).toBe('plan-of-another-command');
    clock.time = new Date(Date.parse(clock.time) + PLAN_LIFETIME_MS).toISOString();
    expect(await sent(contextOf({ ifPlan }))).toBe('plan-expired');
    expect(await typesIn(store)).toEqual([]);
  });

  it('sent again once it was accepted is answered as then, whatever has become of the plan', async () => {
    const clock = new SetClock();
    const { pipeline } = kernelOver(undefined, undefined, clock);
    const ifPlan = planIdOf(
      await pipeline.execute(stocking({ a: 1 }, contextOf({ dryRun: true }))),
    );
    const request = stocking({ a: 1 }, contextOf({ ifPlan }));
    const first = acceptedOf(await pipeline.execute(request));
    clock.time = '2031-01-01T00:00:00.000Z';
    await pipeline.execute(stocking({ a: 2 }));
    expect(await pipeline.execute(request)).toEqual({ ...first, replayed: true });
  });

  it('sees one state of each stream, however often it asks', async () => {
    const one = kernelOver();
    const other = kernelOver(one.store, one.keys);
    const seen: unknown[] = [];
    await one.pipeline.execute(
      stocking({ a: 1 }, contextOf(), {
        gather: async (gathering) => {
          seen.push((await gathering.read(shelf, 'shelf-2')).boxes);
          await other.pipeline.execute(stocking({ b: 1 }, contextOf(), { id: 'shelf-2' }));
          seen.push((await gathering.read(shelf, 'shelf-2')).boxes);
          return { ok: { boxes: { a: 1 } } };
        },
      }),
    );
    expect(seen).toEqual([{}, {}]);
  });
});
