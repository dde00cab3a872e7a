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
import type { OfferTerms } from '../offer/offer.events';
import type { DelegatedRight, DelegationScope, SupportContact } from './customer.events';

export interface SubscriptionState {
  readonly subscriptionId: SubscriptionId;
  readonly offerId: OfferId;
  readonly offer: OfferTerms;
  readonly quantity: number;
  readonly status: 'pending' | 'active' | 'suspended' | 'expired' | 'cancelled';
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
      readonly status: 'active';
      readonly customerId: CustomerId;
      readonly providerId: ProviderId;
      readonly domain: string;
      readonly country: string;
      readonly reseller: PartneredReseller | null;
      readonly credentialId: CredentialId | null;
      readonly userName: string;
      readonly subscriptions: ReadonlyMap<SubscriptionId, SubscriptionState>;
      readonly delegations: ReadonlyMap<DelegationId, DelegationState>;
    };
