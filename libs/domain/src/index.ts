export * from './calendar';
export { COUNTRIES, countryMeantBy } from './country-rules/countries';
export * from './country-rules/country-rules';
export * from './decision';
export * from './identifiers';
export * from './ids';
export * from './market-regions';
export * from './refusal-codes';
export * from './warnings';
export * from './customer/customer.access';
export * from './customer/customer.aggregate';
export * from './customer/customer.commands';
export * from './customer/customer.events';
export * from './customer/customer.state';
export * from './offer/offer.aggregate';
export * from './offer/offer.commands';
export * from './offer/offer.events';
export * from './offer/offer.state';
export * from './partnership/partnership.aggregate';
export * from './partnership/partnership.commands';
export * from './partnership/partnership.events';
export * from './partnership/partnership.state';
export * from './partnership-request/partnership-request.aggregate';
export * from './partnership-request/partnership-request.commands';
export {
  DAYS_TO_ANSWER,
  LINK_PLACEHOLDER,
} from './partnership-request/partnership-request.decider';
export * from './partnership-request/partnership-request.events';
export * from './partnership-request/partnership-request.state';
export * from './provider/provider.aggregate';
export * from './provider/provider.commands';
export * from './provider/provider.events';
export * from './provider/provider.state';
export * from './reseller/reseller.aggregate';
export * from './reseller/reseller.commands';
export * from './reseller/reseller.events';
export * from './reseller/reseller.state';
