import { describe, expect, it } from '@jest/globals';
import { specify } from '@tierbook/eventing/testing';
import type { PartneredReseller } from '../ids';
import {
  AT,
  CREDENTIAL,
  CUSTOMER,
  LATER,
  OFFER,
  PROVIDER,
  TERMS,
  TWO_YEARS_AFTER_AT,
  chosen,
  chosenOffer,
  createCustomer,
  credential,
  delegation,
  orderOf,
  partner,
  period,
  reseller,
  subscription,
  unpartnered,
} from '../testing/examples';
import { customer } from './customer.aggregate';
import type {
  AssociateSubscriptionReseller,
  ChangeQuantity,
  CustomerCommand,
  DesignateSupportContact,
} from './customer.commands';
import type {
  AdminCredentialIssued,
  CustomerCreated,
  CustomerEvent,
  CustomerResellerChanged,
  DelegatedAdminGranted,
  DelegatedAdminRevoked,
  ResellerOfRecordChanged,
  SubscriptionOrdered,
  SubscriptionQuantityChanged,
  SupportContactDesignated,
} from './customer.events';
import type { CustomerState, SubscriptionState } from './customer.state';

const given = specify(customer);

const created: CustomerCreated = {
  type: 'CustomerCreated',
  data: {
    customerId: CUSTOMER,
    providerId: PROVIDER,
    domain: 'contoso',
    country: 'DE',
    culture: 'de-DE',
    language: 'de',
  },
  personal: createCustomer().profile,
};
const resellerChanged = (to: PartneredReseller | null): CustomerResellerChanged => ({
  type: 'CustomerResellerChanged',
  data: { customerId: CUSTOMER, from: null, to, warnings: [] },
});
const accountGranted = (n: number, to: PartneredReseller): DelegatedAdminGranted => ({
  type: 'DelegatedAdminGranted',
  data: {
    customerId: CUSTOMER,
    delegationId: delegation(n),
    ...to,
    scope: { kind: 'account' },
    rights: [
      'read-customer',
      'manage-customer',
      'order-subscriptions',
      'manage-subscriptions',
      'designate-support-contact',
    ],
    start: AT,
    end: TWO_YEARS_AFTER_AT,
  },
});
const issued: AdminCredentialIssued = {
  type: 'AdminCredentialIssued',
  data: {
    customerId: CUSTOMER,
    credentialId: CREDENTIAL,
    userName: 'admin@contoso',
    previousCredentialId: null,
  },
};
const ordered = (
  n: number,
  change: Partial<SubscriptionOrdered['data']> = {},
): SubscriptionOrdered => ({
  type: 'SubscriptionOrdered',
  data: {
    customerId: CUSTOMER,
    subscriptionId: subscription(n),
    offerId: OFFER,
    offer: TERMS,
    quantity: 10,
    billingCycle: 'monthly',
    term: 'P1Y',
    status: 'active',
    startsAt: AT,
    termEndsAt: '2027-01-31T10:00:00.000Z',
    autoRenew: true,
    baseSubscriptionId: null,
    refund: { until: '2026-02-07T10:00:00.000Z', licences: change.quantity ?? 10 },
    resellerOfRecord: null,
    supportContact: { kind: 'provider' },
    warnings: [],
    ...change,
  },
});
const scopeOf = (n: number) => ({ kind: 'subscription', subscriptionId: subscription(n) }) as const;
const granted = (
  n: number,
  to: PartneredReseller,
  { on = 1, start = AT, end = TWO_YEARS_AFTER_AT } = {},
): DelegatedAdminGranted => ({
  type: 'DelegatedAdminGranted',
  data: {
    customerId: CUSTOMER,
    delegationId: delegation(n),
    ...to,
    scope: scopeOf(on),
    rights: ['read-customer', 'manage-subscriptions', 'designate-support-contact'],
    start,
    end,
  },
});
const revoked = (
  n: number,
  from: PartneredReseller,
  cause: DelegatedAdminRevoked['data']['cause'],
): DelegatedAdminRevoked => ({
  type: 'DelegatedAdminRevoked',
  data: { customerId: CUSTOMER, delegationId: delegation(n), ...from, scope: scopeOf(1), cause },
});
const plain: readonly CustomerEvent[] = [created, issued];
const withReseller: readonly CustomerEvent[] = [
  created,
  resellerChanged(partner(1)),
  accountGranted(100, partner(1)),
  issued,
];

/** The same state, but for the status of subscription 1. */
function withStatus(state: CustomerState, status: SubscriptionState['status']): CustomerState {
  if (state.status === 'none') return state;
  const startsAt = status === 'pending' ? '2026-04-01T00:00:00.000Z' : AT;
  const subscriptions = [...state.subscriptions].reduce(
    (before, [id, item]) => before.with(id, { ...item, status, startsAt }),
    state.subscriptions,
  );
  return { ...state, subscriptions };
}

describe('a customer is created', () => {
  it('with an administrator and nothing else', () => {
    given()
      .when(createCustomer())
      .then(...plain);
  });

  it('with a reseller, who gets delegated admin of the account for two years', () => {
    given()
      .when(createCustomer({ reseller: chosen(1) }))
      .then(...withReseller);
  });

  it('with delegated admin that ends on 28 February when it starts on the 29th', () => {
    const at = '2028-02-29T08:00:00.000Z';
    const decision = customer.decide(createCustomer({ at, reseller: chosen(1) }), given().state);
    const events = decision.kind === 'accepted' ? decision.events : [];
    expect(events.find(({ type }) => type === 'DelegatedAdminGranted')?.data).toMatchObject({
      start: at,
      end: '2030-02-28T08:00:00.000Z',
    });
  });

  it('with its subscriptions, each with its own reseller of record', () => {
    given()
      .when(
        createCustomer({
          reseller: chosen(1),
          subscriptions: [
            orderOf(1, { reseller: chosen(1), name: 'Berlin' }),
            orderOf(2, { reseller: chosen(2), delegatedAdmin: false, term: 'P1M' }),
            orderOf(3),
          ],
        }),
      )
      .then(
        ...withReseller,
        { ...ordered(1, { resellerOfRecord: partner(1) }), personal: { name: 'Berlin' } },
        granted(1, partner(1)),
        ordered(2, {
          resellerOfRecord: partner(2),
          term: 'P1M',
          termEndsAt: '2026-02-28T10:00:00.000Z',
        }),
        ordered(3, { warnings: ['reseller-of-record-missing'] }),
      );
  });

  it('with no warning about the reseller of record when it has no reseller', () => {
    given()
      .when(createCustomer({ subscriptions: [orderOf(1)] }))
      .then(...plain, ordered(1));
  });

  it('only when the domain is free', () => {
    given(...plain)
      .when(createCustomer())
      .thenRefused('domain-taken', '/domain');
  });

  it('never with a domain that was not parsed: the sender is at fault', () => {
    expect(() => customer.decide(createCustomer({ domain: 'Contoso' }), given().state)).toThrow(
      TypeError,
    );
  });

  it('only with a partnered reseller', () => {
    given()
      .when(createCustomer({ reseller: unpartnered(1) }))
      .thenRefused('partnership-not-active', '/resellerId');
  });

  it('only with the registration number and phone that its country asks for', () => {
    const { profile } = createCustomer();
    const inHungary = (extra: object) =>
      createCustomer({ country: 'HU', profile: { ...profile, ...extra } });
    given().when(inHungary({})).thenRefused('registration-number-required', '/registrationNumber');
    given()
      .when(inHungary({ registrationNumber: '01-09-123456' }))
      .thenRefused('phone-required', '/phone');
    const full = { registrationNumber: '01-09-123456', phone: '+36 1 555 0100' };
    given()
      .when(inHungary(full))
      .then(
        {
          ...created,
          data: { ...created.data, country: 'HU' },
          personal: { ...profile, ...full },
        },
        issued,
      );
  });

  it('only in a country that there is', () => {
    given()
      .when(createCustomer({ country: 'UK' }))
      .thenRefused('country-unknown', '/country');
  });

  it('only with a phone number that can be one', () => {
    const { profile } = createCustomer();
    const wrong = { profile: { ...profile, phone: '030 1' }, phoneIsValid: false };
    given().when(createCustomer(wrong)).thenRefused('phone-invalid', '/phone');
  });

  it("only with an address of its country's form", () => {
    const { profile } = createCustomer();
    const at = (country: string, address: object) =>
      createCustomer({
        country,
        profile: { ...profile, address: { ...profile.address, ...address } },
      });
    given()
      .when(at('US', { postalCode: '98052' }))
      .thenRefused('state-required', '/address/state');
    const { line1, city } = profile.address;
    given()
      .when(createCustomer({ profile: { ...profile, address: { line1, city } } }))
      .thenRefused('postal-code-required', '/address/postalCode');
    given()
      .when(at('DE', { state: 'Bahia' }))
      .thenRefused('state-unknown', '/address/state');
    given()
      .when(at('DE', { postalCode: '1011' }))
      .thenRefused('postal-code-invalid', '/address/postalCode');
    given()
      .when(at('DE', { state: 'BE', postalCode: '10117' }))
      .then(
        {
          ...created,
          personal: {
            ...profile,
            address: { ...profile.address, state: 'BE', postalCode: '10117' },
          },
        },
        issued,
      );
  });

  it('in Brazil only with a right CNPJ', () => {
    const { profile } = createCustomer();
    const registered = (registrationNumber: string) =>
      createCustomer({
        country: 'BR',
        profile: {
          ...profile,
          phone: '+55 11 5555 0100',
          registrationNumber,
          address: { ...profile.address, state: 'SP', postalCode: '01310-100' },
        },
      });
    given()
      .when(registered('12.ABC.345/01DE-36'))
      .thenRefused('registration-number-invalid', '/registrationNumber');
    expect(customer.decide(registered('12.ABC.345/01DE-35'), given().state).kind).toBe('accepted');
  });

  describe('with all its subscriptions or not at all', () => {
    it.each([
      [
        'offer-unknown',
        'offerId',
        orderOf(2, { offer: { offerId: OFFER, terms: null, retired: false } }),
      ],
      ['quantity-out-of-range', 'quantity', orderOf(2, { quantity: 301 })],
      ['billing-cycle-unavailable', 'billingCycle', orderOf(2, { billingCycle: 'one-time' })],
      ['term-unavailable', 'term', orderOf(2, { term: 'P3Y' })],
      ['partnership-not-active', 'resellerId', orderOf(2, { reseller: unpartnered(2) })],
    ] as const)('refused by %s', (code, field, broken) => {
      given()
        .when(createCustomer({ subscriptions: [orderOf(1), broken, orderOf(3)] }))
        .thenRefused(code, `/subscriptions/1/${field}`);
    });

    it('refused by the first rule broken, with every field that breaks it', () => {
      given()
        .when(
          createCustomer({
            subscriptions: [
              orderOf(1, { quantity: 0 }),
              orderOf(2, { term: 'P3Y' }),
              orderOf(3, { quantity: 1000, billingCycle: 'one-time' }),
            ],
          }),
        )
        .thenRefused(
          'quantity-out-of-range',
          '/subscriptions/0/quantity',
          '/subscriptions/2/quantity',
        );
      given()
        .when(
          createCustomer({
            reseller: unpartnered(1),
            subscriptions: [orderOf(1, { quantity: 0, reseller: unpartnered(1) })],
          }),
        )
        .thenRefused('partnership-not-active', '/resellerId', '/subscriptions/0/resellerId');
    });
  });

  it('with what the offer says, and nothing else that the sender carries along', () => {
    const extra = { name: TERMS.name, description: 'not part of the terms' };
    const order = orderOf(1, { offer: chosenOffer(OFFER, extra) });
    given()
      .when(createCustomer({ subscriptions: [order] }))
      .then(...plain, ordered(1));
  });
});

describe('a command to a customer that does not exist', () => {
  it('is a defect of the sender', () => {
    const command: CustomerCommand = {
      type: 'reissue-admin-credential',
      at: AT,
      credentialId: credential(2),
    };
    expect(() => customer.decide(command, given().state)).toThrow('Look it up first');
  });
});

describe('the admin credential', () => {
  it('is issued again under the same user name, and names the one it revokes', () => {
    const again = (n: number) => ({
      type: 'reissue-admin-credential' as const,
      at: LATER,
      credentialId: credential(n),
    });
    const reissued = (n: number, previous: AdminCredentialIssued): AdminCredentialIssued => ({
      ...issued,
      data: {
        ...issued.data,
        credentialId: credential(n),
        previousCredentialId: previous.data.credentialId,
      },
    });
    given(...plain)
      .when(again(2))
      .then(reissued(2, issued));
    given(...plain, reissued(2, issued))
      .when(again(3))
      .then(reissued(3, reissued(2, issued)));
  });
});

describe('an order', () => {
  const order = (change: Parameters<typeof orderOf>[1] = {}): CustomerCommand => ({
    type: 'order-subscription',
    at: AT,
    order: orderOf(1, change),
  });

  it('is active at once, for its term', () => {
    given(...plain)
      .when(order())
      .then(ordered(1));
  });

  it('with a reseller of record delegates that subscription, unless unticked', () => {
    given(...plain)
      .when(order({ reseller: chosen(2) }))
      .then(ordered(1, { resellerOfRecord: partner(2) }), granted(1, partner(2)));
    given(...plain)
      .when(order({ reseller: chosen(2), delegatedAdmin: false }))
      .then(ordered(1, { resellerOfRecord: partner(2) }));
  });

  it('without one warns when the customer has a reseller', () => {
    given(...withReseller)
      .when(order())
      .then(ordered(1, { warnings: ['reseller-of-record-missing'] }));
  });

  it.each([1, 300])('may be for %d licences, a limit of the offer', (quantity) => {
    given(...plain)
      .when(order({ quantity }))
      .then(ordered(1, { quantity }));
  });

  it.each([0, 301, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])(
    'may not be for %d licences',
    (quantity) => {
      given(...plain)
        .when(order({ quantity }))
        .thenRefused('quantity-out-of-range', '/quantity');
    },
  );

  it('is refused when the offer is unknown or does not offer what was chosen', () => {
    const before = given(...plain);
    before
      .when(order({ offer: { offerId: OFFER, terms: null, retired: false } }))
      .thenRefused('offer-unknown', '/offerId');
    before
      .when(order({ billingCycle: 'one-time' }))
      .thenRefused('billing-cycle-unavailable', '/billingCycle');
    before.when(order({ term: 'P3Y' })).thenRefused('term-unavailable', '/term');
  });

  it('is refused when the reseller is no partner', () => {
    given(...plain)
      .when(order({ reseller: unpartnered(2) }))
      .thenRefused('partnership-not-active', '/resellerId');
  });
});

describe('the quantity of a subscription', () => {
  const change = (quantity: number): ChangeQuantity => ({
    type: 'change-quantity',
    at: LATER,
    subscriptionId: subscription(1),
    quantity,
  });
  const changed = (to: number): SubscriptionQuantityChanged => ({
    type: 'SubscriptionQuantityChanged',
    data: {
      customerId: CUSTOMER,
      subscriptionId: subscription(1),
      offerId: OFFER,
      from: 10,
      to,
      effectiveFrom: LATER,
      share: { days: 336, of: 365 },
      refund: { until: '2026-03-08T12:30:00.000Z', licences: to - 10 },
      refundedLicences: 0,
      resellerOfRecord: partner(1),
    },
  });
  const before = given(...plain, ordered(1, { resellerOfRecord: partner(1) }));

  it.each([11, 300])('grows to %d at once, for the days that are left', (quantity) => {
    before.when(change(quantity)).then(changed(quantity));
  });

  it('that it has already changes nothing', () => {
    before.when(change(10)).thenNothing();
    given(...plain, ordered(1, { resellerOfRecord: partner(1) }), changed(11))
      .when(change(11))
      .thenNothing();
  });

  it.each([0, 301, 2.5])('is within the limits of the offer as bought: not %d', (quantity) => {
    before.when(change(quantity)).thenRefused('quantity-out-of-range', '/quantity');
  });

  it('is of a subscription that exists', () => {
    given(...plain)
      .when(change(11))
      .thenRefused('subscription-unknown');
  });

  it('does not change before the subscription is active', () => {
    given(...plain, ordered(1, { status: 'pending', startsAt: '2026-04-01T00:00:00.000Z' }))
      .when(change(11))
      .thenRefused('subscription-not-active');
  });

  it.each([
    ['suspended', 'subscription-not-active'],
    ['expired', 'subscription-ended'],
    ['cancelled', 'subscription-ended'],
  ] as const)('does not change once the subscription is %s', (status, code) => {
    expect(customer.decide(change(11), withStatus(before.state, status))).toMatchObject({
      refusal: { code },
    });
  });
});

describe('the reseller of a subscription', () => {
  const associate = (
    chosenReseller: AssociateSubscriptionReseller['reseller'],
    change: Partial<AssociateSubscriptionReseller> = {},
  ): AssociateSubscriptionReseller => ({
    type: 'associate-subscription-reseller',
    at: LATER,
    subscriptionId: subscription(1),
    reseller: chosenReseller,
    delegatedAdmin: true,
    delegationId: delegation(2),
    ...change,
  });
  const moved = (
    from: PartneredReseller | null,
    to: PartneredReseller | null,
    change: Partial<ResellerOfRecordChanged['data']> = {},
  ): ResellerOfRecordChanged => ({
    type: 'ResellerOfRecordChanged',
    data: {
      customerId: CUSTOMER,
      subscriptionId: subscription(1),
      offerId: OFFER,
      from,
      to,
      effectiveFrom: LATER,
      quantity: 10,
      warnings: [],
      ...change,
    },
  });
  const NEW = { start: LATER, end: '2028-03-01T12:30:00.000Z' };
  const uncredited = [...plain, ordered(1)];
  const credited = [...plain, ordered(1, { resellerOfRecord: partner(1) })];
  const administered = [...credited, granted(1, partner(1))];

  it('becomes the one of record and administers the subscription', () => {
    given(...uncredited)
      .when(associate(chosen(1)))
      .then(moved(null, partner(1)), granted(2, partner(1), NEW));
  });

  it('becomes the one of record only, when unticked', () => {
    given(...uncredited)
      .when(associate(chosen(1), { delegatedAdmin: false }))
      .then(moved(null, partner(1)));
  });

  it('takes record and delegated admin over from the former one', () => {
    given(...administered)
      .when(associate(chosen(2)))
      .then(
        revoked(1, partner(1), 'reseller-changed'),
        moved(partner(1), partner(2)),
        granted(2, partner(2), NEW),
      );
    given(...administered)
      .when(associate(chosen(2), { delegatedAdmin: false }))
      .then(revoked(1, partner(1), 'reseller-changed'), moved(partner(1), partner(2)));
  });

  it('moves the licences that the subscription has now', () => {
    const more: SubscriptionQuantityChanged = {
      type: 'SubscriptionQuantityChanged',
      data: {
        customerId: CUSTOMER,
        subscriptionId: subscription(1),
        offerId: OFFER,
        from: 10,
        to: 25,
        effectiveFrom: AT,
        share: { days: 365, of: 365 },
        refund: null,
        refundedLicences: 0,
        resellerOfRecord: null,
      },
    };
    given(...uncredited, more)
      .when(associate(chosen(1), { delegatedAdmin: false }))
      .then(moved(null, partner(1), { quantity: 25 }));
  });

  it('is removed with its delegated admin', () => {
    given(...administered)
      .when(associate(null))
      .then(revoked(1, partner(1), 'reseller-changed'), moved(partner(1), null));
  });

  it('is missed when it is removed from a customer that has a reseller', () => {
    given(...withReseller, ordered(1, { resellerOfRecord: partner(1) }))
      .when(associate(null))
      .then(moved(partner(1), null, { warnings: ['reseller-of-record-missing'] }));
  });

  it('asked for as it is changes nothing', () => {
    given(...administered)
      .when(associate(chosen(1)))
      .thenNothing();
    given(...credited)
      .when(associate(chosen(1), { delegatedAdmin: false }))
      .thenNothing();
    given(...uncredited)
      .when(associate(null))
      .thenNothing();
  });

  it('gains or loses delegated admin while it stays of record', () => {
    given(...administered)
      .when(associate(chosen(1), { delegatedAdmin: false }))
      .then(revoked(1, partner(1), 'revoked'));
    given(...credited)
      .when(associate(chosen(1)))
      .then(granted(2, partner(1), NEW));
  });

  it('gets a new delegation when the one it had has expired', () => {
    const at = '2028-01-31T10:00:00.000Z';
    const next = { start: at, end: '2030-01-31T10:00:00.000Z' };
    const running = { resellerOfRecord: partner(1), termEndsAt: '2029-01-31T10:00:00.000Z' };
    given(...plain, ordered(1, running), granted(1, partner(1)))
      .when(associate(chosen(1), { at }))
      .then(revoked(1, partner(1), 'expired'), granted(2, partner(1), next));
  });

  it('is another one in another period of its partnership', () => {
    given(...administered)
      .when(associate(chosen(1, 9)))
      .then(
        revoked(1, partner(1), 'reseller-changed'),
        moved(partner(1), partner(1, 9)),
        granted(2, partner(1, 9), NEW),
      );
  });

  it('leaves alone the delegation of the account and those of other subscriptions', () => {
    const other = granted(7, partner(1), { on: 2 });
    const before = [...withReseller, ordered(1, { resellerOfRecord: partner(1) }), ordered(2)];
    const state = given(...before, granted(1, partner(1)), other)
      .when(associate(chosen(2)))
      .then(
        revoked(1, partner(1), 'reseller-changed'),
        moved(partner(1), partner(2)),
        granted(2, partner(2), NEW),
      );
    expect([...(state.status === 'none' ? [] : state.delegations.keys())]).toEqual([
      delegation(100),
      delegation(7),
      delegation(2),
    ]);
  });

  it('has an active partnership', () => {
    given(...uncredited)
      .when(associate(unpartnered(1)))
      .thenRefused('partnership-not-active', '/resellerId');
  });

  it('is of a subscription that exists', () => {
    given(...plain)
      .when(associate(chosen(1)))
      .thenRefused('subscription-unknown');
  });

  it.each(['pending', 'suspended'] as const)('may change while it is %s', (status) => {
    const state = withStatus(given(...uncredited).state, status);
    expect(customer.decide(associate(chosen(1)), state).kind).toBe('accepted');
  });

  it.each(['expired', 'cancelled'] as const)('may not change once it is %s', (status) => {
    const state = withStatus(given(...uncredited).state, status);
    expect(customer.decide(associate(chosen(1)), state)).toMatchObject({
      refusal: { code: 'subscription-ended' },
    });
  });
});

describe('the support contact of a subscription', () => {
  const designate = (
    chosenReseller: DesignateSupportContact['reseller'],
  ): DesignateSupportContact => ({
    type: 'designate-support-contact',
    at: LATER,
    subscriptionId: subscription(1),
    reseller: chosenReseller,
  });
  const provider = { kind: 'provider' } as const;
  const contact = (n: number, inPeriod = n) =>
    ({ kind: 'reseller', ...partner(n, inPeriod) }) as const;
  const designated = (
    from: SupportContactDesignated['data']['from'],
    to: SupportContactDesignated['data']['to'],
  ): SupportContactDesignated => ({
    type: 'SupportContactDesignated',
    data: { customerId: CUSTOMER, subscriptionId: subscription(1), from, to },
  });
  const supported = [...plain, ordered(1, { supportContact: contact(1) })];

  it('is a partnered reseller instead of the provider', () => {
    given(...plain, ordered(1))
      .when(designate(chosen(1)))
      .then(designated(provider, contact(1)));
  });

  it('is another reseller, the same in a new period, or the provider again', () => {
    given(...supported)
      .when(designate(chosen(2)))
      .then(designated(contact(1), contact(2)));
    given(...supported)
      .when(designate(chosen(1, 9)))
      .then(designated(contact(1), contact(1, 9)));
    given(...supported)
      .when(designate(null))
      .then(designated(contact(1), provider));
  });

  it('asked for as it is changes nothing', () => {
    given(...supported)
      .when(designate(chosen(1)))
      .thenNothing();
    given(...plain, ordered(1))
      .when(designate(null))
      .thenNothing();
  });

  it('has an active partnership, even to stay', () => {
    given(...supported)
      .when(designate(unpartnered(1)))
      .thenRefused('partnership-not-active', '/resellerId');
  });

  it('is of a subscription that exists', () => {
    given(...plain)
      .when(designate(null))
      .thenRefused('subscription-unknown');
  });

  it.each(['pending', 'suspended'] as const)('may change while it is %s', (status) => {
    const state = withStatus(given(...supported).state, status);
    expect(customer.decide(designate(chosen(2)), state).kind).toBe('accepted');
  });

  it.each(['expired', 'cancelled'] as const)('may not change once it is %s', (status) => {
    const state = withStatus(given(...supported).state, status);
    expect(customer.decide(designate(chosen(2)), state)).toMatchObject({
      refusal: { code: 'subscription-ended' },
    });
  });
});

describe('the events of a customer', () => {
  const contact = (n: number) => ({ kind: 'reseller', ...partner(n) }) as const;
  const before = [
    ...withReseller,
    ordered(1, { resellerOfRecord: partner(2), supportContact: contact(3) }),
  ];
  const partiesAfter = (event: CustomerEvent) =>
    customer.partiesOf(event, customer.evolve(given(...before).state, event));
  const named = (event: CustomerEvent) => partiesAfter(event).map(({ id, as }) => `${as} ${id}`);

  it('belong to its provider, under a key of its own', () => {
    expect(customer.tenantOf(given().state)).toBeNull();
    expect(customer.tenantOf(given(...plain).state)).toBe(PROVIDER);
    expect(customer.personalSubject('c')).toBe('customer-c');
  });

  it('name the customer and its reseller', () => {
    expect(customer.partiesOf(created, given(created).state)).toEqual([
      { id: CUSTOMER, as: 'customer' },
    ]);
    expect(named(issued)).toEqual([`customer ${CUSTOMER}`, `reseller ${reseller(1)}`]);
  });

  it('name both sides of a move, each once', () => {
    expect(
      named({
        type: 'CustomerResellerChanged',
        data: { customerId: CUSTOMER, from: partner(1), to: partner(4), warnings: [] },
      }),
    ).toEqual([`customer ${CUSTOMER}`, `reseller ${reseller(1)}`, `reseller ${reseller(4)}`]);
    expect(
      named({
        type: 'ResellerOfRecordChanged',
        data: {
          customerId: CUSTOMER,
          subscriptionId: subscription(1),
          offerId: OFFER,
          from: partner(2),
          to: partner(5),
          effectiveFrom: LATER,
          quantity: 10,
          warnings: [],
        },
      }),
    ).toEqual([
      `customer ${CUSTOMER}`,
      `record ${reseller(2)}`,
      `record ${reseller(5)}`,
      `reseller ${reseller(1)}`,
      `support ${reseller(3)}`,
    ]);
    expect(
      named({
        type: 'SupportContactDesignated',
        data: {
          customerId: CUSTOMER,
          subscriptionId: subscription(1),
          from: contact(3),
          to: { kind: 'provider' },
        },
      }),
    ).toEqual([
      `customer ${CUSTOMER}`,
      `support ${reseller(3)}`,
      `reseller ${reseller(1)}`,
      `record ${reseller(2)}`,
    ]);
  });

  it('name whoever gains or loses delegated admin', () => {
    expect(named(granted(8, partner(6)))).toContain(`reseller ${reseller(6)}`);
    expect(named(revoked(8, { resellerId: reseller(6), periodId: period(6) }, 'revoked'))).toEqual([
      `customer ${CUSTOMER}`,
      `reseller ${reseller(6)}`,
      `reseller ${reseller(1)}`,
      `record ${reseller(2)}`,
      `support ${reseller(3)}`,
    ]);
  });

  it('touch the subscription that they change and the delegation, be it scoped to one or to the account', () => {
    expect(customer.touches(ordered(1))).toEqual([subscription(1)]);
    expect(customer.touches(granted(1, partner(1)))).toEqual([subscription(1), delegation(1)]);
    expect(customer.touches(revoked(1, partner(1), 'revoked'))).toEqual([
      subscription(1),
      delegation(1),
    ]);
    expect(customer.touches(accountGranted(1, partner(1)))).toEqual([delegation(1)]);
    expect(customer.touches(created)).toEqual([]);
    expect(customer.touches(issued)).toEqual([]);
  });
});
