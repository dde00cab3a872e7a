import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addDays } from '../calendar';
import type { Decision } from '../decision';
import { PersistentMap } from '../persistent-map';
import {
  AT,
  OFFER,
  chosen,
  chosenOffer,
  createCustomer,
  credential,
  delegation,
  orderOf,
  subscription,
  unpartnered,
} from '../testing/examples';
import { visibleSubscriptions } from './customer.access';
import { customer } from './customer.aggregate';
import type { CustomerCommand, SubscriptionOrder } from './customer.commands';
import type { CustomerEvent } from './customer.events';
import type { CustomerState } from './customer.state';
import { holdsAt } from './delegation';

const NARROW = { minQuantity: 5, maxQuantity: 20 };

type Existing = Exclude<CustomerState, { readonly status: 'none' }>;

/** Ids are filled in by the command's place in the sequence, as the sender derives fresh ones. */
type Step = (place: number, at: string) => CustomerCommand;

const arbitraryPartner = fc
  .record({ n: fc.integer({ min: 1, max: 3 }), inPeriod: fc.integer({ min: 1, max: 2 }) })
  .map(({ n, inPeriod }) => chosen(n, inPeriod));
const arbitraryReseller = fc.oneof(
  { weight: 6, arbitrary: arbitraryPartner },
  { weight: 2, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: fc.constant(unpartnered(1)) },
);
const arbitraryQuantity = fc.integer({ min: -1, max: 25 });
const arbitraryTarget = fc.integer({ min: 0, max: 6 }).map(subscription);

const arbitraryLawfulOrder = fc.record({
  offer: fc.constantFrom(chosenOffer(), chosenOffer(OFFER, NARROW)),
  quantity: fc.integer({ min: 5, max: 20 }),
  billingCycle: fc.constantFrom('monthly' as const, 'annual' as const),
  term: fc.constantFrom('P1M' as const, 'P1Y' as const),
  reseller: fc.option(arbitraryPartner),
  delegatedAdmin: fc.boolean(),
});
const arbitraryUnlawfulOrder = fc
  .tuple(
    arbitraryLawfulOrder,
    fc.constantFrom<Partial<SubscriptionOrder>>(
      { offer: { offerId: OFFER, terms: null, retired: false } },
      { quantity: 301 },
      { billingCycle: 'one-time' },
      { term: 'P3Y' },
      { reseller: unpartnered(2) },
    ),
  )
  .map(([lawful, broken]) => ({ ...lawful, ...broken }));

const arbitraryStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .oneof(arbitraryLawfulOrder, arbitraryUnlawfulOrder)
      .map((order): Step => (place, at) => ({
        type: 'order-subscription',
        at,
        order: orderOf(place, order),
      })),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(arbitraryTarget, arbitraryQuantity)
      .map(([subscriptionId, quantity]): Step => (_place, at) => ({
        type: 'change-quantity',
        at,
        subscriptionId,
        quantity,
      })),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(arbitraryTarget, arbitraryReseller, fc.boolean())
      .map(([subscriptionId, reseller, delegatedAdmin]): Step => (place, at) => ({
        type: 'associate-subscription-reseller',
        at,
        subscriptionId,
        reseller,
        delegatedAdmin,
        delegationId: delegation(place),
      })),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(arbitraryTarget, arbitraryReseller)
      .map(([subscriptionId, reseller]): Step => (_place, at) => ({
        type: 'designate-support-contact',
        at,
        subscriptionId,
        reseller,
      })),
  },
  {
    weight: 1,
    arbitrary: fc.constant<Step>((place, at) => ({
      type: 'reissue-admin-credential',
      at,
      credentialId: credential(place),
    })),
  },
  { weight: 1, arbitrary: fc.constant<Step>((_place, at) => createCustomer({ at })) },
);

const arbitraryCreation = fc
  .tuple(fc.option(arbitraryPartner), fc.array(arbitraryLawfulOrder, { maxLength: 4 }))
  .map(([reseller, orders]) =>
    createCustomer({
      reseller,
      subscriptions: orders.map((order, index) => orderOf(index, order)),
    }),
  );

/** Days between two commands: now and then more than a delegation lasts. */
const arbitraryDays = fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 700, max: 800 }));

function textOf(state: CustomerState): string {
  return JSON.stringify(state, (_key, value: unknown) =>
    value instanceof Map || value instanceof PersistentMap ? [...value] : value,
  );
}

function decideTwice(command: CustomerCommand, state: CustomerState): Decision<CustomerEvent> {
  const before = textOf(state);
  const decision = customer.decide(command, state);
  expect(customer.decide(command, state)).toStrictEqual(decision);
  expect(textOf(state)).toBe(before);
  return decision;
}

function apply(state: CustomerState, events: readonly CustomerEvent[]): CustomerState {
  return events.reduce((before, event) => {
    const copy = textOf(before);
    const after = customer.evolve(before, event);
    expect(textOf(before)).toBe(copy);
    expect(JSON.parse(JSON.stringify(event))).toStrictEqual(event);
    const parties = customer.partiesOf(event, after).map(({ id, as }) => `${as} ${id}`);
    expect(new Set(parties).size).toBe(parties.length);
    return after;
  }, state);
}

function expectSound(state: Existing): void {
  for (const { quantity, offer, status } of state.subscriptions.values()) {
    expect(quantity).toBeGreaterThanOrEqual(offer.minQuantity);
    expect(quantity).toBeLessThanOrEqual(offer.maxQuantity);
    expect(status).toBe('active');
  }
  const holders = [...state.delegations.values()].map(({ resellerId, scope }) =>
    JSON.stringify([resellerId, scope]),
  );
  expect(new Set(holders).size).toBe(holders.length);
}

/** Only who is of record may administer a subscription by itself, and it does exactly when asked for. */
function expectAsAsked(
  command: Extract<CustomerCommand, { type: 'associate-subscription-reseller' }>,
  state: Existing,
): void {
  const { subscriptionId, at } = command;
  const partner = command.reseller?.partnership ?? null;
  expect(state.subscriptions.get(subscriptionId)?.resellerOfRecord).toEqual(partner);
  const holders = [...state.delegations.values()].filter(
    (item) =>
      item.scope.kind === 'subscription' &&
      item.scope.subscriptionId === subscriptionId &&
      holdsAt(item, at),
  );
  expect(holders.map(({ resellerId, periodId }) => ({ resellerId, periodId }))).toEqual(
    partner === null || !command.delegatedAdmin ? [] : [partner],
  );
  if (partner !== null && command.delegatedAdmin) {
    const seen = visibleSubscriptions(state, partner.resellerId, partner.periodId, at);
    expect(seen === 'all' || (seen !== 'none' && seen.has(subscriptionId))).toBe(true);
  }
}

const REPEATABLE: readonly CustomerCommand['type'][] = [
  'change-quantity',
  'associate-subscription-reseller',
  'designate-support-contact',
];

describe('whatever is asked of a customer', () => {
  it('it stays sound, is decided alike each time, and a repeat changes nothing', () => {
    const accepted = new Map<string, number>();
    fc.assert(
      fc.property(
        arbitraryCreation,
        fc.array(fc.tuple(arbitraryStep, arbitraryDays), { minLength: 1, maxLength: 25 }),
        (creation, steps) => {
          const first = decideTwice(creation, customer.initialState);
          if (first.kind === 'refused') throw new Error(first.refusal.detail);
          let state = apply(customer.initialState, first.events);
          let at = AT;
          steps.forEach(([step, days], index) => {
            at = addDays(at, days);
            const command = step(index + 4, at);
            const decision = decideTwice(command, state);
            if (decision.kind === 'refused') return;
            accepted.set(command.type, (accepted.get(command.type) ?? 0) + decision.events.length);
            state = apply(state, decision.events);
            if (state.status === 'none') throw new Error('The customer is gone.');
            expectSound(state);
            if (command.type === 'associate-subscription-reseller') expectAsAsked(command, state);
            if (REPEATABLE.includes(command.type)) {
              expect(decideTwice(command, state)).toStrictEqual({ kind: 'accepted', events: [] });
            }
          });
        },
      ),
      { numRuns: 150 },
    );
    // The sequences are worth something only if they reach every kind of change.
    expect([...accepted.keys()].sort()).toEqual([
      'associate-subscription-reseller',
      'change-quantity',
      'designate-support-contact',
      'order-subscription',
      'reissue-admin-credential',
    ]);
  });
});
