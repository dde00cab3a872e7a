import type {
  Address,
  CustomerId,
  Instant,
  PartneredReseller,
  ProviderId,
  ResellerId,
} from '@tierbook/domain';
import {
  delegationsAfter,
  grantedDelegation,
  type GrantedDelegation,
} from '../delegations/granted-delegation';
import { misplaced, revealed, type Projection, type Recorded } from '../projection';
import type { ViewDefinition } from '../view';

/** A customer account. Personal fields are `null` where none was given, and once erased. */
export interface CustomerDoc {
  readonly customerId: CustomerId;
  readonly providerId: ProviderId;
  readonly domain: string;
  readonly country: string;
  readonly culture: string;
  readonly language: string;
  readonly status: 'active';
  readonly companyName: string | null;
  readonly email: string | null;
  readonly contactName: string | null;
  readonly phone: string | null;
  readonly registrationNumber: string | null;
  readonly address: Address | null;
  /** Associated with the account. */
  readonly resellerId: ResellerId | null;
  readonly reseller: PartneredReseller | null;
  readonly delegations: readonly GrantedDelegation[];
  readonly adminUserName: string | null;
  readonly createdAt: Instant;
  /** Those that have not ended. */
  readonly subscriptions: number;
  readonly licences: number;
  readonly revision: number;
}

export const customersView: ViewDefinition<CustomerDoc> = {
  name: 'customers',
  version: 3,
  readableFrom: 2,
  fields: {
    providerId: 'keyword',
    resellerId: 'keyword',
    companyName: 'search',
    domain: 'search',
    status: 'keyword',
    country: 'keyword',
    createdAt: 'keyword',
    licences: 'number',
  },
  indexes: [
    ['providerId', 'companyName'],
    ['providerId', 'resellerId', 'companyName'],
    ['providerId', 'createdAt'],
    ['providerId', 'domain'],
    ['providerId', 'licences'],
  ],
};

/** The event, where it is one of a customer's stream. */
function customerEventOf({ event }: Recorded) {
  switch (event.type) {
    case 'CustomerCreated':
    case 'CustomerResellerChanged':
    case 'DelegatedAdminGranted':
    case 'DelegatedAdminRenewed':
    case 'DelegatedAdminRevoked':
    case 'AdminCredentialIssued':
    case 'SubscriptionOrdered':
    case 'SubscriptionQuantityChanged':
    case 'ResellerOfRecordChanged':
    case 'ResellerOfRecordCorrected':
    case 'SupportContactDesignated':
    case 'SubscriptionRenamed':
    case 'SubscriptionAutoRenewChanged':
    case 'SubscriptionActivated':
    case 'SubscriptionSuspended':
    case 'SubscriptionReactivated':
    case 'SubscriptionCancelled':
    case 'SubscriptionUpgraded':
    case 'SubscriptionChangeScheduled':
    case 'SubscriptionScheduledChangeUndone':
    case 'SubscriptionRenewed':
    case 'SubscriptionExpired':
      return event;
    default:
      return undefined;
  }
}

type CustomerCreatedEvent = Extract<Recorded['event'], { readonly type: 'CustomerCreated' }>;

export const customersProjection: Projection<CustomerDoc> = {
  view: customersView,
  keysOf(recorded) {
    const event = customerEventOf(recorded);
    return event === undefined ? [] : [event.data.customerId];
  },
  apply(before, recorded, key) {
    const { event, revision } = recorded;
    if (event.type === 'CustomerCreated') return created(event, recorded);
    if (before === undefined) throw misplaced(recorded, customersView.name, key);
    const doc = { ...before, revision };
    switch (event.type) {
      case 'CustomerResellerChanged': {
        const { to } = event.data;
        return { ...doc, reseller: to, resellerId: to?.resellerId ?? null };
      }
      case 'DelegatedAdminGranted':
      case 'DelegatedAdminRenewed':
      case 'DelegatedAdminRevoked': {
        if (event.data.scope.kind !== 'account') return doc;
        const delegations = delegationsAfter(doc.delegations, event, grantedDelegation);
        return { ...doc, delegations };
      }
      case 'AdminCredentialIssued':
        return { ...doc, adminUserName: event.data.userName };
      case 'SubscriptionOrdered': {
        const licences = doc.licences + event.data.quantity;
        return { ...doc, subscriptions: doc.subscriptions + 1, licences };
      }
      case 'SubscriptionQuantityChanged': {
        const { from, to } = event.data;
        return { ...doc, licences: doc.licences + to - from };
      }
      case 'SubscriptionRenewed': {
        const { from, quantity } = event.data;
        return { ...doc, licences: doc.licences + quantity - from.quantity };
      }
      case 'SubscriptionCancelled':
      case 'SubscriptionExpired': {
        const licences = doc.licences - event.data.quantity;
        return { ...doc, subscriptions: doc.subscriptions - 1, licences };
      }
      default:
        return doc;
    }
  },
};

function created(
  { data, personal }: CustomerCreatedEvent,
  { revision, metadata }: Recorded,
): CustomerDoc {
  const { customerId, providerId, domain, country, culture, language } = data;
  const {
    companyName = null,
    email = null,
    contactName = null,
    phone = null,
    registrationNumber = null,
    address = null,
  } = revealed(personal) ?? {};
  return {
    customerId,
    providerId,
    domain,
    country,
    culture,
    language,
    status: 'active',
    companyName,
    email,
    contactName,
    phone,
    registrationNumber,
    address,
    resellerId: null,
    reseller: null,
    delegations: [],
    adminUserName: null,
    createdAt: metadata.occurredAt,
    subscriptions: 0,
    licences: 0,
    revision,
  };
}
