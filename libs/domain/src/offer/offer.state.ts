import type { OfferId, ProviderId } from '../ids';
import type { CatalogueTerms } from './offer.events';

export type OfferState =
  | { readonly status: 'none' }
  | {
      readonly status: 'published' | 'retired';
      readonly offerId: OfferId;
      readonly providerId: ProviderId;
      readonly description: string;
      readonly terms: CatalogueTerms;
    };
