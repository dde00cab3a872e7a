import type {
  Address,
  CustomerAccountEvent,
  CustomerAgreementRecorded,
  CustomerId,
  CustomerProfile,
  Day,
  Instant,
  PartneredReseller,
  ProviderId,
  ResellerId,
  SupportContact,
} from '@tierbook/domain';
import type { Erased } from '@tierbook/eventing';
import {
  delegationsAfter,
  grantedDelegation,
  type GrantedDelegation,
} from '../delegations/granted-delegation';
import { misplaced, revealed, type Projection, type Readable, type Recorded } from '../projection';
import type { ViewDefinition } from '../view';

/** Whom the provider bills for a customer. Personal fields are `null` where none was given, and once erased. */
export interface BillingProfile {
  readonly country: string;
  readonly companyName: string | null;
  readonly email: string | null;
  readonly contactName: string | null;
  readonly phone: string | null;
  readonly registrationNumber: string | null;
  readonly address: Address | null;
}

/** The agreement that was recorded last. */
export interface RecordedAgreement {
  readonly version: string;
  readonly agreedOn: Day;
  readonly recordedAt: Instant;
  /** Who agreed; `null` once erased, the e-mail also where none was given. */
  readonly signatory: string | null;
  readonly email: string | null;
}

/** A customer account. Personal fields are `null` where none was given, and once erased. */
export interface CustomerDoc {
  readonly customerId: CustomerId;
  readonly providerId: ProviderId;
  readonly domain: string;
  readonly country: string;
  readonly culture: string;
  readonly language: string;
  readonly status: 'active' | 'ended' | 'erased';
  readonly companyName: string | null;
  readonly email: string | null;
  readonly contactName: string | null;
  readonly phone: string | null;
  readonly registrationNumber: string | null;
  readonly address: Address | null;
  /** `null`: the customer itself is billed. */
  readonly billing: BillingProfile | null;
  /** The provider's own reference; `null` where it has none, and once erased. */
  readonly reference: string | null;
  readonly agreement: RecordedAgreement | null;
  /** When the relation ended, and why where that was said; `null` while it has not. */
  readonly endedAt: Instant | null;
  readonly endReason: string | null;
  /** Associated with the account. */
  readonly resellerId: ResellerId | null;
  readonly reseller: PartneredReseller | null;
  readonly delegations: readonly GrantedDelegation[];
  readonly adminUserName: string | null;
  readonly createdAt: Instant;
  /** Those that have not ended. */
  readonly subscriptionCount: number;
  readonly licences: number;
  /**
   * How many reasons to see it each reseller was given that were not taken away: delegations, and subscriptions that it
   * supports. Whether one of them lets it see anything now is for `reseller-customers` to tell.
   */
  readonly reasons: Readonly<Record<ResellerId, number>>;
  /** The resellers that have any, to filter by. */
  readonly seenBy: readonly ResellerId[];
  readonly revision: number;
}

export const customersView: ViewDefinition<CustomerDoc> = {
  name: 'customers',
  version: 8,
  readableFrom: 7,
  fields: {
    providerId: 'keyword',
    resellerId: 'keyword',
    companyName: 'search',
    domain: 'search',
    status: 'keyword',
    country: 'keyword',
    reference: 'text',
    createdAt: 'keyword',
    licences: 'number',
    seenBy: 'keywords',
  },
  indexes: [
    ['providerId', 'companyName'],
    ['providerId', 'resellerId', 'companyName'],
    ['providerId', 'createdAt'],
    ['providerId', 'domain'],
    ['providerId', 'licences'],
    ['providerId', 'reference'],
    ['seenBy', 'companyName'],
    ['seenBy', 'domain'],
    ['seenBy', 'createdAt'],
    ['seenBy', 'licences'],
  ],
  listed: [
    'customerId',
    'providerId',
    'domain',
    'companyName',
    'country',
    'status',
    'createdAt',
    'subscriptionCount',
    'licences',
    'revision',
  ],
};

/** The event, where it is one of a customer's stream. */
function customerEventOf({ event }: Recorded) {
  switch (event.type) {
    case 'CustomerCreated':
    case 'CustomerProfileChanged':
    case 'CustomerBillingProfileChanged':
    case 'CustomerReferenceChanged':
    case 'CustomerAgreementRecorded':
    case 'CustomerEnded':
    case 'CustomerReopened':
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
    case 'PersonalDataErased':
      return event;
    default:
      return undefined;
  }
}

type CustomerCreatedEvent = Extract<Recorded['event'], { readonly type: 'CustomerCreated' }>;

/** Personal fields of a profile, as they read once erased. */
const NOBODY = {
  companyName: null,
  email: null,
  contactName: null,
  phone: null,
  registrationNumber: null,
  address: null,
} as const;

function erased(doc: CustomerDoc): CustomerDoc {
  const { billing, agreement } = doc;
  return {
    ...doc,
    ...NOBODY,
    status: 'erased',
    billing: billing && { ...billing, ...NOBODY },
    agreement: agreement && { ...agreement, signatory: null, email: null },
    reference: null,
    endReason: null,
  };
}

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
    const doc = { ...before, ...reasonsAfter(before.reasons, event), revision };
    switch (event.type) {
      case 'CustomerProfileChanged':
      case 'CustomerBillingProfileChanged':
      case 'CustomerReferenceChanged':
      case 'CustomerAgreementRecorded':
      case 'CustomerEnded':
      case 'CustomerReopened':
        return { ...doc, ...accountChange(event, recorded) };
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
      case 'PersonalDataErased':
        return erased(doc);
      case 'AdminCredentialIssued':
        return { ...doc, adminUserName: event.data.userName };
      case 'SubscriptionOrdered': {
        const licences = doc.licences + event.data.quantity;
        return { ...doc, subscriptionCount: doc.subscriptionCount + 1, licences };
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
        return { ...doc, subscriptionCount: doc.subscriptionCount - 1, licences };
      }
      default:
        return doc;
    }
  },
};

/** The reasons to see a customer, where the event gives or takes one. */
function reasonsAfter(
  before: CustomerDoc['reasons'],
  event: Recorded['event'],
): Partial<Pick<CustomerDoc, 'reasons' | 'seenBy'>> {
  const moves = reasonsMovedBy(event);
  if (moves.length === 0) return {};
  const counts = new Map(Object.entries(before));
  for (const { resellerId, by } of moves) {
    counts.set(resellerId, (counts.get(resellerId) ?? 0) + by);
  }
  const left = [...counts].filter(([, count]) => count > 0);
  return {
    reasons: Object.fromEntries(left),
    seenBy: left.map(([resellerId]) => resellerId as ResellerId),
  };
}

function reasonsMovedBy(
  event: Recorded['event'],
): readonly { readonly resellerId: ResellerId; readonly by: 1 | -1 }[] {
  switch (event.type) {
    case 'DelegatedAdminGranted':
      return [{ resellerId: event.data.resellerId, by: 1 }];
    case 'DelegatedAdminRevoked':
      return [{ resellerId: event.data.resellerId, by: -1 }];
    case 'SubscriptionOrdered':
      return supportMoved(event.data.supportContact, 1);
    case 'SupportContactDesignated':
      return [...supportMoved(event.data.from, -1), ...supportMoved(event.data.to, 1)];
    default:
      return [];
  }
}

function supportMoved(contact: SupportContact, by: 1 | -1) {
  return contact.kind === 'reseller' ? [{ resellerId: contact.resellerId, by }] : [];
}

/** What an event of the account itself changes. */
function accountChange(
  event: Readable<CustomerAccountEvent>,
  recorded: Recorded,
): Partial<CustomerDoc> {
  switch (event.type) {
    case 'CustomerProfileChanged': {
      const { culture, language } = event.data;
      return { culture, language, ...profileOf(event.personal) };
    }
    case 'CustomerBillingProfileChanged': {
      const { country } = event.data;
      return { billing: { country, ...profileOf(event.personal) } };
    }
    case 'CustomerReferenceChanged':
      return { reference: revealed(event.personal)?.reference ?? null };
    case 'CustomerAgreementRecorded':
      return { agreement: agreementIn(event, recorded) };
    case 'CustomerEnded': {
      const endReason = revealed(event.personal)?.reason ?? null;
      const endedAt = recorded.metadata.occurredAt;
      return { status: 'ended', reference: null, endedAt, endReason };
    }
    case 'CustomerReopened':
      return { status: 'active', endedAt: null, endReason: null };
  }
}

function created(
  { data, personal }: CustomerCreatedEvent,
  { revision, metadata }: Recorded,
): CustomerDoc {
  const { customerId, providerId, domain, country, culture, language } = data;
  return {
    customerId,
    providerId,
    domain,
    country,
    culture,
    language,
    status: 'active',
    ...profileOf(personal),
    billing: null,
    reference: null,
    agreement: null,
    endedAt: null,
    endReason: null,
    resellerId: null,
    reseller: null,
    delegations: [],
    adminUserName: null,
    createdAt: metadata.occurredAt,
    subscriptionCount: 0,
    licences: 0,
    reasons: {},
    seenBy: [],
    revision,
  };
}

function profileOf(personal: CustomerProfile | Erased): Omit<BillingProfile, 'country'> {
  const {
    companyName = null,
    email = null,
    contactName = null,
    phone = null,
    registrationNumber = null,
    address = null,
  } = revealed(personal) ?? {};
  return { companyName, email, contactName, phone, registrationNumber, address };
}

function agreementIn(
  { data, personal }: Readable<CustomerAgreementRecorded>,
  { metadata }: Recorded,
): RecordedAgreement {
  const { version, agreedOn } = data;
  const { signatory = null, email = null } = revealed(personal) ?? {};
  return { version, agreedOn, recordedAt: metadata.occurredAt, signatory, email };
}
