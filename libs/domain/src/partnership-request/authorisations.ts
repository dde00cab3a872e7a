/**
 * What a reseller authorises by accepting: shown before it consents, and kept in the acceptance, so that
 * what was consented to then can be told when the list has grown.
 */
export const AUTHORISATIONS = [
  'provider-may-order-for-customers',
  'provider-may-delegate-customer-administration',
  'provider-may-designate-support-contact',
] as const;

export type Authorisation = (typeof AUTHORISATIONS)[number];
