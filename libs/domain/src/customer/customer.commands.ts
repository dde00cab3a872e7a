import type {
  CredentialId,
  CustomerId,
  DelegationId,
  Instant,
  OfferId,
  PartneredReseller,
  ProviderId,
  ResellerId,
  SubscriptionId,
} from '../ids';
import type { BillingCycle, OfferTerms, Term } from '../offer/offer.events';
import type { CustomerProfile } from './customer.events';

/**
 * A reseller that a caller chose, with what its partnership's stream says now:
 * `partnership` is `null` when it has no active partnership with this provider.
 */
export interface ChosenReseller {
  readonly resellerId: ResellerId;
  readonly partnership: PartneredReseller | null;
}

/** An offer that a caller chose, as its stream says now: `terms` is `null` when this provider has no such offer. */
export interface ChosenOffer {
  readonly offerId: OfferId;
  readonly terms: OfferTerms | null;
}

/** One subscription to buy. Ids are given, one for each thing that may come to be. */
export interface SubscriptionOrder {
  readonly subscriptionId: SubscriptionId;
  readonly offer: ChosenOffer;
  readonly quantity: number;
  readonly billingCycle: BillingCycle;
  readonly term: Term;
  readonly name?: string;
  readonly autoRenew: boolean;
  /** Reseller of record; `null` when nobody is to be credited. */
  readonly reseller: ChosenReseller | null;
  /** Whether that reseller also administers this subscription. */
  readonly delegatedAdmin: boolean;
  readonly delegationId: DelegationId;
}

export interface CreateCustomer {
  readonly type: 'create-customer';
  readonly at: Instant;
  readonly customerId: CustomerId;
  readonly providerId: ProviderId;
  readonly domain: string;
  readonly country: string;
  readonly culture: string;
  readonly language: string;
  readonly profile: CustomerProfile;
  /** Whether the profile's phone number, where it has one, can be one. */
  readonly phoneIsValid: boolean;
  /** Associated with the account, which delegates its administration. */
  readonly reseller: ChosenReseller | null;
  readonly delegationId: DelegationId;
  readonly credentialId: CredentialId;
  readonly subscriptions: readonly SubscriptionOrder[];
}

export interface ReissueAdminCredential {
  readonly type: 'reissue-admin-credential';
  readonly at: Instant;
  readonly credentialId: CredentialId;
}

export interface OrderSubscription {
  readonly type: 'order-subscription';
  readonly at: Instant;
  readonly order: SubscriptionOrder;
}

export interface ChangeQuantity {
  readonly type: 'change-quantity';
  readonly at: Instant;
  readonly subscriptionId: SubscriptionId;
  readonly quantity: number;
}

/** Makes a reseller the one of record from `at`; `null` leaves nobody credited. */
export interface AssociateSubscriptionReseller {
  readonly type: 'associate-subscription-reseller';
  readonly at: Instant;
  readonly subscriptionId: SubscriptionId;
  readonly reseller: ChosenReseller | null;
  readonly delegatedAdmin: boolean;
  readonly delegationId: DelegationId;
}

/** `null` gives support back to the provider. */
export interface DesignateSupportContact {
  readonly type: 'designate-support-contact';
  readonly at: Instant;
  readonly subscriptionId: SubscriptionId;
  readonly reseller: ChosenReseller | null;
}

export type CustomerCommand =
  | CreateCustomer
  | ReissueAdminCredential
  | OrderSubscription
  | ChangeQuantity
  | AssociateSubscriptionReseller
  | DesignateSupportContact;
