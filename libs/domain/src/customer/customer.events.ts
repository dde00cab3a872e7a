import type { CustomerProfile } from './customer-profile';
export type { Address, CustomerProfile } from './customer-profile';
import type { Day } from '../calendar';
import type {
  CredentialId,
  CustomerId,
  DelegationId,
  Instant,
  OfferId,
  PartneredReseller,
  PeriodId,
  ProviderId,
  ResellerId,
  SubscriptionId,
} from '../ids';
import type { BillingCycle, OfferTerms, Term } from '../offer/offer.events';
import type { AssociationWarning, RecordWarning } from '../warnings';
import type { CustomerAccountEvent } from './account.events';
import type { RefundLot, ShareOfTerm, SubscriptionLifecycleEvent } from './subscription.events';

/** What a delegated administrator may do. */
export type DelegatedRight =
  | 'read-customer'
  | 'manage-customer'
  | 'order-subscriptions'
  | 'manage-subscriptions'
  | 'designate-support-contact';

/** The whole account, or one subscription of it. */
export type DelegationScope =
  | { readonly kind: 'account' }
  | { readonly kind: 'subscription'; readonly subscriptionId: SubscriptionId };

/** Who answers for support: the provider, or a reseller that is its partner. */
export type SupportContact =
  { readonly kind: 'provider' } | ({ readonly kind: 'reseller' } & PartneredReseller);

/** A provider takes on a customer. */
export interface CustomerCreated {
  readonly type: 'CustomerCreated';
  readonly data: {
    readonly customerId: CustomerId;
    readonly providerId: ProviderId;
    /** Domain prefix, lower-case; not personal data. */
    readonly domain: string;
    /** ISO 3166-1 alpha-2. */
    readonly country: string;
    /** BCP 47, such as `pt-BR`. */
    readonly culture: string;
    /** BCP 47 language, such as `pt`. */
    readonly language: string;
  };
  readonly personal: CustomerProfile;
}

/** The reseller associated with the customer account, both sides of the move. */
export interface CustomerResellerChanged {
  readonly type: 'CustomerResellerChanged';
  readonly data: {
    readonly customerId: CustomerId;
    readonly from: PartneredReseller | null;
    readonly to: PartneredReseller | null;
    /** What was said aloud with it. */
    readonly warnings: readonly AssociationWarning[];
  };
}

/** A reseller may act for the customer: by an association, or by name. */
export interface DelegatedAdminGranted {
  readonly type: 'DelegatedAdminGranted';
  readonly data: {
    readonly customerId: CustomerId;
    readonly delegationId: DelegationId;
    readonly resellerId: ResellerId;
    readonly periodId: PeriodId;
    readonly scope: DelegationScope;
    /** What the reseller may do. */
    readonly rights: readonly DelegatedRight[];
    readonly start: Instant;
    /** At most two years after `start`. */
    readonly end: Instant;
  };
  readonly personal?: {
    /** Why, in the words of whoever did it. */
    readonly reason: string;
  };
}

/** A delegation ends. */
export interface DelegatedAdminRevoked {
  readonly type: 'DelegatedAdminRevoked';
  readonly data: {
    readonly customerId: CustomerId;
    readonly delegationId: DelegationId;
    readonly resellerId: ResellerId;
    readonly periodId: PeriodId;
    readonly scope: DelegationScope;
    /** What ended it. */
    readonly cause:
      'reseller-changed' | 'revoked' | 'expired' | 'partnership-ended' | 'customer-ended';
  };
  readonly personal?: {
    /** Why, in the words of whoever did it. */
    readonly reason: string;
  };
}

/** A delegation goes on until another end: what it covers stays as it was granted. */
export interface DelegatedAdminRenewed {
  readonly type: 'DelegatedAdminRenewed';
  readonly data: {
    readonly customerId: CustomerId;
    readonly delegationId: DelegationId;
    readonly resellerId: ResellerId;
    readonly periodId: PeriodId;
    readonly scope: DelegationScope;
    /** At most two years after the renewal, or the start if that is later. */
    readonly end: { readonly from: Instant; readonly to: Instant };
  };
  readonly personal?: {
    /** Why, in the words of whoever did it. */
    readonly reason: string;
  };
}

/** The key of the customer's personal data is destroyed: from here on the customer is closed. */
export interface PersonalDataErased {
  readonly type: 'PersonalDataErased';
  readonly data: {
    readonly customerId: CustomerId;
    /** The administrator's credential, which works no more. */
    readonly credentialId: CredentialId | null;
    /** All it ever had: their names are erased too. */
    readonly subscriptionIds: readonly SubscriptionId[];
    /** All it ever granted: the reasons given for them are erased too. */
    readonly delegationIds: readonly DelegationId[];
  };
}

/** Names the credential, never its secret: that is in one answer, its verifier in the vault. */
export interface AdminCredentialIssued {
  readonly type: 'AdminCredentialIssued';
  readonly data: {
    readonly customerId: CustomerId;
    readonly credentialId: CredentialId;
    /** Of the customer's first administrator. */
    readonly userName: string;
    /** The credential that this one revokes, `null` for the first. */
    readonly previousCredentialId: CredentialId | null;
  };
}

/** The customer buys an offer: active at once, unless it starts later. */
export interface SubscriptionOrdered {
  readonly type: 'SubscriptionOrdered';
  readonly data: {
    readonly customerId: CustomerId;
    readonly subscriptionId: SubscriptionId;
    readonly offerId: OfferId;
    /** The offer as bought: later revisions do not touch this subscription. */
    readonly offer: OfferTerms;
    /** Licences. */
    readonly quantity: number;
    readonly billingCycle: BillingCycle;
    readonly term: Term;
    /** `pending` until a start that is yet to come. */
    readonly status: 'active' | 'pending';
    readonly startsAt: Instant;
    /** Exclusive end of the first term. */
    readonly termEndsAt: Instant;
    /** Whether one more term follows the first. */
    readonly autoRenew: boolean;
    /** The subscription that this add-on goes with; `null` for what is no add-on. */
    readonly baseSubscriptionId: SubscriptionId | null;
    /** Until when which licences can be given back for a refund. */
    readonly refund: RefundLot;
    /** Credited with incentives from `startsAt`; `null` when nobody is. */
    readonly resellerOfRecord: PartneredReseller | null;
    readonly supportContact: SupportContact;
    /** What was said aloud with it. */
    readonly warnings: readonly RecordWarning[];
  };
  readonly personal?: {
    /** What the customer calls it. */
    readonly name: string;
  };
}

/** More licences, or fewer, within the term. */
export interface SubscriptionQuantityChanged {
  readonly type: 'SubscriptionQuantityChanged';
  readonly data: {
    readonly customerId: CustomerId;
    readonly subscriptionId: SubscriptionId;
    readonly offerId: OfferId;
    /** Licences before. */
    readonly from: number;
    /** Licences after. */
    readonly to: number;
    /** From when the new quantity counts, for use and for credit. */
    readonly effectiveFrom: Instant;
    /** The part of the term that the change is for; `null` in events of version 1. */
    readonly share: ShareOfTerm | null;
    /** Opened by more licences: until when they can be given back. */
    readonly refund: RefundLot | null;
    /** Licences given back for a refund. */
    readonly refundedLicences: number;
    readonly resellerOfRecord: PartneredReseller | null;
  };
}

/** Another reseller, or nobody, is credited from a day on. */
export interface ResellerOfRecordChanged {
  readonly type: 'ResellerOfRecordChanged';
  readonly data: {
    readonly customerId: CustomerId;
    readonly subscriptionId: SubscriptionId;
    readonly offerId: OfferId;
    readonly from: PartneredReseller | null;
    readonly to: PartneredReseller | null;
    readonly effectiveFrom: Instant;
    /** Licences whose credit moves. */
    readonly quantity: number;
    /** What was said aloud with it. */
    readonly warnings: readonly RecordWarning[];
  };
}

/**
 * A later fact about days that have passed: from `effectiveFrom` on it stands in the place of what
 * `superseded` names, which itself is never rewritten.
 */
export interface ResellerOfRecordCorrected {
  readonly type: 'ResellerOfRecordCorrected';
  readonly data: ResellerOfRecordChanged['data'] & {
    /** Who was credited for those days until now. */
    readonly superseded: readonly {
      readonly from: Day;
      /** Exclusive. */
      readonly to: Day;
      readonly reseller: PartneredReseller | null;
    }[];
  };
}

/** Who supports the subscription, both sides of the move. */
export interface SupportContactDesignated {
  readonly type: 'SupportContactDesignated';
  readonly data: {
    readonly customerId: CustomerId;
    readonly subscriptionId: SubscriptionId;
    readonly from: SupportContact;
    readonly to: SupportContact;
  };
}

export type CustomerEvent =
  | PersonalDataErased
  | CustomerCreated
  | CustomerAccountEvent
  | CustomerResellerChanged
  | DelegatedAdminGranted
  | DelegatedAdminRenewed
  | DelegatedAdminRevoked
  | AdminCredentialIssued
  | SubscriptionOrdered
  | SubscriptionQuantityChanged
  | ResellerOfRecordChanged
  | ResellerOfRecordCorrected
  | SubscriptionLifecycleEvent
  | SupportContactDesignated;
