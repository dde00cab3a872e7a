import type { OfferId, ProviderId } from '../ids';

export type BillingCycle = 'monthly' | 'annual' | 'one-time';
/** ISO 8601 durations. */
export type Term = 'P1M' | 'P1Y' | 'P3Y';

/** What a subscription is held to for as long as it runs, whatever becomes of the offer. */
export interface OfferTerms {
  readonly name: string;
  readonly minQuantity: number;
  readonly maxQuantity: number;
  readonly billingCycles: readonly BillingCycle[];
  readonly terms: readonly Term[];
}

/** Catalogue data: plain, nothing personal. */
export interface OfferPublished {
  readonly type: 'OfferPublished';
  readonly data: OfferTerms & {
    readonly offerId: OfferId;
    readonly providerId: ProviderId;
    readonly description: string;
  };
}

export type OfferEvent = OfferPublished;
