import type { CatalogueTerms, OfferTerms } from './offer.events';

/** The terms alone, whatever else the value carries: events hold what they name and nothing more. */
export function termsOf(value: OfferTerms): OfferTerms {
  const { name, minQuantity, maxQuantity, billingCycles, terms, pricing, addOnOf } = value;
  return { name, minQuantity, maxQuantity, billingCycles, terms, pricing, addOnOf };
}

/** The terms and to whom they are available, alone. */
export function catalogueTermsOf(value: CatalogueTerms): CatalogueTerms {
  const { limitPerCustomer, upgradeTargets, countries } = value;
  return { ...termsOf(value), limitPerCustomer, upgradeTargets, countries };
}
