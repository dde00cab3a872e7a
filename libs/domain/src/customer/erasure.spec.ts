import { describe, expect, it } from '@jest/globals';
import { specify } from '@tierbook/eventing/testing';
import { AT, CREDENTIAL, CUSTOMER, LATER, PROVIDER, subscription } from '../testing/examples';
import type { DelegationId } from '../ids';
import { CUSTOMER_EXAMPLES } from '../testing/golden-examples';
import { customer } from './customer.aggregate';
import type { EraseCustomer } from './customer.commands';
import type { CustomerEvent } from './customer.events';

const given = specify(customer);
const created: CustomerEvent = {
  type: 'CustomerCreated',
  data: {
    customerId: CUSTOMER,
    providerId: PROVIDER,
    domain: 'acme',
    country: 'BR',
    culture: 'pt-BR',
    language: 'pt',
  },
  personal: CUSTOMER_EXAMPLES.CustomerCreated.personal,
};
const issued: CustomerEvent = {
  type: 'AdminCredentialIssued',
  data: {
    customerId: CUSTOMER,
    credentialId: CREDENTIAL,
    userName: 'admin@acme',
    previousCredentialId: null,
  },
};
const ordered: CustomerEvent = {
  ...CUSTOMER_EXAMPLES.SubscriptionOrdered,
  data: {
    ...CUSTOMER_EXAMPLES.SubscriptionOrdered.data,
    customerId: CUSTOMER,
    subscriptionId: subscription(1),
    status: 'active',
  },
};
const suspended: CustomerEvent = {
  type: 'SubscriptionSuspended',
  data: {
    customerId: CUSTOMER,
    subscriptionId: subscription(1),
    withBase: null,
    effectiveFrom: AT,
  },
};
const delegated: CustomerEvent = {
  ...CUSTOMER_EXAMPLES.DelegatedAdminGranted,
  data: {
    ...CUSTOMER_EXAMPLES.DelegatedAdminGranted.data,
    customerId: CUSTOMER,
    scope: { kind: 'account' },
    end: '2099-01-31T10:00:00.000Z',
  },
};
const erased: CustomerEvent = {
  type: 'PersonalDataErased',
  data: {
    customerId: CUSTOMER,
    credentialId: CREDENTIAL,
    subscriptionIds: [],
    delegationIds: [],
  },
};
const ended: CustomerEvent = {
  type: 'CustomerEnded',
  data: { customerId: CUSTOMER, providerId: PROVIDER, reference: null },
};
const erase: EraseCustomer = { type: 'erase-customer', at: LATER, keyDestroyed: false };

describe('erasing a customer', () => {
  it('leaves it closed, without a credential, and with its domain taken', () => {
    const state = given(created, issued).when(erase).then(ended, erased);
    expect(state).toMatchObject({ status: 'erased', domain: 'acme', credentialId: null });
  });

  it('waits until nothing of it runs', () => {
    given(created, issued, ordered)
      .when(erase)
      .thenRefused('customer-has-subscriptions', `/subscriptions/${subscription(1)}`);
    given(created, issued, ordered, suspended)
      .when(erase)
      .then(ended, {
        ...erased,
        data: { ...erased.data, subscriptionIds: [subscription(1)] },
      });
  });

  it('ends what others may do with it', () => {
    const decision = customer.decide(erase, given(created, issued, delegated).state);
    const types = decision.kind === 'accepted' ? decision.events.map(({ type }) => type) : [];
    expect(types).toEqual(['DelegatedAdminRevoked', 'CustomerEnded', 'PersonalDataErased']);
  });

  it('names every delegation that there ever was, so that what was noted of them goes', () => {
    const { data } = CUSTOMER_EXAMPLES.DelegatedAdminGranted;
    const other = CREDENTIAL as string as DelegationId;
    const again: CustomerEvent = { ...delegated, data: { ...data, delegationId: other } };
    const { state } = given(created, delegated, CUSTOMER_EXAMPLES.DelegatedAdminRevoked, again);
    const decision = customer.decide(erase, state);
    expect(decision.kind === 'accepted' && decision.events.at(-1)?.data).toMatchObject({
      delegationIds: [data.delegationId, other],
    });
  });

  it('ends what runs where the key is destroyed already', () => {
    const { state } = given(created, issued, ordered);
    const decision = customer.decide({ ...erase, keyDestroyed: true }, state);
    const types = decision.kind === 'accepted' ? decision.events.map(({ type }) => type) : [];
    expect(types).toEqual(['SubscriptionCancelled', 'CustomerEnded', 'PersonalDataErased']);
  });

  it('ends no relation that has ended', () => {
    given(created, issued, ended).when(erase).then(erased);
  });

  it('is done once, and nothing is done with the customer any more', () => {
    given(created, issued, erased).when(erase).thenNothing();
    given(created, issued, erased)
      .when({ type: 'reissue-admin-credential', at: LATER, credentialId: CREDENTIAL })
      .thenRefused('customer-erased');
  });

  it('lets suspended subscriptions run out', () => {
    given(created, issued, ordered, suspended, erased)
      .when({
        type: 'advance-subscription',
        at: '2026-02-01T00:00:00.000Z',
        subscriptionId: subscription(1),
      })
      .thenNothing();
  });
});
