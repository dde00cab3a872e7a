import type { BrokenRule } from '../decision';
import { COUNTRIES, countryMeantBy } from './countries';
import { countryRulesOf, isPostalCodeOf, isRegistrationNumberOf, isStateOf } from './country-rules';

/** What a country has rules for. */
export interface CountryFacts {
  readonly country: string;
  readonly registrationNumber?: string;
  readonly phone?: string;
  /** Whether the phone number, where there is one, can be one: a library of numbering plans knows. */
  readonly phoneIsValid: boolean;
  readonly address: { readonly state?: string; readonly postalCode?: string };
}

/**
 * Every rule of its country that a customer breaks. What the caller wrote is not repeated: a detail
 * shows the form that is expected.
 */
export function brokenCountryRules(facts: CountryFacts): BrokenRule[] {
  const { country, registrationNumber, address } = facts;
  const unknown = unknownCountry(country);
  if (unknown.length > 0) return unknown;
  return [
    ...brokenRegistrationNumber(country, registrationNumber),
    ...missingPhone(facts),
    ...invalidPhone(facts),
    ...brokenState(country, address.state, '/address/state'),
    ...brokenPostalCode(country, address.postalCode),
  ];
}

/** That this is no country's code, with the code that was probably meant; `pointer` is where it stands. */
export function unknownCountry(country: string, pointer = '/country'): BrokenRule[] {
  if (COUNTRIES.has(country)) return [];
  const meant = countryMeantBy(country);
  const hint = meant === undefined ? '' : ` Did you mean ${meant}?`;
  const detail = `"${country}" is not a country of ISO 3166-1 alpha-2.${hint}`;
  return [{ code: 'country-unknown', pointer, detail }];
}

function brokenRegistrationNumber(
  country: string,
  registrationNumber: string | undefined,
): BrokenRule[] {
  if (registrationNumber === undefined) {
    if (countryRulesOf(country).registrationNumber === 'optional') return [];
    const detail = `A customer in ${country} needs a registration number.`;
    return [{ code: 'registration-number-required', pointer: '/registrationNumber', detail }];
  }
  if (isRegistrationNumberOf(country, registrationNumber)) return [];
  const detail = `This is no registration number of ${country}: its form or its check digits are wrong.`;
  return [{ code: 'registration-number-invalid', pointer: '/registrationNumber', detail }];
}

function missingPhone({ country, phone }: CountryFacts): BrokenRule[] {
  if (phone !== undefined || countryRulesOf(country).phone === 'optional') return [];
  const detail = `A customer in ${country} needs a phone number.`;
  return [{ code: 'phone-required', pointer: '/phone', detail }];
}

/** That this cannot be a phone number, read as one of the country where it does not begin with `+`. */
export function invalidPhone({
  country,
  phone,
  phoneIsValid,
}: Pick<CountryFacts, 'country' | 'phone' | 'phoneIsValid'>): BrokenRule[] {
  if (phone === undefined || phoneIsValid) return [];
  const detail = `This is no phone number: neither an international one (+ and country code) nor a national one of ${country}.`;
  return [{ code: 'phone-invalid', pointer: '/phone', detail }];
}

/** That an address of this country lacks its state, or names one that is none; `pointer` is where it stands. */
export function brokenState(
  country: string,
  state: string | undefined,
  pointer: string,
): BrokenRule[] {
  if (state === undefined) {
    if (countryRulesOf(country).state === 'optional') return [];
    const detail = `An address in ${country} names its state, such as ${exampleState(country)}.`;
    return [{ code: 'state-required', pointer, detail }];
  }
  if (isStateOf(country, state)) return [];
  const detail = `This is no state of ${country}; one is written such as ${exampleState(country)}.`;
  return [{ code: 'state-unknown', pointer, detail }];
}

function exampleState(country: string): string {
  const [first] = countryRulesOf(country).states;
  return first === undefined ? 'its code' : `${first.code} or ${first.name}`;
}

function brokenPostalCode(country: string, postalCode: string | undefined): BrokenRule[] {
  const form = countryRulesOf(country).postalCode;
  if (form === undefined) return [];
  const pointer = '/address/postalCode';
  if (postalCode === undefined) {
    const detail = `An address in ${country} has a postal code, such as ${form.example}.`;
    return [{ code: 'postal-code-required', pointer, detail }];
  }
  if (isPostalCodeOf(country, postalCode)) return [];
  const detail = `A postal code of ${country} is written such as ${form.example}.`;
  return [{ code: 'postal-code-invalid', pointer, detail }];
}
