import type { ChosenReseller } from './chosen-reseller';
export type { ChosenReseller } from './chosen-reseller';
import type {
  CredentialId,
  CustomerId,
  DelegationId,
  Instant,
  OfferId,
  ProviderId,
  SubscriptionId,
} from '../ids';
import type { Agreement, ChosenReference, CustomerAccountCommand } from './account.commands';
import type { BillingCycle, CatalogueTerms, Term } from '../offer/offer.events';
import type { CustomerProfile, DelegatedRight, DelegationScope } from './customer.events';

/** An offer that a caller chose, as its stream says now: `terms` is `null` when this provider has no such offer. */
export interface ChosenOffer {
  readonly offerId: OfferId;
  readonly terms: CatalogueTerms | null;
  readonly retired: boolean;
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
  /** When it starts; at once where it is left out. */
  readonly startsAt?: Instant;
  /** For an add-on, what it goes with; the customer's first that fits where it is left out. */
  readonly baseSubscriptionId?: SubscriptionId;
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
  /** The provider's own reference of it. */
  readonly reference?: ChosenReference;
  readonly agreement?: Agreement;
  /** Version of its terms that the provider requires agreement to before anything is ordered. */
  readonly requiredAgreement?: string | null;
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
  /** Version of its terms that the provider requires agreement to before anything is ordered. */
  readonly requiredAgreement?: string | null;
}

export interface ChangeQuantity {
  readonly type: 'change-quantity';
  readonly at: Instant;
  readonly subscriptionId: SubscriptionId;
  readonly quantity: number;
}

interface OnSubscription {
  readonly at: Instant;
  readonly subscriptionId: SubscriptionId;
}

export interface RenameSubscription extends OnSubscription {
  readonly type: 'rename-subscription';
  readonly name: string;
}

export interface SetAutoRenew extends OnSubscription {
  readonly type: 'set-auto-renew';
  readonly autoRenew: boolean;
}

export interface SuspendSubscription extends OnSubscription {
  readonly type: 'suspend-subscription';
}

export interface ReactivateSubscription extends OnSubscription {
  readonly type: 'reactivate-subscription';
}

/** At once with a refund while all its licences can be given back, else at the end of the term. */
export interface CancelSubscription extends OnSubscription {
  readonly type: 'cancel-subscription';
}

export interface UpgradeSubscription extends OnSubscription {
  readonly type: 'upgrade-subscription';
  readonly offer: ChosenOffer;
  /** What the catalogue says today that the subscription's present offer can be upgraded to. */
  readonly upgradeTargets: readonly OfferId[];
}

/** What is to happen at the end of the term. */
export type ChangeToSchedule =
  | { readonly kind: 'cancel' }
  | { readonly kind: 'quantity'; readonly quantity: number }
  | {
      readonly kind: 'offer';
      readonly offer: ChosenOffer;
      readonly upgradeTargets: readonly OfferId[];
    };

/** In the place of whatever was scheduled before. */
export interface ScheduleChange extends OnSubscription {
  readonly type: 'schedule-change';
  readonly change: ChangeToSchedule;
}

export interface UndoScheduledChange extends OnSubscription {
  readonly type: 'undo-scheduled-change';
}

/** Lets everything happen that is due by `at`: start, renewal, scheduled change, expiry. */
export interface AdvanceSubscription extends OnSubscription {
  readonly type: 'advance-subscription';
}

/** Makes a reseller the one of record; `null` leaves nobody credited. */
export interface AssociateSubscriptionReseller {
  readonly type: 'associate-subscription-reseller';
  readonly at: Instant;
  readonly subscriptionId: SubscriptionId;
  /** From when it is credited, today where left out: not before the term's start, not in the future. */
  readonly effectiveFrom?: Instant;
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

/** Delegates named rights to a reseller that is associated with the account, or with the subscription. */
export interface GrantDelegatedAdmin {
  readonly type: 'grant-delegated-admin';
  readonly at: Instant;
  readonly delegationId: DelegationId;
  readonly reseller: ChosenReseller;
  readonly scope: DelegationScope;
  readonly rights: readonly DelegatedRight[];
  /** At once where left out. */
  readonly start?: Instant;
  /** Exclusive; two years after the start where left out. */
  readonly end?: Instant;
  readonly reason: string;
}

export interface RenewDelegatedAdmin {
  readonly type: 'renew-delegated-admin';
  readonly at: Instant;
  readonly delegationId: DelegationId;
  /** Whose delegation it is, with its partnership as it is now; `null` where there is no such delegation. */
  readonly reseller: ChosenReseller | null;
  /** Exclusive; two years from now where left out. */
  readonly end?: Instant;
  readonly reason?: string;
}

export interface RevokeDelegatedAdmin {
  readonly type: 'revoke-delegated-admin';
  readonly at: Instant;
  readonly delegationId: DelegationId;
  readonly reason?: string;
}

/** Records that a delegation has run out by `at`, if it has. */
export interface ExpireDelegatedAdmin {
  readonly type: 'expire-delegated-admin';
  readonly at: Instant;
  readonly delegationId: DelegationId;
}

export type DelegationCommand =
  GrantDelegatedAdmin | RenewDelegatedAdmin | RevokeDelegatedAdmin | ExpireDelegatedAdmin;

/** The end of its personal data. */
export interface EraseCustomer {
  readonly type: 'erase-customer';
  readonly at: Instant;
  /** The key is gone, whatever the customer's state: there is nothing left to wait for. */
  readonly keyDestroyed: boolean;
}

export type CustomerCommand =
  | EraseCustomer
  | CreateCustomer
  | ReissueAdminCredential
  | CustomerAccountCommand
  | OrderSubscription
  | ChangeQuantity
  | RenameSubscription
  | SetAutoRenew
  | SuspendSubscription
  | ReactivateSubscription
  | CancelSubscription
  | UpgradeSubscription
  | ScheduleChange
  | UndoScheduledChange
  | AdvanceSubscription
  | AssociateSubscriptionReseller
  | DesignateSupportContact
  | DelegationCommand;
