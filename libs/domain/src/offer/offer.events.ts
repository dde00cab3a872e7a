import type { OfferId, ProviderId } from '../ids';

/** How often it is billed. */
export type BillingCycle = 'monthly' | 'annual' | 'one-time';
/** ISO 8601 durations. */
export type Term = 'P1M' | 'P1Y' | 'P3Y';

/** List prices of one licence: for each billing cycle, what one cycle of it costs. */
export interface OfferPricing {
  /** ISO 4217. */
  readonly currency: string;
  /** Decimal text, such as `12.50`. */
  readonly perSeat: Readonly<Partial<Record<BillingCycle, string>>>;
}

/** What a subscription is held to for as long as it runs, whatever becomes of the offer. */
export interface OfferTerms {
  /** As customers read it. */
  readonly name: string;
  /** Fewest licences of one subscription. */
  readonly minQuantity: number;
  /** Most licences of one subscription. */
  readonly maxQuantity: number;
  /** Those that may be chosen. */
  readonly billingCycles: readonly BillingCycle[];
  /** Those that may be chosen: ISO 8601 durations. */
  readonly terms: readonly Term[];
  /** `null`: without a list price. */
  readonly pricing: OfferPricing | null;
  /** Offers of which a customer must have an active subscription as the base of this one; empty: no add-on. */
  readonly addOnOf: readonly OfferId[];
}

/** Who may order it and what it leads to: asked on the day of an order, and not part of what is bought. */
export interface OfferAvailability {
  /** Subscriptions that one customer may have of it at a time; `null`: any number. */
  readonly limitPerCustomer: number | null;
  /** Offers that its subscriptions can be upgraded to. */
  readonly upgradeTargets: readonly OfferId[];
  /** Countries of customers (ISO 3166-1 alpha-2) that it is sold in; `null`: everywhere. */
  readonly countries: readonly string[] | null;
}

/** All that a catalogue says of an offer, but for its description. */
export type CatalogueTerms = OfferTerms & OfferAvailability;

/** Catalogue data: plain, nothing personal. */
export interface OfferPublished {
  readonly type: 'OfferPublished';
  readonly data: CatalogueTerms & {
    readonly offerId: OfferId;
    readonly providerId: ProviderId;
    /** What it is, as sellers read it. */
    readonly description: string;
  };
}

/** The offer as it is for new orders; running subscriptions keep what they bought. */
export interface OfferRevised {
  readonly type: 'OfferRevised';
  readonly data: CatalogueTerms & {
    readonly offerId: OfferId;
    readonly providerId: ProviderId;
    /** What it is, as sellers read it. */
    readonly description: string;
  };
}

/** No new orders; running subscriptions go on and renew. */
export interface OfferRetired {
  readonly type: 'OfferRetired';
  readonly data: { readonly offerId: OfferId; readonly providerId: ProviderId };
}

export type OfferEvent = OfferPublished | OfferRevised | OfferRetired;
