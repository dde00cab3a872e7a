import { PersistentMap } from '../persistent-map';
import type { CustomerEvent } from './customer.events';
import type { CustomerState, SubscriptionState } from './customer.state';
import { evolveSubscription, subscriptionOrdered } from './subscription.evolve';

type Existing = Exclude<CustomerState, { readonly status: 'none' }>;

export const initialState: CustomerState = { status: 'none' };

/** The user name of a customer's first administrator. */
export function adminUserName(domain: string): string {
  return `admin@${domain}`;
}

/** The state after the event. */
export function evolve(state: CustomerState, event: CustomerEvent): CustomerState {
  if (event.type === 'CustomerCreated') {
    const { customerId, providerId, domain, country } = event.data;
    return {
      status: 'active',
      customerId,
      providerId,
      domain,
      country,
      reseller: null,
      reference: null,
      agreedVersions: [],
      credentialId: null,
      userName: adminUserName(domain),
      subscriptions: PersistentMap.empty(),
      delegations: new Map(),
      formerDelegations: new Set(),
    };
  }
  return state.status === 'none' ? state : evolveExisting(state, event);
}

function evolveExisting(
  state: Existing,
  event: Exclude<CustomerEvent, { type: 'CustomerCreated' }>,
): Existing {
  switch (event.type) {
    case 'CustomerProfileChanged':
    case 'CustomerBillingProfileChanged':
      return state;
    case 'CustomerReferenceChanged':
      return { ...state, reference: event.data.to };
    case 'CustomerAgreementRecorded':
      return { ...state, agreedVersions: [...state.agreedVersions, event.data.version] };
    case 'CustomerEnded':
      return { ...state, status: 'ended', reference: null };
    case 'CustomerReopened':
      return { ...state, status: 'active' };
    case 'CustomerResellerChanged':
      return { ...state, reseller: event.data.to };
    case 'DelegatedAdminGranted': {
      const { delegationId, resellerId, periodId, scope, rights, start, end } = event.data;
      const delegation = { delegationId, resellerId, periodId, scope, rights, start, end };
      return { ...state, delegations: new Map(state.delegations).set(delegationId, delegation) };
    }
    case 'DelegatedAdminRenewed': {
      const { delegationId, end } = event.data;
      const delegation = state.delegations.get(delegationId);
      if (delegation === undefined) return state;
      const renewed = { ...delegation, end: end.to };
      return { ...state, delegations: new Map(state.delegations).set(delegationId, renewed) };
    }
    case 'DelegatedAdminRevoked': {
      const { delegationId } = event.data;
      const delegations = new Map(state.delegations);
      delegations.delete(delegationId);
      const formerDelegations = new Set(state.formerDelegations).add(delegationId);
      return { ...state, delegations, formerDelegations };
    }
    case 'PersonalDataErased':
      return { ...state, status: 'erased', credentialId: null };
    case 'AdminCredentialIssued': {
      const { credentialId, userName } = event.data;
      return { ...state, credentialId, userName };
    }
    case 'SubscriptionOrdered':
      return withSubscription(state, subscriptionOrdered(event.data));
    default: {
      const subscription = state.subscriptions.get(event.data.subscriptionId);
      if (subscription === undefined) return state;
      return withSubscription(state, evolveSubscription(subscription, event));
    }
  }
}

function withSubscription(state: Existing, subscription: SubscriptionState): Existing {
  const { subscriptionId } = subscription;
  return { ...state, subscriptions: state.subscriptions.with(subscriptionId, subscription) };
}
