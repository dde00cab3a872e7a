import { describe, expect, it } from '@jest/globals';
import type { Instant } from '../ids';
import {
  AT,
  TWO_YEARS_AFTER_AT,
  chosen,
  createCustomer,
  orderOf,
  period,
  reseller,
  subscription,
} from '../testing/examples';
import { delegationsHeldBy, isSupportContact, visibleSubscriptions } from './customer.access';
import { customer } from './customer.aggregate';
import type { CustomerCommand } from './customer.commands';
import type { CustomerState } from './customer.state';

/** The state that these commands lead to; each must be accepted. */
function after(...commands: readonly CustomerCommand[]): CustomerState {
  return commands.reduce((state, command) => {
    const decision = customer.decide(command, state);
    if (decision.kind === 'refused') throw new Error(decision.refusal.detail);
    return decision.events.reduce(customer.evolve, state);
  }, customer.initialState);
}

const JUST_BEFORE_END = '2028-01-31T09:59:59.999Z';
const BEFORE_START = '2026-01-31T09:59:59.999Z';

/** Reseller 1 has the account, reseller 2 subscription 2, reseller 3 supports subscription 3. */
const state = after(
  createCustomer({
    reseller: chosen(1),
    subscriptions: [orderOf(1), orderOf(2, { reseller: chosen(2) }), orderOf(3), orderOf(4)],
  }),
  {
    type: 'designate-support-contact',
    at: AT,
    subscriptionId: subscription(3),
    reseller: chosen(3),
  },
);
const seenBy = (n: number, now: Instant = AT, inPeriod = n) =>
  visibleSubscriptions(state, reseller(n), period(inPeriod), now);

describe('what a reseller may see', () => {
  it('is everything by a delegation of the account', () => {
    expect(seenBy(1)).toBe('all');
  });

  it('is the subscription delegated to it', () => {
    expect(seenBy(2)).toEqual(new Set([subscription(2)]));
  });

  it('is the subscription it supports', () => {
    expect(seenBy(3)).toEqual(new Set([subscription(3)]));
  });

  it('is both together', () => {
    const both = after(
      createCustomer({ subscriptions: [orderOf(1, { reseller: chosen(2) }), orderOf(2)] }),
      {
        type: 'designate-support-contact',
        at: AT,
        subscriptionId: subscription(2),
        reseller: chosen(2),
      },
    );
    expect(visibleSubscriptions(both, reseller(2), period(2), AT)).toEqual(
      new Set([subscription(1), subscription(2)]),
    );
  });

  it('is nothing for anybody else, nor of a customer that does not exist', () => {
    expect(seenBy(4)).toBe('none');
    expect(visibleSubscriptions(customer.initialState, reseller(1), period(1), AT)).toBe('none');
  });

  it('is nothing as reseller of record alone, without delegated admin', () => {
    const record = after(
      createCustomer({
        subscriptions: [orderOf(1, { reseller: chosen(2), delegatedAdmin: false })],
      }),
    );
    expect(visibleSubscriptions(record, reseller(2), period(2), AT)).toBe('none');
  });

  it('is nothing without the same active period of the partnership', () => {
    for (const n of [1, 2, 3]) {
      expect(seenBy(n, AT, 9)).toBe('none');
      expect(visibleSubscriptions(state, reseller(n), null, AT)).toBe('none');
    }
  });

  it('ends with the delegation, to the millisecond', () => {
    for (const n of [1, 2]) {
      expect(seenBy(n, BEFORE_START)).toBe('none');
      expect(seenBy(n, JUST_BEFORE_END)).not.toBe('none');
      expect(seenBy(n, TWO_YEARS_AFTER_AT)).toBe('none');
    }
  });
});

describe('the delegations that a reseller holds', () => {
  it('are those with the right asked for', () => {
    expect(delegationsHeldBy(state, reseller(1), period(1), AT, 'manage-customer')).toHaveLength(1);
    expect(delegationsHeldBy(state, reseller(2), period(2), AT)).toHaveLength(1);
    expect(
      delegationsHeldBy(state, reseller(2), period(2), AT, 'manage-subscriptions'),
    ).toHaveLength(1);
    expect(delegationsHeldBy(state, reseller(2), period(2), AT, 'manage-customer')).toEqual([]);
    expect(delegationsHeldBy(state, reseller(2), period(2), AT, 'order-subscriptions')).toEqual([]);
  });

  it('are none once revoked', () => {
    const revoked = after(
      createCustomer({ subscriptions: [orderOf(1, { reseller: chosen(2) })] }),
      {
        type: 'associate-subscription-reseller',
        at: AT,
        subscriptionId: subscription(1),
        reseller: null,
        delegatedAdmin: true,
        delegationId: orderOf(5).delegationId,
      },
    );
    expect(delegationsHeldBy(revoked, reseller(2), period(2), AT)).toEqual([]);
  });

  it('are none of a customer that does not exist', () => {
    expect(delegationsHeldBy(customer.initialState, reseller(1), period(1), AT)).toEqual([]);
  });
});

describe('a support contact', () => {
  it('supports its subscription, in the period in which it was chosen', () => {
    expect(isSupportContact(state, subscription(3), reseller(3), period(3))).toBe(true);
    expect(isSupportContact(state, subscription(2), reseller(3), period(3))).toBe(false);
    expect(isSupportContact(state, subscription(3), reseller(1), period(1))).toBe(false);
    expect(isSupportContact(state, subscription(3), reseller(3), period(9))).toBe(false);
    expect(isSupportContact(state, subscription(3), reseller(3), null)).toBe(false);
    expect(isSupportContact(state, subscription(9), reseller(3), period(3))).toBe(false);
    expect(isSupportContact(customer.initialState, subscription(3), reseller(3), period(3))).toBe(
      false,
    );
  });
});
