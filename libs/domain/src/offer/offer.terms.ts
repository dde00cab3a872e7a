import type { OfferTerms } from './offer.events';

/** The terms alone, whatever else the value carries: events hold what they name and nothing more. */
export function termsOf(value: OfferTerms): OfferTerms {
  const { name, minQuantity, maxQuantity, billingCycles, terms } = value;
  return { name, minQuantity, maxQuantity, billingCycles, terms };
}
