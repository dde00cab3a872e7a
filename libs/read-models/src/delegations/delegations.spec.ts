import { describe, expect, it } from '@jest/globals';
import type { DelegationId } from '@tierbook/domain';
import { getCustomer } from '../customers/customers.query';
import { listCustomersOfReseller } from '../reseller-customers/reseller-customers.query';
import { readsOf } from '../testing/recorded';
import { chosen, customer, period, reseller, sample } from '../testing/sample-events';
import { findDueDelegations, getDelegation, listDelegations } from './delegations.query';

const [a, b] = [chosen('a'), chosen('b')];
const LATER_END = '2033-01-01T00:00:00.000Z';

const events = [
  sample.resellerApplied('a', 'Alfa'),
  sample.customerCreated('c', 'C'),
  sample.granted('c', 'd1', a),
  sample.granted('c', 'd2', b),
  sample.customerCreated('other', 'Other'),
  sample.granted('other', 'd3', a),
];

describe('delegations', () => {
  it('are listed by customer, and by reseller, with its name of today', async () => {
    const reads = await readsOf(events);
    const ids = async (filter: { resellerId?: ReturnType<typeof reseller> } = {}) =>
      (await listDelegations(reads, { customerId: customer('c'), ...filter })).items.map(
        ({ delegationId, resellerName }) => [delegationId, resellerName],
      );
    expect(new Set(await ids())).toEqual(
      new Set([
        ['d1', 'Alfa'],
        ['d2', null],
      ]),
    );
    expect(await ids({ resellerId: reseller('a') })).toEqual([['d1', 'Alfa']]);
  });

  it('go on when they are renewed, in every view that shows them', async () => {
    const reads = await readsOf([...events, sample.renewed('c', 'd1', a, LATER_END)]);
    expect(await getDelegation(reads, 'd1' as DelegationId)).toMatchObject({
      end: LATER_END,
      reason: 'renewed',
      status: 'granted',
    });
    const shown = await getCustomer(reads, customer('c'));
    expect(shown?.delegations.map(({ end }) => end)).toEqual([
      LATER_END,
      '2032-01-01T00:00:00.000Z',
    ]);
    const seen = await listCustomersOfReseller(
      reads,
      { resellerId: reseller('a') },
      '2032-06-01T00:00:00.000Z',
      () => Promise.resolve(period('a-1')),
    );
    expect(seen.items.map(({ customerId }) => customerId)).toEqual(['c']);
  });

  it('are kept when they have ended, with the cause', async () => {
    const reads = await readsOf([...events, sample.revoked('c', 'd1', a)]);
    expect(await getDelegation(reads, 'd1' as DelegationId)).toMatchObject({
      status: 'ended',
      cause: expect.any(String),
      endedAt: expect.any(String),
    });
    const lasting = { customerId: customer('c'), status: 'granted' } as const;
    const { items } = await listDelegations(reads, lasting);
    expect(items.map(({ delegationId }) => delegationId)).toEqual(['d2']);
  });

  it('are due when their end has come, until it is recorded', async () => {
    const due = async (of: typeof events, now: string) => {
      const found: string[] = [];
      const { store } = await readsOf(of);
      for await (const { delegationId } of findDueDelegations(store, now)) found.push(delegationId);
      return found.sort();
    };
    const end = '2032-01-01T00:00:00.000Z';
    const changed = [
      ...events,
      sample.renewed('c', 'd1', a, LATER_END),
      sample.revoked('c', 'd2', b),
    ];
    expect(await due(events, '2031-12-31T23:59:59.999Z')).toEqual([]);
    expect(await due(events, end)).toEqual(['d1', 'd2', 'd3']);
    expect(await due(changed, end)).toEqual(['d3']);
    expect(await due(changed, LATER_END)).toEqual(['d1', 'd3']);
  });
});
