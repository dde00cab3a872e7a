import type { Instant, OfferId, ProviderId } from '../ids';
import type { OfferTerms } from './offer.events';

export interface PublishOffer extends OfferTerms {
  readonly type: 'publish-offer';
  readonly at: Instant;
  readonly offerId: OfferId;
  readonly providerId: ProviderId;
  readonly description: string;
}

export type OfferCommand = PublishOffer;
