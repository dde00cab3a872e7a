import { describe, expect, it } from '@jest/globals';
import type { ViewedEvent } from '../projection';
import { readsOf } from '../testing/recorded';
import {
  chosen,
  customer,
  offer,
  period,
  providerId,
  sample,
  subscription,
} from '../testing/sample-events';
import { countHoldings, holdingsOf, listHoldings } from './holdings.query';

const [a, again, b] = [chosen('a'), chosen('a', 'a-2'), chosen('b')];
const PROVIDER = { kind: 'provider' } as const;
const supportOf = (partner: typeof a) => ({ kind: 'reseller', ...partner }) as const;

const before: readonly ViewedEvent[] = [
  sample.accepted('a'),
  sample.accepted('b'),
  sample.customerCreated('c', 'Contoso'),
  sample.customerCreated('d', 'Donato'),
  sample.resellerChanged('c', null, a),
  sample.granted('c', 'd1', a),
  sample.ordered('c', 's1', 5, a),
  sample.supportDesignated('c', 's1', PROVIDER, supportOf(a)),
  sample.ordered('d', 's2', 1, a),
  sample.granted('d', 'd2', a, { kind: 'subscription', subscriptionId: subscription('s2') }),
];
const of = async (events: readonly ViewedEvent[], periodId: string) => {
  const { items } = await listHoldings(await readsOf(events), period(periodId));
  return items;
};
const ofC = { providerId, ...a, customerId: 'c' };

describe('what a period of a partnership has', () => {
  it('is told by customer, and counted', async () => {
    expect(await of(before, 'a-1')).toEqual([
      { ...ofC, associated: true, delegations: ['d1'], supportContacts: ['s1'], records: ['s1'] },
      {
        ...ofC,
        customerId: 'd',
        associated: false,
        delegations: ['d2'],
        supportContacts: [],
        records: ['s2'],
      },
    ]);
    const { store } = await readsOf(before);
    expect(await countHoldings(holdingsOf(store, period('a-1')))).toEqual({
      customers: 2,
      associations: 1,
      delegations: 2,
      supportContacts: 1,
      records: 2,
    });
  });

  it('goes as it is taken back, moved, or ends, and is another period’s where that has it', async () => {
    const taken: readonly ViewedEvent[] = [
      ...before,
      sample.revoked('c', 'd1', a),
      sample.resellerChanged('c', a, b),
      sample.supportDesignated('c', 's1', supportOf(a), PROVIDER),
      sample.recordChanged('c', 's1', 5, a, again),
    ];
    expect((await of(taken, 'a-1')).map(({ customerId }) => customerId)).toEqual(['d']);
    expect(await of(taken, 'b-1')).toMatchObject([{ customerId: 'c', associated: true }]);
    expect(await of(taken, 'a-2')).toMatchObject([{ customerId: 'c', records: ['s1'] }]);
    const expired: ViewedEvent = {
      type: 'SubscriptionExpired',
      data: {
        customerId: customer('c'),
        subscriptionId: subscription('s1'),
        withBase: null,
        offerId: offer('o1'),
        quantity: 5,
        effectiveFrom: '2031-01-01T00:00:00.000Z',
        resellerOfRecord: again,
      },
    };
    expect(await of([...taken, expired], 'a-2')).toEqual([]);
  });
});
