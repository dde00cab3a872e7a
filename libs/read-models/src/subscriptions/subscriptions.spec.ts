import { describe, expect, it } from '@jest/globals';
import { readsOf, recorded } from '../testing/recorded';
import { chosen, customer, sample, subscription } from '../testing/sample-events';
import { getSubscription, getSubscriptions, listSubscriptions } from './subscriptions.query';

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
});
