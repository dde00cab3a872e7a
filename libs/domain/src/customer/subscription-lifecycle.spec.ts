import { describe, expect, it } from '@jest/globals';
import { specify } from '@tierbook/eventing/testing';
import type { OfferId } from '../ids';
import type { CatalogueTerms } from '../offer/offer.events';
import {
  AT,
  CUSTOMER,
  OFFER,
  TERMS,
  chosenOffer,
  createCustomer,
  orderOf,
  subscription,
} from '../testing/examples';
import { historyOf, subscriptionAfter } from '../testing/history';
import { customer } from './customer.aggregate';
import type { ChangeToSchedule, CustomerCommand, SubscriptionOrder } from './customer.commands';
import type { CustomerEvent } from './customer.events';

const given = specify(customer);

/** Day n of the subscription, which begins on 31 January 2026. */
const day = (n: number) => new Date(Date.parse(AT) + n * 86_400_000).toISOString();
const END = '2027-01-31T10:00:00.000Z';
const BIGGER = 'offer-bigger' as OfferId;
const ADD_ON = 'offer-add-on' as OfferId;
const addOnTerms: Partial<CatalogueTerms> = { name: 'Backup', addOnOf: [OFFER] };

const order = (n: number, change: Partial<SubscriptionOrder> = {}, at = AT): CustomerCommand => ({
  type: 'order-subscription',
  at,
  order: orderOf(n, change),
});
const addOn = (n: number, change: Partial<SubscriptionOrder> = {}, at = AT) =>
  order(n, { offer: chosenOffer(ADD_ON, addOnTerms), quantity: 5, ...change }, at);
type Simple =
  | 'suspend-subscription'
  | 'reactivate-subscription'
  | 'cancel-subscription'
  | 'undo-scheduled-change'
  | 'advance-subscription';
const simply =
  (type: Simple) =>
  (at: string, n = 1): CustomerCommand => ({ type, at, subscriptionId: subscription(n) });
const suspend = simply('suspend-subscription');
const reactivate = simply('reactivate-subscription');
const cancel = simply('cancel-subscription');
const undo = simply('undo-scheduled-change');
const advance = simply('advance-subscription');
const on = (at: string, n = 1) => ({ at, subscriptionId: subscription(n) });
const change = (quantity: number, at: string): CustomerCommand => ({
  type: 'change-quantity',
  quantity,
  ...on(at),
});
const autoRenew = (value: boolean, at: string, n = 1): CustomerCommand => ({
  type: 'set-auto-renew',
  autoRenew: value,
  ...on(at, n),
});
const schedule = (to: ChangeToSchedule, at: string): CustomerCommand => ({
  type: 'schedule-change',
  change: to,
  ...on(at),
});
const bigger = { offer: chosenOffer(BIGGER, { name: 'Bigger' }), upgradeTargets: [BIGGER] };
const upgrade = (at: string, to: Partial<typeof bigger> = {}): CustomerCommand => ({
  type: 'upgrade-subscription',
  ...on(at),
  ...bigger,
  ...to,
});
const rename = (at: string): CustomerCommand => ({
  type: 'rename-subscription',
  name: 'Berlin',
  ...on(at),
});

/** Types and subscriptions of what a command does after that history. */
function happens(history: readonly CustomerEvent[], command: CustomerCommand): readonly string[] {
  const decision = customer.decide(command, given(...history).state);
  if (decision.kind === 'refused') throw new Error(JSON.stringify(decision.refusal));
  return decision.events.map(({ type, data }) =>
    'subscriptionId' in data ? `${type} ${data.subscriptionId}` : type,
  );
}

function statusesAfter(history: readonly CustomerEvent[], ...ns: readonly number[]) {
  return ns.map((n) => subscriptionAfter(history, n).status);
}

describe('an order', () => {
  it('is not for a retired offer', () => {
    given(...historyOf())
      .when(order(1, { offer: { ...chosenOffer(), retired: true } }))
      .thenRefused('offer-retired', '/offerId');
  });

  it("is for an offer that is sold in the customer's country", () => {
    given(...historyOf())
      .when(order(1, { offer: chosenOffer(OFFER, { countries: ['BR', 'PT'] }) }))
      .thenRefused('offer-unavailable-in-country', '/offerId');
    expect(
      happens(historyOf(), order(1, { offer: chosenOffer(OFFER, { countries: ['DE'] }) })),
    ).toHaveLength(1);
  });

  it('keeps to the number that one customer may have, those that ended left out', () => {
    const limited = { offer: chosenOffer(OFFER, { limitPerCustomer: 1 }) };
    given(...historyOf(order(1, limited)))
      .when(order(2, limited))
      .thenRefused('offer-limit-reached', '/offerId');
    expect(happens(historyOf(order(1, limited), cancel(day(1))), order(2, limited))).toHaveLength(
      1,
    );
    given()
      .when(createCustomer({ subscriptions: [orderOf(1, limited), orderOf(2, limited)] }))
      .thenRefused('offer-limit-reached', '/subscriptions/0/offerId', '/subscriptions/1/offerId');
  });

  it('of an add-on needs an active base, and names it', () => {
    given(...historyOf())
      .when(addOn(2))
      .thenRefused('add-on-needs-base', '/offerId');
    given(...historyOf(order(1), suspend(AT)))
      .when(addOn(2))
      .thenRefused('add-on-needs-base', '/offerId');
    given(...historyOf(order(1), addOn(2)))
      .when(addOn(3, { baseSubscriptionId: subscription(2) }))
      .thenRefused('add-on-needs-base', '/baseSubscriptionId');
    const both = historyOf(
      order(1),
      order(2),
      addOn(3),
      addOn(4, { baseSubscriptionId: subscription(2) }),
    );
    expect(subscriptionAfter(both, 3).baseSubscriptionId).toBe(subscription(1));
    expect(subscriptionAfter(both, 4).baseSubscriptionId).toBe(subscription(2));
  });

  it('of an add-on may come with its base', () => {
    const offer = chosenOffer(ADD_ON, addOnTerms);
    const events = historyOf(
      createCustomer({ subscriptions: [orderOf(2, { offer }), orderOf(1)] }),
    );
    expect(subscriptionAfter(events, 2).baseSubscriptionId).toBe(subscription(1));
  });

  it('may start within twelve months, and waits until then', () => {
    const startsAt = '2026-06-01T00:00:00.000Z';
    const events = historyOf(order(1, { startsAt }));
    expect(subscriptionAfter(events, 1)).toMatchObject({
      status: 'pending',
      termEndsAt: '2027-06-01T00:00:00.000Z',
      refundable: [{ until: '2026-06-08T00:00:00.000Z', licences: 10 }],
    });
    given(...events)
      .when(change(11, day(1)))
      .thenRefused('subscription-not-active');
    expect(happens(events, advance('2026-05-31T23:59:59.999Z'))).toEqual([]);
    expect(happens(events, advance(startsAt))).toEqual(['SubscriptionActivated subscription-1']);
    expect(happens(events, cancel(day(60)))).toEqual(['SubscriptionCancelled subscription-1']);
    for (const beyond of ['2026-01-31T09:59:59.999Z', '2027-01-31T10:00:00.001Z']) {
      given(...historyOf())
        .when(order(1, { startsAt: beyond }))
        .thenRefused('start-out-of-range', '/startsAt');
    }
  });
});

describe('a subscription', () => {
  const bought = historyOf(order(1));

  it('is renamed', () => {
    given(...bought)
      .when(rename(day(1)))
      .then({
        type: 'SubscriptionRenamed',
        data: { customerId: CUSTOMER, subscriptionId: subscription(1) },
        personal: { name: 'Berlin' },
      });
  });

  it('renews by itself or does not', () => {
    expect(happens(bought, autoRenew(true, day(1)))).toEqual([]);
    expect(happens(bought, autoRenew(false, day(1)))).toEqual([
      'SubscriptionAutoRenewChanged subscription-1',
    ]);
  });

  it.each([
    ['renamed', rename(day(9))],
    ['suspended', suspend(day(9))],
    ['reactivated', reactivate(day(9))],
    ['cancelled', cancel(day(9))],
    ['changed in quantity', change(11, day(9))],
    ['upgraded', upgrade(day(9))],
    ['scheduled to change', schedule({ kind: 'cancel' }, day(9))],
    ['left to renew', autoRenew(false, day(9))],
  ])('once cancelled is not %s', (_what, command) => {
    given(...historyOf(order(1), cancel(day(1))))
      .when(command)
      .thenRefused('subscription-ended');
  });

  it.each([
    ['changed in quantity', change(11, day(9))],
    ['suspended again', suspend(day(9))],
    ['upgraded', upgrade(day(9))],
    ['scheduled to change', schedule({ kind: 'cancel' }, day(9))],
  ])('while suspended is not %s', (_what, command) => {
    given(...historyOf(order(1), suspend(day(1))))
      .when(command)
      .thenRefused('subscription-not-active');
  });

  it('is reactivated only when it is suspended', () => {
    given(...bought)
      .when(reactivate(day(1)))
      .thenRefused('subscription-not-suspended');
    expect(statusesAfter(historyOf(order(1), suspend(day(1)), reactivate(day(2))), 1)).toEqual([
      'active',
    ]);
  });

  it('suspended takes its add-ons along, and brings those back with it', () => {
    const family = [order(1), addOn(2), addOn(3), order(4), suspend(day(1), 3)];
    const suspended = historyOf(...family, suspend(day(2)));
    expect(suspended.slice(-2)).toEqual([
      {
        type: 'SubscriptionSuspended',
        data: {
          customerId: CUSTOMER,
          subscriptionId: subscription(1),
          withBase: null,
          effectiveFrom: day(2),
        },
      },
      {
        type: 'SubscriptionSuspended',
        data: {
          customerId: CUSTOMER,
          subscriptionId: subscription(2),
          withBase: subscription(1),
          effectiveFrom: day(2),
        },
      },
    ]);
    expect(statusesAfter(suspended, 1, 2, 3, 4)).toEqual([
      'suspended',
      'suspended',
      'suspended',
      'active',
    ]);
    given(...suspended)
      .when(reactivate(day(3), 2))
      .thenRefused('add-on-needs-base');
    const back = historyOf(...family, suspend(day(2)), reactivate(day(3)));
    expect(statusesAfter(back, 1, 2, 3)).toEqual(['active', 'active', 'suspended']);
  });

  it('that starts while its base is suspended starts suspended', () => {
    const later = addOn(2, { startsAt: day(10) });
    const events = historyOf(order(1), later, suspend(day(5)), advance(day(10), 2));
    expect(subscriptionAfter(events, 2)).toMatchObject({
      status: 'suspended',
      suspendedWith: subscription(1),
    });
  });
});

describe('cancelling', () => {
  it('within seven days refunds all licences at once, and takes the add-ons along', () => {
    const events = historyOf(order(1), addOn(2));
    const at = '2026-02-07T09:59:59.999Z';
    expect(happens(events, cancel(at))).toEqual([
      'SubscriptionCancelled subscription-1',
      'SubscriptionCancelled subscription-2',
    ]);
    given(...historyOf(order(1)))
      .when(cancel(at))
      .then({
        type: 'SubscriptionCancelled',
        data: {
          customerId: CUSTOMER,
          subscriptionId: subscription(1),
          withBase: null,
          offerId: OFFER,
          quantity: 10,
          effectiveFrom: at,
          share: { days: 358, of: 365 },
          refundedLicences: 10,
          resellerOfRecord: null,
        },
      });
  });

  it('after that waits for the end of the term, and can be undone', () => {
    const at = '2026-02-07T10:00:00.000Z';
    const scheduled = historyOf(order(1), cancel(at));
    expect(scheduled.at(-1)).toMatchObject({
      type: 'SubscriptionChangeScheduled',
      data: { from: null, to: { kind: 'cancel' }, effectiveAt: END },
    });
    expect(happens(scheduled, cancel(day(20)))).toEqual([]);
    expect(statusesAfter(historyOf(order(1), cancel(at), advance(END)), 1)).toEqual(['cancelled']);
    const undone = historyOf(order(1), cancel(at), undo(day(30)));
    expect(subscriptionAfter(undone, 1).scheduledChange).toBeNull();
    expect(happens(undone, undo(day(31)))).toEqual([]);
    expect(happens(undone, advance(END))).toEqual(['SubscriptionRenewed subscription-1']);
  });

  it('is with refund again for seven days after a renewal', () => {
    const renewed = historyOf(order(1), advance(END));
    expect(happens(renewed, cancel('2027-02-07T09:59:59.999Z'))).toEqual([
      'SubscriptionCancelled subscription-1',
    ]);
  });
});

describe('fewer licences', () => {
  it('are given back at once within seven days of their purchase', () => {
    given(...historyOf(order(1)))
      .when(change(4, day(6)))
      .then({
        type: 'SubscriptionQuantityChanged',
        data: {
          customerId: CUSTOMER,
          subscriptionId: subscription(1),
          offerId: OFFER,
          from: 10,
          to: 4,
          effectiveFrom: day(6),
          share: { days: 359, of: 365 },
          refund: null,
          refundedLicences: 6,
          resellerOfRecord: null,
        },
      });
  });

  it('of those bought later have seven days of their own', () => {
    const grown = [order(1), change(15, day(30))];
    const back = historyOf(...grown, change(10, day(36)));
    expect(subscriptionAfter(back, 1)).toMatchObject({ quantity: 10, refundable: [] });
    const tooMany = historyOf(...grown, change(9, day(36)));
    expect(subscriptionAfter(tooMany, 1)).toMatchObject({
      quantity: 15,
      scheduledChange: { kind: 'quantity', quantity: 9 },
    });
  });

  it('after that begin with the next term', () => {
    const scheduled = [order(1), change(4, day(7))];
    expect(subscriptionAfter(historyOf(...scheduled), 1)).toMatchObject({ quantity: 10 });
    expect(subscriptionAfter(historyOf(...scheduled, advance(END)), 1)).toMatchObject({
      quantity: 4,
      termNumber: 2,
      termStartsAt: END,
      termEndsAt: '2028-01-31T10:00:00.000Z',
      scheduledChange: null,
      refundable: [{ until: '2027-02-07T10:00:00.000Z', licences: 4 }],
    });
    expect(happens(historyOf(...scheduled), change(4, day(8)))).toEqual([]);
    expect(happens(historyOf(...scheduled), change(3, day(8)))).toHaveLength(1);
  });

  it('need a next term to begin with, and no other change that waits', () => {
    given(...historyOf(order(1), autoRenew(false, day(1))))
      .when(change(4, day(8)))
      .thenRefused('subscription-not-renewing');
    given(...historyOf(order(1), cancel(day(8))))
      .when(change(4, day(9)))
      .thenRefused('scheduled-change-exists');
  });

  it('keep the next term that they begin with, until they are undone', () => {
    const fewer = historyOf(order(1), change(4, day(8)));
    given(...fewer)
      .when(autoRenew(false, day(9)))
      .thenRefused('scheduled-change-exists');
    expect(happens(historyOf(order(1), cancel(day(8))), autoRenew(false, day(9)))).toHaveLength(1);
  });
});

describe('an upgrade', () => {
  const bought = historyOf(order(1));

  it('keeps the subscription, its term and its history', () => {
    given(...bought)
      .when(upgrade(day(30)))
      .then({
        type: 'SubscriptionUpgraded',
        data: {
          customerId: CUSTOMER,
          subscriptionId: subscription(1),
          from: { offerId: OFFER, offer: TERMS },
          to: { offerId: BIGGER, offer: { ...TERMS, name: 'Bigger' } },
          quantity: 10,
          effectiveFrom: day(30),
          share: { days: 335, of: 365 },
          resellerOfRecord: null,
        },
      });
    const after = subscriptionAfter(historyOf(order(1), upgrade(day(30))), 1);
    expect(after).toMatchObject({ offerId: BIGGER, termEndsAt: END, quantity: 10 });
  });

  it('leads to an offer that the present one leads to', () => {
    given(...bought)
      .when(upgrade(day(1), { upgradeTargets: [] }))
      .thenRefused('upgrade-not-offered', '/offerId');
  });

  it.each([
    ['offer-retired', { ...bigger.offer, retired: true }],
    ['quantity-out-of-range', chosenOffer(BIGGER, { minQuantity: 11 })],
    ['billing-cycle-unavailable', chosenOffer(BIGGER, { billingCycles: ['annual'] })],
    ['term-unavailable', chosenOffer(BIGGER, { terms: ['P3Y'] })],
    ['offer-unavailable-in-country', chosenOffer(BIGGER, { countries: ['BR'] })],
    ['add-on-needs-base', chosenOffer(BIGGER, { addOnOf: [OFFER] })],
  ] as const)('keeps to the rules of the other offer: %s', (code, offer) => {
    given(...bought)
      .when(upgrade(day(1), { offer }))
      .thenRefused(code, '/offerId');
  });

  it('strands no add-on', () => {
    given(...historyOf(order(1), addOn(2)))
      .when(upgrade(day(1)))
      .thenRefused('upgrade-strands-add-on', '/offerId');
  });

  it('strands no add-on that is to become another offer', () => {
    const both = { ...addOnTerms, addOnOf: [OFFER, BIGGER] };
    const next = 'offer-next' as OfferId;
    const narrower: ChangeToSchedule = {
      kind: 'offer',
      offer: chosenOffer(next, addOnTerms),
      upgradeTargets: [next],
    };
    const addOns = [order(1), addOn(2, { offer: chosenOffer(ADD_ON, both) })];
    expect(happens(historyOf(...addOns), upgrade(day(1)))).not.toEqual([]);
    const planned = { ...schedule(narrower, day(1)), subscriptionId: subscription(2) };
    given(...historyOf(...addOns, planned))
      .when(upgrade(day(2)))
      .thenRefused('upgrade-strands-add-on', '/offerId');
  });

  it('waits for no other change', () => {
    given(...historyOf(order(1), cancel(day(8))))
      .when(upgrade(day(9)))
      .thenRefused('scheduled-change-exists');
  });

  it('can be scheduled for the next term', () => {
    const scheduled = [order(1), schedule({ kind: 'offer', ...bigger }, day(3))];
    expect(subscriptionAfter(historyOf(...scheduled), 1).offerId).toBe(OFFER);
    expect(subscriptionAfter(historyOf(...scheduled, advance(END)), 1)).toMatchObject({
      offerId: BIGGER,
      offer: { name: 'Bigger' },
    });
  });
});

describe('a scheduled change', () => {
  it('is in the place of the one before', () => {
    const first = schedule({ kind: 'quantity', quantity: 20 }, day(1));
    const events = historyOf(order(1), first, schedule({ kind: 'cancel' }, day(2)));
    expect(events.at(-1)).toMatchObject({
      data: { from: { kind: 'quantity', quantity: 20 }, to: { kind: 'cancel' } },
    });
    expect(happens(events, schedule({ kind: 'cancel' }, day(3)))).toEqual([]);
  });

  it('to another offer leaves no add-on behind that is ordered meanwhile', () => {
    const scheduled = [order(1), schedule({ kind: 'offer', ...bigger }, day(1))];
    given(...historyOf(...scheduled))
      .when(addOn(2, {}, day(2)))
      .thenRefused('add-on-needs-base', '/offerId');
    const other = historyOf(...scheduled, order(2), addOn(3, {}, day(2)));
    expect(subscriptionAfter(other, 3).baseSubscriptionId).toBe(subscription(2));
    expect(happens(historyOf(...scheduled, undo(day(2))), addOn(2, {}, day(3)))).toHaveLength(1);
  });

  it('to another offer counts among those that one customer may have, and not against itself', () => {
    const limited = { ...bigger, offer: chosenOffer(BIGGER, { limitPerCustomer: 1 }) };
    const scheduled = historyOf(order(1), schedule({ kind: 'offer', ...limited }, day(1)));
    given(...scheduled)
      .when(order(2, { offer: limited.offer }, day(2)))
      .thenRefused('offer-limit-reached', '/offerId');
    expect(happens(scheduled, schedule({ kind: 'offer', ...limited }, day(2)))).toEqual([]);
  });

  it("keeps to the offer's limits", () => {
    given(...historyOf(order(1)))
      .when(schedule({ kind: 'quantity', quantity: 301 }, day(1)))
      .thenRefused('quantity-out-of-range', '/quantity');
  });
});

describe('the end of a term', () => {
  it('renews, one term at a time, counted from the first day', () => {
    const monthly = order(1, { term: 'P1M' });
    const events = historyOf(monthly, advance('2026-05-01T00:00:00.000Z'));
    const terms = events.flatMap((event) =>
      event.type === 'SubscriptionRenewed' ? [[event.data.termNumber, event.data.termEndsAt]] : [],
    );
    expect(terms).toEqual([
      [2, '2026-03-31T10:00:00.000Z'],
      [3, '2026-04-30T10:00:00.000Z'],
      [4, '2026-05-31T10:00:00.000Z'],
    ]);
    expect(happens(events, advance('2026-05-01T00:00:00.000Z'))).toEqual([]);
  });

  it('is the end without automatic renewal, of its add-ons too', () => {
    const events = historyOf(order(1), addOn(2), autoRenew(false, day(1)), advance(END));
    expect(statusesAfter(events, 1, 2)).toEqual(['expired', 'expired']);
    expect(events.at(-1)).toMatchObject({ data: { withBase: subscription(1) } });
  });

  it('is the end of what is suspended', () => {
    expect(statusesAfter(historyOf(order(1), suspend(day(1)), advance(END)), 1)).toEqual([
      'expired',
    ]);
  });

  it('that has passed comes before whatever is asked after it', () => {
    expect(happens(historyOf(order(1)), change(11, '2027-02-01T00:00:00.000Z'))).toEqual([
      'SubscriptionRenewed subscription-1',
      'SubscriptionQuantityChanged subscription-1',
    ]);
    given(...historyOf(order(1), autoRenew(false, day(1))))
      .when(rename('2027-02-01T00:00:00.000Z'))
      .thenRefused('subscription-ended');
  });

  it('befalls base and add-ons in the order of their dates', () => {
    const events = historyOf(order(1), addOn(2, { term: 'P1M' }), autoRenew(false, day(1)));
    const at = '2027-03-01T00:00:00.000Z';
    const renewals = Array.from({ length: 11 }, () => 'SubscriptionRenewed subscription-2');
    expect(happens(events, advance(at, 2))).toEqual([
      ...renewals,
      'SubscriptionExpired subscription-1',
      'SubscriptionExpired subscription-2',
    ]);
  });

  it('is of a subscription that exists', () => {
    given(...historyOf())
      .when(advance(END))
      .thenRefused('subscription-unknown');
  });
});
