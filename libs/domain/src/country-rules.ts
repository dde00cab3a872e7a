import { isCnpj } from './cnpj';

/** What a country asks of a customer, beyond what every customer must give. */
export interface CountryRules {
  readonly registrationNumber: 'required' | 'optional';
  readonly phone: 'required' | 'optional';
  /** Form of the registration number, where it is checked. */
  readonly registrationNumberForm?: 'cnpj';
}

const UNREGULATED: CountryRules = { registrationNumber: 'optional', phone: 'optional' };
const REGISTERED: CountryRules = { registrationNumber: 'required', phone: 'required' };

const REGISTERED_COUNTRIES =
  'AE AM AZ BR BY HU IN IQ KG KZ MD MM PL RU SA SS TH TJ TR UA UZ VE VN ZA'.split(' ');

/** Countries (ISO 3166-1 alpha-2) with rules of their own; every other asks for nothing more. */
export const COUNTRY_RULES: ReadonlyMap<string, CountryRules> = new Map<string, CountryRules>([
  ...REGISTERED_COUNTRIES.map((country): [string, CountryRules] => [country, REGISTERED]),
  ['BR', { ...REGISTERED, registrationNumberForm: 'cnpj' }],
]);

/** The rules of a country (ISO 3166-1 alpha-2, upper-case). */
export function countryRulesOf(country: string): CountryRules {
  return COUNTRY_RULES.get(country) ?? UNREGULATED;
}

/** Whether a registration number has the form its country checks; true where none is checked. */
export function isRegistrationNumberOf(country: string, registrationNumber: string): boolean {
  return countryRulesOf(country).registrationNumberForm !== 'cnpj' || isCnpj(registrationNumber);
}
