import type {
  CredentialId,
  CustomerId,
  DelegationId,
  Instant,
  OfferId,
  PartneredReseller,
  ProviderId,
  SubscriptionId,
} from '../ids';
import type { BillingCycle, OfferTerms, Term } from '../offer/offer.events';
import type { PersistentMap } from '../persistent-map';
import type { ClaimedReference } from './account.events';
import type { CreditFacts } from './credit-ledger';
import type { DelegatedRight, DelegationScope, SupportContact } from './customer.events';
import type { RefundLot, ScheduledChange } from './subscription.events';

export interface SubscriptionState {
  readonly subscriptionId: SubscriptionId;
  readonly offerId: OfferId;
  readonly offer: OfferTerms;
  readonly quantity: number;
  readonly status: 'pending' | 'active' | 'suspended' | 'expired' | 'cancelled';
  readonly billingCycle: BillingCycle;
  readonly term: Term;
  /** Where its terms and billing cycles are counted from. */
  readonly startsAt: Instant;
  /** From 1. */
  readonly termNumber: number;
  readonly termStartsAt: Instant;
  /** Exclusive. */
  readonly termEndsAt: Instant;
  readonly autoRenew: boolean;
  readonly baseSubscriptionId: SubscriptionId | null;
  /** The base whose suspension suspended this add-on. */
  readonly suspendedWith: SubscriptionId | null;
  readonly scheduledChange: ScheduledChange | null;
  /** Licences that can, or could, be given back. */
  readonly refundable: readonly RefundLot[];
  readonly credit: CreditFacts;
  readonly resellerOfRecord: PartneredReseller | null;
  readonly supportContact: SupportContact;
}

/** A delegation that has been granted and not revoked; whether it holds now depends on its dates too. */
export interface DelegationState extends PartneredReseller {
  readonly delegationId: DelegationId;
  readonly scope: DelegationScope;
  readonly rights: readonly DelegatedRight[];
  readonly start: Instant;
  readonly end: Instant;
}

/** What deciding, and answering who may see it, needs to know of a customer. Holds no personal data. */
export type CustomerState =
  | { readonly status: 'none' }
  | {
      readonly status: 'active' | 'ended' | 'erased';
      readonly customerId: CustomerId;
      readonly providerId: ProviderId;
      readonly domain: string;
      readonly country: string;
      readonly reseller: PartneredReseller | null;
      /** The provider's own reference of it. */
      readonly reference: ClaimedReference | null;
      /** Versions of the provider's terms that were agreed to. */
      readonly agreedVersions: readonly string[];
      readonly credentialId: CredentialId | null;
      readonly userName: string;
      readonly subscriptions: PersistentMap<SubscriptionId, SubscriptionState>;
      readonly delegations: ReadonlyMap<DelegationId, DelegationState>;
      /** Those that ended. */
      readonly formerDelegations: ReadonlySet<DelegationId>;
    };
