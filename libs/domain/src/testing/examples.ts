import type {
  CredentialId,
  CustomerId,
  DelegationId,
  OfferId,
  PartneredReseller,
  PartnershipRequestId,
  PeriodId,
  ProviderId,
  ResellerId,
  SubscriptionId,
} from '../ids';
import type { CreateCustomer, SubscriptionOrder } from '../customer/customer.commands';
import type { CatalogueTerms, OfferTerms } from '../offer/offer.events';

/** What the specifications talk about. */
export const AT = '2026-01-31T10:00:00.000Z';
export const LATER = '2026-03-01T12:30:00.000Z';
export const TWO_YEARS_AFTER_AT = '2028-01-31T10:00:00.000Z';

export const PROVIDER = 'provider-1' as ProviderId;
export const REQUEST = 'request-1' as PartnershipRequestId;
export const CUSTOMER = 'customer-1' as CustomerId;
export const OFFER = 'offer-1' as OfferId;
export const CREDENTIAL = 'credential-1' as CredentialId;

export const reseller = (n: number) => `reseller-${n}` as ResellerId;
export const period = (n: number) => `period-${n}` as PeriodId;
export const subscription = (n: number) => `subscription-${n}` as SubscriptionId;
export const delegation = (n: number) => `delegation-${n}` as DelegationId;
export const credential = (n: number) => `credential-${n}` as CredentialId;

/** Reseller n in its period n, or in another one. */
export function partner(n: number, inPeriod = n): PartneredReseller {
  return { resellerId: reseller(n), periodId: period(inPeriod) };
}

/** Reseller n, chosen while its partnership is active. */
export function chosen(n: number, inPeriod = n) {
  return { resellerId: reseller(n), partnership: partner(n, inPeriod) };
}

/** Reseller n, chosen although it is no partner. */
export function unpartnered(n: number) {
  return { resellerId: reseller(n), partnership: null };
}

export const TERMS: OfferTerms = {
  name: 'Office 365 Business Premium',
  minQuantity: 1,
  maxQuantity: 300,
  billingCycles: ['monthly', 'annual'],
  terms: ['P1M', 'P1Y'],
  pricing: { currency: 'EUR', perSeat: { monthly: '10.50', annual: '120.00' } },
  addOnOf: [],
};

/** The same, sold to everybody. */
export const CATALOGUE_TERMS: CatalogueTerms = {
  ...TERMS,
  limitPerCustomer: null,
  upgradeTargets: [],
  countries: null,
};

/** An offer as it is chosen. */
export function chosenOffer(offerId = OFFER, change: Partial<CatalogueTerms> = {}) {
  return { offerId, terms: { ...CATALOGUE_TERMS, ...change }, retired: false };
}

/** An order of ten licences as subscription n, nobody credited. */
export function orderOf(n: number, change: Partial<SubscriptionOrder> = {}): SubscriptionOrder {
  return {
    subscriptionId: subscription(n),
    offer: chosenOffer(),
    quantity: 10,
    billingCycle: 'monthly',
    term: 'P1Y',
    autoRenew: true,
    reseller: null,
    delegatedAdmin: true,
    delegationId: delegation(n),
    ...change,
  };
}

/** A customer in Germany, without reseller or subscriptions. */
export function createCustomer(change: Partial<CreateCustomer> = {}): CreateCustomer {
  return {
    type: 'create-customer',
    at: AT,
    customerId: CUSTOMER,
    providerId: PROVIDER,
    domain: 'contoso',
    country: 'DE',
    culture: 'de-DE',
    language: 'de',
    profile: {
      companyName: 'Contoso GmbH',
      email: 'it@contoso.example',
      address: { line1: 'Hauptstraße 1', city: 'Berlin', postalCode: '10117' },
    },
    phoneIsValid: true,
    reseller: null,
    delegationId: delegation(100),
    credentialId: CREDENTIAL,
    subscriptions: [],
    ...change,
  };
}
