import {
  COUNTRIES,
  countryMeantBy,
  countryRulesOf,
  marketRegionOf,
  type CountryRules,
} from '@tierbook/domain';
import {
  getCountryCallingCode,
  getExampleNumber,
  isSupportedCountry,
  Metadata,
} from 'libphonenumber-js';
import examples from 'libphonenumber-js/mobile/examples';
import { missing } from '../http/reader';
import { ProblemError } from '../http/problems';

const LANGUAGES = ['en', 'pt-BR'] as const;
const NAMES = LANGUAGES.map((language) => ({
  language,
  names: new Intl.DisplayNames(language, { type: 'region' }),
}));

/** A country in the list of them all. */
export interface CountryRow {
  /** ISO 3166-1 alpha-2. */
  readonly code: string;
  /** By language (BCP 47). */
  readonly names: Readonly<Record<string, string>>;
  readonly marketRegion: string;
}

/** How a country numbers its telephones (ITU-T E.164); all `null` where it has no plan of its own. */
interface NumberingPlan {
  readonly callingCode: string | null;
  /** How many digits a national number may have. */
  readonly nationalLengths: readonly number[] | null;
  /** As it is written internationally. */
  readonly example: string | null;
}

/** A country with all that it asks of a customer. */
export interface CountryAnswer extends CountryRow {
  readonly registrationNumber: {
    readonly required: boolean;
    readonly form: 'cnpj' | null;
  };
  readonly phone: { readonly required: boolean } & NumberingPlan;
  readonly state: { readonly required: boolean; readonly states: CountryRules['states'] };
  /** `null` where postal codes are not checked. */
  readonly postalCode: { readonly pattern: string; readonly example: string } | null;
}

/** A market region of more than one country. */
export interface MarketRegion {
  readonly region: string;
  readonly countries: readonly string[];
}

/** Every country, by its code. */
export function countryRows(): readonly CountryRow[] {
  return [...COUNTRIES].map(rowOf);
}

/**
 * One country's rules; the code in upper case.
 * @throws ProblemError `not-found`, with the code that was probably meant.
 */
export function countryAnswer(code: string): CountryAnswer {
  if (!COUNTRIES.has(code)) throw unknown(code);
  const { registrationNumber, registrationNumberForm, phone, state, states, postalCode } =
    countryRulesOf(code);
  return {
    ...rowOf(code),
    registrationNumber: {
      required: registrationNumber === 'required',
      form: registrationNumberForm ?? null,
    },
    phone: { required: phone === 'required', ...numberingPlanOf(code) },
    state: { required: state === 'required', states },
    postalCode: postalCode ?? null,
  };
}

function numberingPlanOf(code: string): NumberingPlan {
  if (!isSupportedCountry(code)) return { callingCode: null, nationalLengths: null, example: null };
  const metadata = new Metadata();
  metadata.selectNumberingPlan(code);
  return {
    callingCode: `+${getCountryCallingCode(code)}`,
    nationalLengths: metadata.numberingPlan?.possibleLengths() ?? null,
    example: getExampleNumber(code, examples)?.formatInternational() ?? null,
  };
}

function unknown(code: string): ProblemError {
  const meant = countryMeantBy(code);
  return meant === undefined
    ? missing('country')
    : new ProblemError('not-found', `There is no such country. Did you mean ${meant}?`);
}

function rowOf(code: string): CountryRow {
  const names = NAMES.map(({ language, names }) => [language, names.of(code) ?? code] as const);
  return { code, names: Object.fromEntries(names), marketRegion: marketRegionOf(code) };
}
