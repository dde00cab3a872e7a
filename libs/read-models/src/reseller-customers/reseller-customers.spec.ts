import { describe, expect, it } from '@jest/globals';
import type { PeriodId } from '@tierbook/domain';
import { foldAll, readsOf } from '../testing/recorded';
import { chosen, reseller, sample, subscription } from '../testing/sample-events';
import { resellerCustomersProjection } from './reseller-customers.projection';
import { listCustomersOfReseller, type UsablePeriodOf } from './reseller-customers.query';

const NOW = '2031-06-01T00:00:00.000Z';
const a = chosen('a');
const support = { kind: 'reseller', ...a } as const;
const scopedTo = (id: string) =>
  ({ kind: 'subscription', subscriptionId: subscription(id) }) as const;

const events = [
  sample.resellerApplied('a', 'Alfa'),
  sample.accepted('a'),
  sample.accepted('b'),
  sample.customerCreated('whole', 'Whole'),
  sample.resellerChanged('whole', null, a),
  sample.granted('whole', 'd1', a),
  sample.ordered('whole', 's1', 10),
  sample.customerCreated('part', 'Part'),
  sample.ordered('part', 's2', 5, a),
  sample.ordered('part', 's3', 100),
  sample.granted('part', 'd2', a, scopedTo('s2')),
  sample.customerCreated('helped', 'Helped'),
  sample.ordered('helped', 's4', 3),
  sample.supportDesignated('helped', 's4', { kind: 'provider' }, support),
  sample.customerCreated('credited', 'Credited'),
  sample.ordered('credited', 's5', 9, a),
  sample.customerCreated('associated', 'Associated, not delegated'),
  sample.resellerChanged('associated', null, a),
];

/** Only this period of its partnership is active. */
const usable =
  ([periodId]: readonly string[] = ['a-1']): UsablePeriodOf =>
  () =>
    Promise.resolve((periodId as PeriodId | undefined) ?? null);
const list = async (of = events, periodIds = ['a-1'], now = NOW) =>
  (
    await listCustomersOfReseller(
      await readsOf(of),
      { resellerId: reseller('a') },
      now,
      usable(periodIds),
    )
  ).items;
const ids = async (...parameters: Parameters<typeof list>) =>
  (await list(...parameters)).map(({ customerId }) => customerId);

describe('a reseller’s customers', () => {
  it('are those that it may see, each as far as it may', async () => {
    expect(
      (await list()).map(({ customerId, access, subscriptionCount, licences }) => {
        return { customerId, access, subscriptionCount, licences };
      }),
    ).toEqual([
      {
        customerId: 'helped',
        access: { kind: 'subscriptions', subscriptionIds: ['s4'] },
        subscriptionCount: 1,
        licences: 3,
      },
      {
        customerId: 'part',
        access: { kind: 'subscriptions', subscriptionIds: ['s2'] },
        subscriptionCount: 1,
        licences: 5,
      },
      { customerId: 'whole', access: { kind: 'account' }, subscriptionCount: 1, licences: 10 },
    ]);
  });

  it('hide whose the rest of an account is', async () => {
    const moved = [...events, sample.resellerChanged('part', null, chosen('b'))];
    const part = (await list(moved)).find(({ customerId }) => customerId === 'part');
    expect(part?.reseller).toBeNull();
  });

  it('are gone with the last reason', async () => {
    const fewer = [
      ...events,
      sample.revoked('whole', 'd1', a),
      sample.revoked('part', 'd2', a, scopedTo('s2')),
      sample.supportDesignated('helped', 's4', support, { kind: 'provider' }),
    ];
    expect(foldAll(resellerCustomersProjection, fewer)).toEqual({});
    const oneLeft = [...events, sample.granted('whole', 'd9', a), sample.revoked('whole', 'd1', a)];
    expect(await ids(oneLeft)).toEqual(['helped', 'part', 'whole']);
  });

  it('are not seen once a delegation has run out, nor by one without the right to read', async () => {
    expect(await ids(events, ['a-1'], '2032-01-01T00:00:00.000Z')).toEqual(['helped']);
    const blind = [
      sample.customerCreated('x', 'X'),
      sample.granted('x', 'd1', a, undefined, { rights: ['order-subscriptions'] }),
    ];
    expect(await ids(blind)).toEqual([]);
  });

  it('are counted, and fill a page, without those that have run out', async () => {
    const filter = { resellerId: reseller('a'), limit: 1, count: true };
    const descending = { ...filter, sort: { field: 'companyName', direction: 'desc' } as const };
    const late = '2032-01-01T00:00:00.000Z';
    const page = await listCustomersOfReseller(await readsOf(events), descending, late, usable());
    expect(page.items.map(({ customerId }) => customerId)).toEqual(['helped']);
    expect(page.total).toBe(1);
  });

  it('are those of active periods only', async () => {
    expect(await ids(events, [])).toEqual([]);
    expect(await ids(events, ['a-2'])).toEqual([]);
    const again = [...events, sample.granted('credited', 'd7', chosen('a', 'a-2'))];
    expect(await ids(again, ['a-2'])).toEqual(['credited']);
  });

  it('fill their pages beyond any number that are not seen, each once', async () => {
    const many = Array.from({ length: 120 }, (_, index) => {
      const id = `m${String(index).padStart(3, '0')}`;
      // All but every tenth were left by partnerships that have ended.
      const periodId = index % 10 === 0 ? 'a-1' : `a-old-${index}`;
      return [sample.customerCreated(id, id), sample.granted(id, `d-${id}`, chosen('a', periodId))];
    }).flat();
    const reads = await readsOf([sample.resellerApplied('a', 'Alfa'), ...many]);
    const found: string[] = [];
    let cursor: string | undefined;
    do {
      const filter = { resellerId: reseller('a'), limit: 5, cursor };
      const page = await listCustomersOfReseller(reads, filter, NOW, usable());
      expect(page.items.length).toBeLessThanOrEqual(5);
      found.push(...page.items.map(({ customerId }) => customerId));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    const seen = Array.from(
      { length: 12 },
      (_, index) => `m${String(index * 10).padStart(3, '0')}`,
    );
    expect(found).toEqual(seen);
  });

  it('are found and sorted by the customers’ own fields', async () => {
    const reads = await readsOf(events);
    const filter = { resellerId: reseller('a') };
    const found = await listCustomersOfReseller(
      reads,
      { ...filter, companyName: 'whole' },
      NOW,
      usable(),
    );
    expect(found.items.map(({ customerId }) => customerId)).toEqual(['whole']);
    const sort = { field: 'companyName', direction: 'desc' } as const;
    const first = await listCustomersOfReseller(
      reads,
      { ...filter, sort, limit: 2 },
      NOW,
      usable(),
    );
    expect(first.items.map(({ customerId }) => customerId)).toEqual(['whole', 'part']);
    const cursor = first.nextCursor ?? undefined;
    const later = '2031-06-02T00:00:00.000Z';
    const second = await listCustomersOfReseller(
      reads,
      { ...filter, sort, cursor },
      later,
      usable(),
    );
    expect(second.items.map(({ customerId }) => customerId)).toEqual(['helped']);
  });
});
