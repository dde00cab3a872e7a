/**
 * A customer's domain prefix as it is kept: 1-63 ASCII letters and digits, lower-cased.
 * `null` for anything else.
 */
export function parseDomainPrefix(text: string): string | null {
  return /^[A-Za-z0-9]{1,63}$/.test(text) ? text.toLowerCase() : null;
}

/** A reseller's partner id (MPN id): 1-20 ASCII digits without a leading zero. `null` for anything else. */
export function parsePartnerId(text: string): string | null {
  return /^[1-9][0-9]{0,19}$/.test(text) ? text : null;
}
