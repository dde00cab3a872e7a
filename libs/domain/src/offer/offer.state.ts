import type { OfferId, ProviderId } from '../ids';
import type { OfferTerms } from './offer.events';

export type OfferState =
  | { readonly status: 'none' }
  | {
      readonly status: 'published';
      readonly offerId: OfferId;
      readonly providerId: ProviderId;
      readonly terms: OfferTerms;
    };
