import { describe, expect, it } from '@jest/globals';
import { partnershipIdOf } from '@tierbook/domain';
import { getCustomer } from '../customers/customers.query';
import { getPartnership } from '../partnerships/partnerships.query';
import type { ViewedEvent } from '../projection';
import { readsOf, recorded } from '../testing/recorded';
import {
  chosen,
  customer,
  offer,
  providerId,
  reseller,
  sample,
  subscription,
} from '../testing/sample-events';
import {
  findDueSubscriptions,
  getSubscription,
  getSubscriptions,
  listProviderSubscriptions,
  listSubscriptions,
  type SubscriptionFilter,
} from './subscriptions.query';

const [a, b] = [chosen('a'), chosen('b')];
const scope = { kind: 'subscription', subscriptionId: subscription('s1') } as const;
const bought = [
  sample.resellerApplied('a', 'Alfa'),
  sample.resellerApplied('b', 'Beta'),
  sample.accepted('a'),
  sample.accepted('b'),
  sample.customerCreated('c', 'C'),
  sample.ordered('c', 's1', 5, a),
];

describe('subscriptions', () => {
  it('fold what happens to them', async () => {
    const events = [
      ...bought,
      sample.quantityChanged('c', 's1', [5, 8], a),
      sample.recordChanged('c', 's1', 8, a, b),
      sample.granted('c', 'd1', a, scope),
      sample.granted('c', 'd2', b, scope),
      sample.revoked('c', 'd1', a, scope),
      recorded(
        sample.supportDesignated('c', 's1', { kind: 'provider' }, { kind: 'reseller', ...b }),
        10,
        { revision: 7 },
      ),
      sample.granted('c', 'd3', a),
    ];
    expect(await getSubscription(await readsOf(events), subscription('s1'))).toMatchObject({
      customerId: 'c',
      providerId: 'provider-1',
      offer: { name: 'Mail' },
      name: 'Matriz',
      quantity: 8,
      status: 'active',
      orderedAt: '2030-01-01T00:00:00.000Z',
      resellerOfRecord: b,
      resellerOfRecordName: 'Beta',
      supportContact: { kind: 'reseller', ...b },
      supportContactName: 'Beta',
      delegations: [{ delegationId: 'd2', resellerId: 'b' }],
      revision: 7,
    });
  });

  it('name no reseller where there is none', async () => {
    const reads = await readsOf([...bought, sample.recordChanged('c', 's1', 5, a, null)]);
    expect(await getSubscription(reads, subscription('s1'))).toMatchObject({
      resellerOfRecord: null,
      resellerOfRecordName: null,
      supportContactName: null,
    });
    expect(await getSubscription(reads, subscription('s9'))).toBeUndefined();
  });

  it('are listed by customer, in the order they were bought', async () => {
    const later = recorded(sample.ordered('c', 's0', 1), 6, { at: '2030-02-01T00:00:00.000Z' });
    const other = [sample.customerCreated('other', 'O'), sample.ordered('other', 's7', 1)];
    const reads = await readsOf([...bought, ...other, later]);
    const { items } = await listSubscriptions(reads, customer('c'));
    expect(items.map(({ subscriptionId }) => subscriptionId)).toEqual(['s1', 's0']);
    const some = await getSubscriptions(reads, [subscription('s7'), subscription('s1')]);
    expect(some.map(({ subscriptionId }) => subscriptionId)).toEqual(['s7', 's1']);
  });

  describe('listed across customers', () => {
    const events = [
      ...bought,
      recorded(sample.ordered('c', 's2', 7), 7),
      sample.customerCreated('d', 'D'),
      sample.ordered('d', 's3', 1, b),
      sample.recordChanged('d', 's3', 1, b, null),
    ];
    const listed = async (filter: Omit<SubscriptionFilter, 'providerId'>) =>
      (await listProviderSubscriptions(await readsOf(events), { providerId, ...filter })).items.map(
        ({ subscriptionId }) => subscriptionId,
      );
    const cases: readonly (readonly [string, Omit<SubscriptionFilter, 'providerId'>, string[]])[] =
      [
        ['nothing', {}, ['s1', 's2', 's3']],
        ['reseller of record', { resellerIds: [reseller('a')] }, ['s1']],
        ['a reseller or none', { resellerIds: [reseller('a'), null] }, ['s1', 's2', 's3']],
        ['missing credit', { uncredited: true }, ['s2', 's3']],
        ['offer', { offerId: offer('o2') }, []],
        ['status', { statuses: ['active', 'pending'] }, ['s1', 's2', 's3']],
        ['another status', { statuses: ['cancelled'] }, []],
        ['the end of the term', { termEndsBefore: '2030-06-01T00:00:00.000Z' }, []],
        ['a later end', { termEndsFrom: '2030-06-01T00:00:00.000Z' }, ['s1', 's2', 's3']],
      ];
    it.each(cases)('by %s', async (_, filter, expected) => {
      expect(await listed(filter)).toEqual(expected);
    });

    it('say whose they are', async () => {
      const page = await listProviderSubscriptions(await readsOf(events), {
        providerId,
        count: true,
        limit: 1,
      });
      expect(page.items[0]?.customer).toEqual({ customerId: 'c', companyName: 'C', domain: 'c' });
      expect(page.total).toBe(3);
    });
  });

  it('fold what their life brings', async () => {
    const of = { customerId: customer('c'), subscriptionId: subscription('s1') };
    const at = '2030-02-01T00:00:00.000Z';
    const termEndsAt = '2031-01-01T00:00:00.000Z';
    const to = { kind: 'quantity', quantity: 3 } as const;
    const suspended: ViewedEvent = {
      type: 'SubscriptionSuspended',
      data: { ...of, withBase: null, effectiveFrom: at },
    };
    const scheduled: ViewedEvent = {
      type: 'SubscriptionChangeScheduled',
      data: { ...of, from: null, to, effectiveAt: termEndsAt },
    };
    const renamed: ViewedEvent = {
      type: 'SubscriptionRenamed',
      data: of,
      personal: { name: 'Filial' },
    };
    const off: ViewedEvent = {
      type: 'SubscriptionAutoRenewChanged',
      data: { ...of, autoRenew: false },
    };
    const before = [...bought, renamed, off, scheduled, suspended];
    const bought1 = await getSubscription(await readsOf(before), subscription('s1'));
    if (bought1 === undefined) throw new Error('There is no subscription.');
    expect(bought1).toMatchObject({
      status: 'suspended',
      name: 'Filial',
      autoRenew: false,
      scheduledChange: to,
      refundable: [{ until: '2030-01-08T00:00:00.000Z', licences: 5 }],
      endedAt: null,
    });
    const back: ViewedEvent = {
      type: 'SubscriptionReactivated',
      data: { ...of, withBase: null, effectiveFrom: at },
    };
    const renewed: ViewedEvent = {
      type: 'SubscriptionRenewed',
      data: {
        ...of,
        from: { offerId: offer('o1'), quantity: 5, termEndsAt },
        offerId: offer('o1'),
        offer: bought1.offer,
        quantity: 3,
        termNumber: 2,
        termStartsAt: termEndsAt,
        termEndsAt: '2032-01-01T00:00:00.000Z',
        refund: { until: '2031-01-08T00:00:00.000Z', licences: 3 },
        resellerOfRecord: a,
      },
    };
    const again = await readsOf([...before, back, renewed]);
    expect(await getSubscription(again, subscription('s1'))).toMatchObject({
      status: 'active',
      quantity: 3,
      termNumber: 2,
      termEndsAt: '2032-01-01T00:00:00.000Z',
      scheduledChange: null,
      refundable: [{ licences: 3 }],
    });
    const cancelled: ViewedEvent = {
      type: 'SubscriptionCancelled',
      data: {
        ...of,
        withBase: null,
        offerId: offer('o1'),
        quantity: 3,
        effectiveFrom: '2031-01-02T00:00:00.000Z',
        share: { days: 364, of: 365 },
        refundedLicences: 3,
        resellerOfRecord: a,
      },
    };
    const ended = await readsOf([...before, back, renewed, cancelled]);
    expect(await getSubscription(ended, subscription('s1'))).toMatchObject({
      status: 'cancelled',
      endedAt: '2031-01-02T00:00:00.000Z',
      refundable: [],
    });
    expect(await getPartnership(ended, partnershipIdOf(providerId, reseller('a')))).toMatchObject({
      subscriptions: 0,
      licences: 0,
    });
    expect(await getCustomer(ended, customer('c'))).toMatchObject({
      subscriptionCount: 0,
      licences: 0,
    });
  });

  it('are found when their next date has come, the earliest first, and no more once they have ended', async () => {
    const dueIn = async (events: readonly ViewedEvent[], now: string) => {
      const { store } = await readsOf(events);
      const due = [];
      for await (const { subscriptionId } of findDueSubscriptions(store, now))
        due.push(subscriptionId);
      return due;
    };
    const events = [...bought, sample.ordered('c', 's2', 1, a)];
    const termEndsAt = '2031-01-01T00:00:00.000Z';
    expect(await dueIn(events, '2030-12-31T23:59:59.999Z')).toEqual([]);
    expect(await dueIn(events, termEndsAt)).toEqual(['s1', 's2']);
    const expired: ViewedEvent = {
      type: 'SubscriptionExpired',
      data: {
        customerId: customer('c'),
        subscriptionId: subscription('s1'),
        withBase: null,
        offerId: offer('o1'),
        quantity: 5,
        effectiveFrom: termEndsAt,
        resellerOfRecord: a,
      },
    };
    expect(await dueIn([...events, expired], termEndsAt)).toEqual(['s2']);
  });
});
