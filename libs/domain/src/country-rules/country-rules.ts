import { isCnpj } from './cnpj';
import { COUNTRIES } from './countries';
import { STATES } from './states';

type Asked = 'required' | 'optional';

/** How a country writes its postal codes. */
export interface PostalCodeForm {
  /** Regular expression (ECMA-262) of the whole code, its letters in upper case. */
  readonly pattern: string;
  readonly example: string;
}

/** A state, province or the like: code of ISO 3166-2 without the country, such as `SP`, and its name. */
export interface State {
  readonly code: string;
  readonly name: string;
}

/** What a country asks of a customer, beyond what every customer must give. */
export interface CountryRules {
  readonly registrationNumber: Asked;
  /** Form of the registration number, where it is checked. */
  readonly registrationNumberForm?: 'cnpj';
  readonly phone: Asked;
  readonly state: Asked;
  /** Every state that an address may name; none where states are not checked. */
  readonly states: readonly State[];
  /** Every address has one; absent where the country has none, or its form is not known here. */
  readonly postalCode?: PostalCodeForm;
}

const UNREGULATED: CountryRules = {
  registrationNumber: 'optional',
  phone: 'optional',
  state: 'optional',
  states: [],
};

/** Source: Partner Center's list of countries where a customer's registration number is mandatory. */
const REGISTERED_COUNTRIES =
  'AE AM AZ BR BY HU IN IQ KG KZ MD MM PL RU SA SS TH TJ TR UA UZ VE VN ZA'.split(' ');

/** Whose addresses are not complete without the state. Source: the national posts, as Google's libaddressinput gathers them. */
const COUNTRIES_WITH_STATE = 'AE BR CA CN IN MX US'.split(' ');

/** Source: the national posts' forms, as the Universal Postal Union gathers them. The Emirates have none. */
const POSTAL_CODES: Readonly<Record<string, PostalCodeForm>> = {
  BR: { pattern: '\\d{5}-?\\d{3}', example: '01310-100' },
  CA: {
    pattern: '[ABCEGHJ-NPRSTVXY]\\d[ABCEGHJ-NPRSTV-Z] ?\\d[ABCEGHJ-NPRSTV-Z]\\d',
    example: 'K1A 0B1',
  },
  CN: { pattern: '\\d{6}', example: '100080' },
  DE: { pattern: '\\d{5}', example: '10117' },
  ES: { pattern: '(?:0[1-9]|[1-4]\\d|5[0-2])\\d{3}', example: '28013' },
  FR: { pattern: '\\d{2} ?\\d{3}', example: '75008' },
  GB: {
    pattern: '(?:GIR ?0AA|[A-Z]{1,2}\\d[A-Z\\d]? ?\\d[ABD-HJLNP-UW-Z]{2})',
    example: 'SW1A 1AA',
  },
  IN: { pattern: '[1-9]\\d{2} ?\\d{3}', example: '110001' },
  MX: { pattern: '\\d{5}', example: '06500' },
  PL: { pattern: '\\d{2}-\\d{3}', example: '00-950' },
  PT: { pattern: '\\d{4}-\\d{3}', example: '1500-423' },
  TR: { pattern: '\\d{5}', example: '06100' },
  US: { pattern: '\\d{5}(?:-\\d{4})?', example: '98052' },
  ZA: { pattern: '\\d{4}', example: '8001' },
};

/** The rules of every country (ISO 3166-1 alpha-2), by its code. */
export const COUNTRY_RULES: ReadonlyMap<string, CountryRules> = new Map(
  [...COUNTRIES].map((country) => [country, rulesFor(country)]),
);

function rulesFor(country: string): CountryRules {
  const asked = REGISTERED_COUNTRIES.includes(country) ? 'required' : 'optional';
  const postalCode = POSTAL_CODES[country];
  return {
    registrationNumber: asked,
    ...(country === 'BR' ? { registrationNumberForm: 'cnpj' } : {}),
    phone: asked,
    state: COUNTRIES_WITH_STATE.includes(country) ? 'required' : 'optional',
    states: statesOf(country),
    ...(postalCode === undefined ? {} : { postalCode }),
  };
}

function statesOf(country: string): readonly State[] {
  const lines = STATES[country]?.trim().split('\n') ?? [];
  return lines.map((line) => {
    const space = line.indexOf(' ');
    return { code: line.slice(0, space), name: line.slice(space + 1) };
  });
}

/** The rules of a country (ISO 3166-1 alpha-2, upper-case); of one that is none, that nothing is asked. */
export function countryRulesOf(country: string): CountryRules {
  return COUNTRY_RULES.get(country) ?? UNREGULATED;
}

/** Whether a registration number has the form its country checks; true where none is checked. */
export function isRegistrationNumberOf(country: string, registrationNumber: string): boolean {
  return countryRulesOf(country).registrationNumberForm !== 'cnpj' || isCnpj(registrationNumber);
}

/** Whether a postal code has its country's form, letters in either case; true where none is checked. */
export function isPostalCodeOf(country: string, postalCode: string): boolean {
  const form = countryRulesOf(country).postalCode;
  return form === undefined || new RegExp(`^(?:${form.pattern})$`).test(postalCode.toUpperCase());
}

/**
 * Whether an address of this country may name this state: by its code (`SP`, `BR-SP`) or its name, in
 * either case, with or without accents; true where states are not checked.
 */
export function isStateOf(country: string, state: string): boolean {
  const { states } = countryRulesOf(country);
  if (states.length === 0) return true;
  const code = state.toUpperCase();
  return states.some(
    (known) =>
      known.code === code ||
      `${country}-${known.code}` === code ||
      fold(known.name) === fold(state),
  );
}

/** Letters and digits alone, without accents or case. */
function fold(name: string): string {
  return name
    .normalize('NFD')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');
}
