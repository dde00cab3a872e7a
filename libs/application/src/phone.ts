import { isValidPhoneNumber, type CountryCode } from 'libphonenumber-js';

/**
 * Whether the text can be a phone number by its country's numbering plan, as ITU-T E.164 lets countries
 * have them: an international one, beginning with `+`, or a national one of `country` (ISO 3166-1
 * alpha-2). No phone number at all is none that is wrong.
 */
export function isPhoneNumber(text: string | undefined, country: string): boolean {
  // A country that has no numbering plan, or is none, leaves the international form.
  return text === undefined || isValidPhoneNumber(text, country as CountryCode);
}
