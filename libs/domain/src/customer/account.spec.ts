import { describe, expect, it } from '@jest/globals';
import { specify } from '@tierbook/eventing/testing';
import {
  AT,
  CUSTOMER,
  LATER,
  PROVIDER,
  TWO_YEARS_AFTER_AT,
  chosen,
  createCustomer,
  credential,
  delegation,
  orderOf,
  partner,
  period,
  subscription,
  unpartnered,
} from '../testing/examples';
import type {
  AssociateCustomerReseller,
  ChosenReference,
  OffBoardReseller,
} from './account.commands';
import type { CustomerReferenceChanged } from './account.events';
import { creditLedger } from './credit-ledger';
import { customer } from './customer.aggregate';
import type { CustomerCommand } from './customer.commands';
import type { CustomerEvent } from './customer.events';
import { decide, evolve, initialState } from './customer.decider';
import type { CustomerState } from './customer.state';

const given = specify(customer);

/** The events of these commands, one after the other, all of which must be accepted. */
function history(...commands: readonly CustomerCommand[]): readonly CustomerEvent[] {
  const events: CustomerEvent[] = [];
  for (const command of commands) {
    const state = events.reduce<CustomerState>(evolve, initialState);
    const decision = decide(command, state);
    if (decision.kind === 'refused') throw new Error(JSON.stringify(decision.refusal));
    events.push(...decision.events);
  }
  return events;
}

const create = createCustomer();
const { profile } = create;
const order: CustomerCommand = { type: 'order-subscription', at: AT, order: orderOf(1) };
const suspend: CustomerCommand = {
  type: 'suspend-subscription',
  at: AT,
  subscriptionId: subscription(1),
};
const end: CustomerCommand = { type: 'end-customer', at: AT, reason: 'Closed' };
const reopen: CustomerCommand = { type: 'reopen-customer', at: LATER };

describe('a customer’s profile', () => {
  const change = (more: object = {}): CustomerCommand => ({
    type: 'change-customer-profile',
    at: LATER,
    culture: 'en-GB',
    language: 'en',
    profile: { ...profile, companyName: 'Contoso AG' },
    phoneIsValid: true,
    ...more,
  });

  it('is replaced whole', () => {
    given(...history(create))
      .when(change())
      .then({
        type: 'CustomerProfileChanged',
        data: { customerId: CUSTOMER, culture: 'en-GB', language: 'en' },
        personal: { ...profile, companyName: 'Contoso AG' },
      });
  });

  it('keeps to the rules of its country, all that are broken told at once', () => {
    const broken = {
      ...profile,
      phone: '12',
      address: { ...profile.address, state: 'Bahia', postalCode: 'x' },
    };
    const decision = decide(
      change({ profile: broken, phoneIsValid: false }),
      given(...history(create)).state,
    );
    const said = JSON.stringify(decision);
    for (const code of ['phone-invalid', 'state-unknown', 'postal-code-invalid']) {
      expect(said).toContain(code);
    }
  });
});

describe('whom a customer is billed to', () => {
  it('is given whole, by the rules of its own country', () => {
    const change = (country: string, more: object = {}): CustomerCommand => ({
      type: 'change-billing-profile',
      at: LATER,
      country,
      profile: { ...profile, address: { ...profile.address, ...more } },
      phoneIsValid: true,
    });
    given(...history(create))
      .when(change('DE'))
      .then({
        type: 'CustomerBillingProfileChanged',
        data: { customerId: CUSTOMER, country: 'DE' },
        personal: profile,
      });
    given(...history(create))
      .when(change('PT'))
      .thenRefused('postal-code-invalid', '/address/postalCode');
    given(...history(create))
      .when(change('UK'))
      .thenRefused('country-unknown', '/country');
  });
});

describe('a customer’s reference', () => {
  const chosenReference = (n: number, taken = false): ChosenReference => ({
    key: `key-${n}`,
    claimId: `claim-${n}`,
    text: `CLI-${n}`,
    taken,
  });
  const set = (reference: ChosenReference | null): CustomerCommand => ({
    type: 'set-customer-reference',
    at: LATER,
    reference,
  });
  const claim = (n: number | null) =>
    n === null ? null : { key: `key-${n}`, claimId: `claim-${n}` };
  const changed = (from: number | null, to: number | null): CustomerReferenceChanged => ({
    type: 'CustomerReferenceChanged',
    data: { customerId: CUSTOMER, from: claim(from), to: claim(to) },
    ...(to === null ? {} : { personal: { reference: `CLI-${to}` } }),
  });

  it('is set, changed, and taken away, by its name in the log', () => {
    given(...history(create))
      .when(set(chosenReference(1)))
      .then(changed(null, 1));
    const one = history(create, set(chosenReference(1)));
    given(...one)
      .when(set(chosenReference(2)))
      .then(changed(1, 2));
    given(...one)
      .when(set(null))
      .then(changed(1, null));
    given(...one)
      .when(set({ ...chosenReference(1), claimId: 'another' }))
      .thenNothing();
    given(...history(create))
      .when(set(null))
      .thenNothing();
  });

  it('is no other customer’s', () => {
    given(...history(create))
      .when(set(chosenReference(1, true)))
      .thenRefused('reference-taken', '/reference');
    given()
      .when(createCustomer({ reference: chosenReference(1, true) }))
      .thenRefused('reference-taken', '/reference');
    const withIt = history(createCustomer({ reference: chosenReference(1) }));
    expect(withIt[1]).toEqual(changed(null, 1));
  });
});

describe('an agreement', () => {
  const agreement = { version: '2026-01', agreedOn: '2026-01-31', signatory: 'Ana' };
  const record = (agreedOn: string): CustomerCommand => ({
    type: 'record-agreement',
    at: AT,
    agreement: { ...agreement, agreedOn },
  });

  it('is recorded with who, when and which version, not for a day to come', () => {
    given(...history(create))
      .when(record('2026-01-31'))
      .then({
        type: 'CustomerAgreementRecorded',
        data: { customerId: CUSTOMER, version: '2026-01', agreedOn: '2026-01-31' },
        personal: { signatory: 'Ana' },
      });
    given(...history(create))
      .when(record('2026-02-01'))
      .thenRefused('agreement-date-in-future', '/agreedOn');
    given()
      .when(createCustomer({ agreement: { ...agreement, agreedOn: '2026-02-01' } }))
      .thenRefused('agreement-date-in-future', '/agreement/agreedOn');
  });

  it('comes before an order, where the provider requires it, in the version that it requires', () => {
    const required: CustomerCommand = {
      type: 'order-subscription',
      at: AT,
      order: orderOf(1),
      requiredAgreement: '2026-01',
    };
    given(...history(create))
      .when(required)
      .thenRefused('agreement-required', '/offerId');
    const agreed = history(create, record('2026-01-31'));
    expect(decide(required, given(...agreed).state).kind).toBe('accepted');
    given(...agreed)
      .when({ ...required, requiredAgreement: '2027-01' })
      .thenRefused('agreement-required', '/offerId');
    const buying = { subscriptions: [orderOf(1)], requiredAgreement: '2026-01' };
    given().when(createCustomer(buying)).thenRefused('agreement-required', '/agreement');
    const tooMany = { ...orderOf(1), quantity: 1_000_000 };
    expect(decide({ ...required, order: tooMany }, given(...history(create)).state)).toMatchObject({
      refusal: { code: 'agreement-required', others: [{ code: 'quantity-out-of-range' }] },
    });
    expect(decide(createCustomer({ ...buying, agreement }), initialState).kind).toBe('accepted');
    expect(decide(createCustomer({ requiredAgreement: '1' }), initialState).kind).toBe('accepted');
  });
});

describe('a reseller and an existing customer', () => {
  const associate = (
    reseller: AssociateCustomerReseller['reseller'],
    n = 7,
    at = LATER,
  ): CustomerCommand => ({
    type: 'associate-customer-reseller',
    at,
    reseller,
    delegationId: delegation(n),
  });
  const types = (events: readonly CustomerEvent[]) => events.map(({ type }) => type);
  const stateOf = (...commands: readonly CustomerCommand[]) =>
    given(...history(...commands)).state as Exclude<CustomerState, { readonly status: 'none' }>;

  it('are associated, and the reseller administers the account', () => {
    const events = history(create, associate(chosen(1)));
    expect(types(events).slice(-2)).toEqual(['CustomerResellerChanged', 'DelegatedAdminGranted']);
    const { reseller, delegations } = stateOf(create, associate(chosen(1)));
    expect(reseller).toEqual(partner(1));
    expect([...delegations.values()]).toMatchObject([
      { ...partner(1), scope: { kind: 'account' } },
    ]);
  });

  it('are warned of subscriptions that credit nobody, and of no others', () => {
    const warned = (...commands: readonly CustomerCommand[]) =>
      history(create, ...commands).flatMap(({ data }) => ('warnings' in data ? data.warnings : []));
    const bought = (who: number | null): CustomerCommand => ({
      type: 'order-subscription',
      at: AT,
      order: orderOf(1, who === null ? {} : { reseller: chosen(who) }),
    });
    const cancel: CustomerCommand = {
      type: 'cancel-subscription',
      at: AT,
      subscriptionId: subscription(1),
    };
    expect(warned(bought(null), associate(chosen(1)))).toEqual(['subscriptions-uncredited']);
    expect(warned(bought(2), associate(chosen(1)))).toEqual([]);
    expect(warned(bought(null), cancel, associate(chosen(1), 7, AT))).toEqual([]);
    expect(warned(bought(null), associate(null))).toEqual([]);
    expect(warned(associate(chosen(1)))).toEqual([]);
  });

  it('are moved: the former one’s administration of the account ends with it', () => {
    const { reseller, delegations } = stateOf(
      create,
      associate(chosen(1), 1),
      associate(chosen(2), 2),
    );
    expect(reseller).toEqual(partner(2));
    expect([...delegations.values()]).toMatchObject([partner(2)]);
  });

  it('are parted, and single subscriptions stay as they were', () => {
    const ofRecord: CustomerCommand = {
      type: 'order-subscription',
      at: AT,
      order: orderOf(1, { reseller: chosen(1), delegationId: delegation(5) }),
    };
    const commands = [create, associate(chosen(1), 1), ofRecord, associate(null)];
    const { reseller, delegations, subscriptions } = stateOf(...commands);
    expect(reseller).toBeNull();
    expect([...delegations.keys()]).toEqual([delegation(5)]);
    expect(subscriptions.get(subscription(1))?.resellerOfRecord).toEqual(partner(1));
    expect(history(...commands).slice(-2)).toMatchObject([
      { type: 'DelegatedAdminRevoked', data: { cause: 'reseller-changed' } },
      { type: 'CustomerResellerChanged', data: { from: partner(1), to: null } },
    ]);
  });

  it('stay as they are when nothing changes, and are renewed with another period or after two years', () => {
    const before = history(create, associate(chosen(1), 1));
    given(...before)
      .when(associate(chosen(1), 2))
      .thenNothing();
    const renewed = history(create, associate(chosen(1), 1), associate(chosen(1, 9), 2));
    expect(types(renewed).slice(-3)).toEqual([
      'DelegatedAdminRevoked',
      'CustomerResellerChanged',
      'DelegatedAdminGranted',
    ]);
    const later = associate(chosen(1), 2, '2028-03-01T12:30:00.000Z');
    const again = history(create, associate(chosen(1), 1), later);
    expect(again.slice(-2)).toMatchObject([
      { type: 'DelegatedAdminRevoked', data: { cause: 'expired' } },
      { type: 'DelegatedAdminGranted' },
    ]);
  });

  it('are not associated without an active partnership', () => {
    given(...history(create))
      .when(associate(unpartnered(1)))
      .thenRefused('partnership-not-active', '/resellerId');
  });
});

describe('the relation with a customer', () => {
  it('does not end while subscriptions run: each is named, with why', () => {
    const pending: CustomerCommand = {
      type: 'order-subscription',
      at: AT,
      order: orderOf(2, { startsAt: LATER }),
    };
    const decision = decide(end, given(...history(create, order, pending)).state);
    expect(decision).toMatchObject({
      refusal: {
        code: 'customer-has-subscriptions',
        fields: [
          { pointer: `/subscriptions/${subscription(1)}` },
          { pointer: `/subscriptions/${subscription(2)}` },
        ],
      },
    });
    const said = JSON.stringify(decision);
    expect(said).toContain('is active: suspend or cancel it');
    expect(said).toContain(`is pending and starts at ${LATER}: cancel it`);
  });

  it('ends once they are suspended, and leaves nobody with anything', () => {
    const support: CustomerCommand = {
      type: 'designate-support-contact',
      at: AT,
      subscriptionId: subscription(1),
      reseller: chosen(2),
    };
    const associated = createCustomer({ reseller: chosen(1) });
    const events = history(associated, order, support, suspend, end).slice(-4);
    expect(events).toEqual([
      expect.objectContaining({ type: 'DelegatedAdminRevoked' }),
      expect.objectContaining({ type: 'SupportContactDesignated' }),
      expect.objectContaining({ type: 'CustomerResellerChanged' }),
      {
        type: 'CustomerEnded',
        data: { customerId: CUSTOMER, providerId: PROVIDER, reference: null },
        personal: { reason: 'Closed' },
      },
    ]);
    const { status, reseller, delegations } = given(
      ...history(associated, order, support, suspend, end),
    ).state as Exclude<CustomerState, { readonly status: 'none' }>;
    expect([status, reseller, delegations.size]).toEqual(['ended', null, 0]);
  });

  it('ends once their terms have, which it notices itself', () => {
    const single: CustomerCommand = {
      type: 'order-subscription',
      at: AT,
      order: orderOf(1, { autoRenew: false }),
    };
    const late = { ...end, at: '2030-01-01T00:00:00.000Z' } as const;
    const events = history(create, single, late);
    expect(events.slice(-2).map(({ type }) => type)).toEqual([
      'SubscriptionExpired',
      'CustomerEnded',
    ]);
  });

  it('lets nothing be done once it has ended, but what runs out runs out', () => {
    const ended = given(...history(create, order, suspend, end));
    const commands: readonly CustomerCommand[] = [
      { type: 'reissue-admin-credential', at: LATER, credentialId: credential(2) },
      order,
      end,
      {
        type: 'associate-customer-reseller',
        at: LATER,
        reseller: chosen(1),
        delegationId: delegation(1),
      },
      { type: 'reactivate-subscription', at: LATER, subscriptionId: subscription(1) },
    ];
    for (const command of commands) ended.when(command).thenRefused('customer-ended');
    ended.when(create).thenRefused('domain-taken', '/domain');
    const advance = {
      type: 'advance-subscription',
      at: '2030-01-01T00:00:00.000Z',
      subscriptionId: subscription(1),
    } as const;
    const decision = decide(advance, ended.state);
    expect(decision).toMatchObject({ events: [{ type: 'SubscriptionExpired' }] });
  });

  it('is begun again by its provider, and only then', () => {
    const reopened = given(...history(create, order, suspend, end, reopen));
    expect(reopened.state).toMatchObject({ status: 'active', domain: 'contoso' });
    given(...history(create))
      .when(reopen)
      .thenRefused('customer-not-ended');
    const again: CustomerCommand = {
      type: 'reactivate-subscription',
      at: LATER,
      subscriptionId: subscription(1),
    };
    expect(decide(again, reopened.state).kind).toBe('accepted');
  });
});

describe('a reseller whose partnership has ended', () => {
  const offBoard = (more: Partial<OffBoardReseller> = {}): OffBoardReseller => ({
    type: 'off-board-reseller',
    at: LATER,
    periodId: period(1),
    successor: null,
    creditUntil: '2026-03-01',
    delegationIds: new Map([
      [delegation(1), delegation(11)],
      [delegation(2), delegation(12)],
    ]),
    ...more,
  });
  const bought = (n: number, who: number): CustomerCommand => ({
    type: 'order-subscription',
    at: AT,
    order: orderOf(n, { reseller: chosen(who), delegationId: delegation(n + 1), term: 'P1Y' }),
  });
  const supported: CustomerCommand = {
    type: 'designate-support-contact',
    at: AT,
    subscriptionId: subscription(1),
    reseller: chosen(1),
  };
  const before = history(
    createCustomer({ reseller: chosen(1), delegationId: delegation(1) }),
    bought(1, 1),
    bought(2, 2),
    supported,
  );
  const typesOf = (command: CustomerCommand, events = before) => {
    const decision = decide(command, given(...events).state);
    return decision.kind === 'accepted' ? decision.events.map(({ type }) => type) : [];
  };
  const after = (command: CustomerCommand, events = before) => {
    const { state } = given(...events);
    const decision = decide(command, state);
    const written = decision.kind === 'accepted' ? decision.events : [];
    return written.reduce<CustomerState>(evolve, state) as Exclude<
      CustomerState,
      { readonly status: 'none' }
    >;
  };

  it('has nothing left of the customer, and others have what they had', () => {
    expect(typesOf(offBoard())).toEqual([
      'DelegatedAdminRevoked',
      'DelegatedAdminRevoked',
      'CustomerResellerChanged',
      'SupportContactDesignated',
      'ResellerOfRecordChanged',
    ]);
    const { reseller, delegations, subscriptions } = after(offBoard());
    expect(reseller).toBeNull();
    expect([...delegations.values()]).toMatchObject([partner(2)]);
    expect(subscriptions.get(subscription(1))).toMatchObject({
      resellerOfRecord: null,
      supportContact: { kind: 'provider' },
    });
    expect(subscriptions.get(subscription(2))?.resellerOfRecord).toEqual(partner(2));
  });

  it('is off-boarded once: again, and for another period, nothing happens', () => {
    const done = [...before, ...eventsOf(offBoard(), before)];
    expect(typesOf(offBoard(), done)).toEqual([]);
    expect(typesOf(offBoard({ periodId: period(9) }))).toEqual([]);
  });

  it('hands over to its successor: association, delegations as they were, and records', () => {
    const handing = offBoard({ successor: partner(3) });
    const { reseller, delegations, subscriptions } = after(handing);
    expect(reseller).toEqual(partner(3));
    const handed = [...delegations.values()].filter(
      ({ resellerId }) => resellerId === partner(3).resellerId,
    );
    expect(handed).toMatchObject([
      { delegationId: delegation(11), scope: { kind: 'account' }, start: LATER },
      { delegationId: delegation(12), end: TWO_YEARS_AFTER_AT },
    ]);
    expect(subscriptions.get(subscription(1))).toMatchObject({
      resellerOfRecord: partner(3),
      supportContact: { kind: 'provider' },
    });
  });

  it.each([
    [
      '2026-03-01',
      [
        ['2026-01-31', partner(1)],
        ['2026-03-01', null],
      ],
    ],
    [
      '2026-04-01',
      [
        ['2026-01-31', partner(1)],
        ['2026-04-01', null],
      ],
    ],
    // As after a crash: what was credited meanwhile is corrected.
    [
      '2026-02-20',
      [
        ['2026-01-31', partner(1)],
        ['2026-02-20', null],
      ],
    ],
  ])('is credited until %s, whenever that is said', (creditUntil, expected) => {
    const { subscriptions } = after(offBoard({ creditUntil }));
    const of = subscriptions.get(subscription(1));
    if (of === undefined) throw new Error('It is not there.');
    expect(creditLedger(of).map(({ from, reseller }) => [from, reseller])).toEqual(expected);
  });

  it('loses what it has of a customer that has ended, too', () => {
    const support = history(createCustomer(), bought(1, 1), {
      type: 'suspend-subscription',
      at: AT,
      subscriptionId: subscription(1),
    });
    const ended = [...support, ...eventsOf(end, support)];
    expect(typesOf(offBoard(), ended)).toEqual(['ResellerOfRecordChanged']);
  });
});

/** What comes of the command, which must be accepted. */
function eventsOf(command: CustomerCommand, before: readonly CustomerEvent[]) {
  const decision = decide(command, before.reduce<CustomerState>(evolve, initialState));
  if (decision.kind === 'refused') throw new Error(JSON.stringify(decision.refusal));
  return decision.events;
}
