import { describe, expect, it } from '@jest/globals';
import { specify } from '@tierbook/eventing/testing';
import type { Instant, PartneredReseller } from '../ids';
import {
  AT,
  CUSTOMER,
  LATER,
  TWO_YEARS_AFTER_AT,
  chosen,
  createCustomer,
  delegation,
  orderOf,
  partner,
  period,
  reseller,
  subscription,
  unpartnered,
} from '../testing/examples';
import { delegationsHeldBy } from './customer.access';
import { customer } from './customer.aggregate';
import type { GrantDelegatedAdmin, RenewDelegatedAdmin } from './customer.commands';
import type {
  CustomerEvent,
  DelegatedAdminGranted,
  DelegatedAdminRenewed,
  DelegatedAdminRevoked,
  DelegationScope,
} from './customer.events';

const given = specify(customer);

const ACCOUNT = { kind: 'account' } as const;
const SUBSCRIPTION = { kind: 'subscription', subscriptionId: subscription(1) } as const;
/** The delegations that come with the associations below. */
const [OF_ACCOUNT, OF_SUBSCRIPTION] = [delegation(100), delegation(1)];
const NEW = delegation(7);

/** Reseller 1 is associated with the account, reseller 2 with subscription 1, both administer. */
const associated: readonly CustomerEvent[] = accepted(
  createCustomer({ reseller: chosen(1), subscriptions: [orderOf(1, { reseller: chosen(2) })] }),
);
const revoked = (
  delegationId = OF_ACCOUNT,
  change: Partial<DelegatedAdminRevoked['data']> = {},
  reason?: string,
): DelegatedAdminRevoked => ({
  type: 'DelegatedAdminRevoked',
  data: {
    customerId: CUSTOMER,
    delegationId,
    ...(delegationId === OF_SUBSCRIPTION ? partner(2) : partner(1)),
    scope: delegationId === OF_SUBSCRIPTION ? SUBSCRIPTION : ACCOUNT,
    cause: 'revoked',
    ...change,
  },
  ...(reason === undefined ? {} : { personal: { reason } }),
});
/** The same, without the delegations. */
const undelegated = [...associated, revoked(), revoked(OF_SUBSCRIPTION)];

function accepted(command: Parameters<typeof customer.decide>[0]): readonly CustomerEvent[] {
  const decision = customer.decide(command, customer.initialState);
  if (decision.kind === 'refused') throw new Error(decision.refusal.detail);
  return decision.events;
}

const grant = (change: Partial<GrantDelegatedAdmin> = {}): GrantDelegatedAdmin => ({
  type: 'grant-delegated-admin',
  at: AT,
  delegationId: NEW,
  reseller: chosen(1),
  scope: ACCOUNT,
  rights: ['read-customer', 'manage-subscriptions'],
  reason: 'Contrato 7',
  ...change,
});
const granted = (
  to: PartneredReseller = partner(1),
  scope: DelegationScope = ACCOUNT,
  dates: { start?: Instant; end?: Instant } = {},
): DelegatedAdminGranted => ({
  type: 'DelegatedAdminGranted',
  data: {
    customerId: CUSTOMER,
    delegationId: NEW,
    ...to,
    scope,
    rights: ['read-customer', 'manage-subscriptions'],
    start: AT,
    end: TWO_YEARS_AFTER_AT,
    ...dates,
  },
  personal: { reason: 'Contrato 7' },
});

describe('delegated admin that is granted by name', () => {
  it('holds the named rights, with its reason sealed, for two years at most', () => {
    given(...undelegated)
      .when(grant())
      .then(granted());
    given(...undelegated)
      .when(grant({ start: LATER, end: '2028-03-01T12:30:00.000Z' }))
      .then(granted(partner(1), ACCOUNT, { start: LATER, end: '2028-03-01T12:30:00.000Z' }));
  });

  it('is scoped to the subscription that the reseller is associated with', () => {
    given(...undelegated)
      .when(grant({ reseller: chosen(2), scope: SUBSCRIPTION }))
      .then(granted(partner(2), SUBSCRIPTION));
  });

  it('gives its rights, and no other, while it lasts', () => {
    const state = given(...undelegated)
      .when(grant({ start: LATER, end: '2026-04-01T00:00:00.000Z' }))
      .then(granted(partner(1), ACCOUNT, { start: LATER, end: '2026-04-01T00:00:00.000Z' }));
    const held = (now: Instant, right: 'manage-subscriptions' | 'order-subscriptions') =>
      delegationsHeldBy(state, reseller(1), period(1), now, right).length;
    expect(held(AT, 'manage-subscriptions')).toBe(0);
    expect(held(LATER, 'manage-subscriptions')).toBe(1);
    expect(held(LATER, 'order-subscriptions')).toBe(0);
    expect(held('2026-03-31T23:59:59.999Z', 'manage-subscriptions')).toBe(1);
    expect(held('2026-04-01T00:00:00.000Z', 'manage-subscriptions')).toBe(0);
  });

  it('is for a reseller that is associated with what it is to administer', () => {
    for (const change of [
      { reseller: chosen(2) },
      { reseller: chosen(1, 9) },
      { reseller: chosen(1), scope: SUBSCRIPTION },
    ]) {
      given(...undelegated)
        .when(grant(change))
        .thenRefused('delegation-needs-association', '/resellerId');
    }
    given(...undelegated)
      .when(grant({ reseller: unpartnered(1) }))
      .thenRefused('partnership-not-active', '/resellerId');
  });

  it('is of a subscription that is there and goes on', () => {
    const scope = { kind: 'subscription', subscriptionId: subscription(9) } as const;
    given(...undelegated)
      .when(grant({ scope }))
      .thenRefused('subscription-unknown');
  });

  it('holds rights of its scope, and the one to read', () => {
    for (const change of [
      { rights: ['manage-subscriptions'] as const },
      { rights: [] },
      {
        rights: ['read-customer', 'order-subscriptions'] as const,
        scope: SUBSCRIPTION,
        reseller: chosen(2),
      },
    ]) {
      given(...undelegated)
        .when(grant(change))
        .thenRefused('delegation-rights-invalid', '/rights');
    }
  });

  it('begins from now on, within twelve months', () => {
    for (const start of ['2026-01-31T09:59:59.999Z', '2027-01-31T10:00:00.001Z']) {
      given(...undelegated)
        .when(grant({ start }))
        .thenRefused('delegation-start-out-of-range', '/start');
    }
  });

  it('ends after it begins, two years later at most', () => {
    for (const end of [AT, '2028-01-31T10:00:00.001Z']) {
      given(...undelegated)
        .when(grant({ end }))
        .thenRefused('delegation-end-out-of-range', '/end');
    }
  });

  it('is the only one of its reseller and scope', () => {
    given(...associated)
      .when(grant())
      .thenRefused('delegation-exists');
    given(...undelegated, granted(partner(1), ACCOUNT, { start: LATER }))
      .when(grant({ delegationId: delegation(8) }))
      .thenRefused('delegation-exists');
  });

  it('takes the place of one that has run out', () => {
    const end = '2030-01-31T10:00:00.000Z';
    given(...associated)
      .when(grant({ at: TWO_YEARS_AFTER_AT }))
      .then(
        revoked(OF_ACCOUNT, { cause: 'expired' }),
        granted(partner(1), ACCOUNT, { start: TWO_YEARS_AFTER_AT, end }),
      );
  });
});

describe('delegated admin that is renewed', () => {
  const renew = (change: Partial<RenewDelegatedAdmin> = {}): RenewDelegatedAdmin => ({
    type: 'renew-delegated-admin',
    at: LATER,
    delegationId: OF_ACCOUNT,
    reseller: chosen(1),
    ...change,
  });
  const renewed = (to: Instant, reason?: string): DelegatedAdminRenewed => ({
    type: 'DelegatedAdminRenewed',
    data: {
      customerId: CUSTOMER,
      delegationId: OF_ACCOUNT,
      ...partner(1),
      scope: ACCOUNT,
      end: { from: TWO_YEARS_AFTER_AT, to },
    },
    ...(reason === undefined ? {} : { personal: { reason } }),
  });

  it('goes on for two years from now at most', () => {
    const end = '2028-03-01T12:30:00.000Z';
    const state = given(...associated)
      .when(renew({ reason: 'Prorrogado' }))
      .then(renewed(end, 'Prorrogado'));
    expect(delegationsHeldBy(state, reseller(1), period(1), TWO_YEARS_AFTER_AT)).toHaveLength(1);
    expect(delegationsHeldBy(state, reseller(1), period(1), end)).toHaveLength(0);
    given(...associated)
      .when(renew({ end: '2028-03-01T12:30:00.001Z' }))
      .thenRefused('delegation-end-out-of-range', '/end');
    given(...associated)
      .when(renew({ end: LATER }))
      .thenRefused('delegation-end-out-of-range', '/end');
  });

  it('may end sooner than it did, and asked for as it is changes nothing', () => {
    given(...associated)
      .when(renew({ end: '2027-01-01T00:00:00.000Z' }))
      .then(renewed('2027-01-01T00:00:00.000Z'));
    given(...associated)
      .when(renew({ end: TWO_YEARS_AFTER_AT }))
      .thenNothing();
  });

  it('has not run out, and is of a partnership that goes on', () => {
    given(...associated)
      .when(renew({ at: TWO_YEARS_AFTER_AT }))
      .thenRefused('delegation-ended');
    for (const other of [unpartnered(1), chosen(1, 9)]) {
      given(...associated)
        .when(renew({ reseller: other }))
        .thenRefused('partnership-not-active');
    }
    given(...associated, revoked())
      .when(renew())
      .thenRefused('delegation-unknown');
  });
});

describe('delegated admin that is revoked', () => {
  const revoke = (change: { at?: Instant; reason?: string } = {}) =>
    ({ type: 'revoke-delegated-admin', at: LATER, delegationId: OF_ACCOUNT, ...change }) as const;

  it('ends at once, with its reason sealed', () => {
    const state = given(...associated)
      .when(revoke({ reason: 'A pedido' }))
      .then(revoked(OF_ACCOUNT, {}, 'A pedido'));
    expect(delegationsHeldBy(state, reseller(1), period(1), LATER)).toEqual([]);
  });

  it('is one that there is', () => {
    given(...associated, revoked())
      .when(revoke())
      .thenRefused('delegation-unknown');
  });
});

describe('delegated admin that runs out', () => {
  const expire = (at: Instant) =>
    ({ type: 'expire-delegated-admin', at, delegationId: OF_ACCOUNT }) as const;

  it('is recorded as expired, once, and not before its end', () => {
    given(...associated)
      .when(expire('2028-01-31T09:59:59.999Z'))
      .thenNothing();
    given(...associated)
      .when(expire(TWO_YEARS_AFTER_AT))
      .then(revoked(OF_ACCOUNT, { cause: 'expired' }));
    given(...associated, revoked(OF_ACCOUNT, { cause: 'expired' }))
      .when(expire(TWO_YEARS_AFTER_AT))
      .thenNothing();
  });
});
