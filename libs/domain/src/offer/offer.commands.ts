import type { Instant, OfferId, ProviderId } from '../ids';
import type { CatalogueTerms } from './offer.events';

/** What a catalogue says, and which of the offers that it names are not this provider's. */
export interface OfferContent extends CatalogueTerms {
  readonly description: string;
  readonly unknownOffers: readonly OfferId[];
}

export interface PublishOffer extends OfferContent {
  readonly type: 'publish-offer';
  readonly at: Instant;
  readonly offerId: OfferId;
  readonly providerId: ProviderId;
}

/** Replaces the whole content for new orders. */
export interface ReviseOffer extends OfferContent {
  readonly type: 'revise-offer';
  readonly at: Instant;
}

export interface RetireOffer {
  readonly type: 'retire-offer';
  readonly at: Instant;
}

export type OfferCommand = PublishOffer | ReviseOffer | RetireOffer;
