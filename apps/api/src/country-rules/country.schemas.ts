import type { State } from '@tierbook/domain';
import {
  always,
  count,
  COUNTRY,
  flag,
  listOf,
  objectOf,
  orNull,
  ref,
  text,
  type Schema,
  type Schemas,
} from '../http/schemas';
import type { CountryAnswer, CountryRow, MarketRegion } from './country-rules';

const ROW = {
  code: COUNTRY,
  names: {
    type: 'object',
    description: 'Its name, by language (BCP 47).',
    additionalProperties: { type: 'string' },
  },
  marketRegion: text('Its market region: provider and reseller partner within one.'),
} satisfies Record<string, Schema>;

/** A list that is answered whole. */
function whole(items: Schema): Schema {
  return objectOf<{ items: unknown }>('All of them.', { items: listOf(items, 'In order.') });
}

export const countrySchemas: Schemas = {
  Country: objectOf<CountryRow>('A country.', ROW),
  CountryList: whole(ref('Country')),
  CountryRules: objectOf<CountryAnswer>('What a country asks of a customer.', {
    ...ROW,
    registrationNumber: objectOf<CountryAnswer['registrationNumber']>('The company number.', {
      required: flag('Whether every customer gives one.'),
      form: orNull(always('cnpj'), 'null where its form is not checked.'),
    }),
    phone: objectOf<CountryAnswer['phone']>('The phone number.', {
      required: flag('Whether every customer gives one.'),
      callingCode: orNull(text('ITU-T E.164, with its plus sign.'), 'null where it has none.'),
      nationalLengths: orNull(
        listOf(count('Digits.'), 'How many a national number may have.'),
        'null where it has no numbering plan.',
      ),
      example: orNull(text('As it is written internationally.'), 'null where it has none.'),
    }),
    state: objectOf<CountryAnswer['state']>('State, province or the like.', {
      required: flag('Whether every address names one.'),
      states: listOf(
        objectOf<State>('One of them: an address names it by either.', {
          code: text('ISO 3166-2, without the country.'),
          name: text('Its name.'),
        }),
        'Empty where they are not checked.',
      ),
    }),
    postalCode: orNull(
      objectOf<NonNullable<CountryAnswer['postalCode']>>(
        'How it is written; every address has one.',
        {
          pattern: text('Regular expression (ECMA-262) of the whole, letters in upper case.'),
          example: text('One that fits.'),
        },
      ),
      'null where there is none, or it is not checked.',
    ),
  }),
  MarketRegion: objectOf<MarketRegion>('A market region of more than one country.', {
    region: text('Its name.'),
    countries: listOf(COUNTRY, 'Those in it.'),
  }),
  MarketRegionList: whole(ref('MarketRegion')),
};
