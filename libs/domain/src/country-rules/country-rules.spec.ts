import { describe, expect, it } from '@jest/globals';
import { MARKET_REGIONS, marketRegionOf } from '../market-regions';
import { isCnpj } from './cnpj';
import { COUNTRIES, countryMeantBy } from './countries';
import { brokenCountryRules, type CountryFacts } from './country-checks';
import {
  COUNTRY_RULES,
  countryRulesOf,
  isPostalCodeOf,
  isRegistrationNumberOf,
  isStateOf,
} from './country-rules';

describe('countries', () => {
  it('are those of ISO 3166-1, each once', () => {
    expect(COUNTRIES.size).toBe(249);
    expect([...COUNTRY_RULES.keys()]).toEqual([...COUNTRIES]);
    const names = new Intl.DisplayNames('en', { type: 'region' });
    for (const country of COUNTRIES) expect(names.of(country)).not.toBe(country);
  });

  it('are told from what is often written for them', () => {
    expect(countryMeantBy('UK')).toBe('GB');
    expect(countryMeantBy('EL')).toBe('GR');
    expect(countryMeantBy('QQ')).toBeUndefined();
    for (const slip of ['UK', 'EN', 'EL', 'SP', 'JA', 'KO', 'CS', 'SF', 'EI', 'YU', 'SU', 'ZR']) {
      expect(COUNTRIES.has(slip)).toBe(false);
      expect(COUNTRIES.has(countryMeantBy(slip) ?? '')).toBe(true);
    }
  });
});

describe('country rules', () => {
  it('ask for a registration number and a phone in these countries and no other', () => {
    const listed = 'AM AZ BY HU KZ KG MD RU TJ UZ UA IN BR ZA PL AE SA TR TH VN MM IQ SS VE'
      .split(' ')
      .sort();
    const asking = (what: 'registrationNumber' | 'phone') =>
      [...COUNTRY_RULES].filter(([, rules]) => rules[what] === 'required').map(([code]) => code);
    expect(asking('registrationNumber').sort()).toEqual(listed);
    expect(asking('phone').sort()).toEqual(listed);
  });

  it('ask nothing of what is no country', () => {
    expect(countryRulesOf('QQ')).toEqual({
      registrationNumber: 'optional',
      phone: 'optional',
      state: 'optional',
      states: [],
    });
  });

  it('check the form of the number in Brazil alone', () => {
    expect(isRegistrationNumberOf('BR', '123')).toBe(false);
    expect(isRegistrationNumberOf('BR', '12.ABC.345/01DE-35')).toBe(true);
    expect(isRegistrationNumberOf('HU', '123')).toBe(true);
  });
});

describe('a postal code', () => {
  it.each([
    ['BR', ['01310-100', '01310100'], ['1310-100', '01310 100', '01310-1000', 'A1310-100']],
    ['PT', ['1500-423'], ['1500423', '1500', '1500-42']],
    ['US', ['98052', '98052-8300'], ['9805', '98052-83', '98052 8300']],
    ['CA', ['K1A 0B1', 'k1a0b1'], ['D1A 0B1', 'K1A 0O1', '12345']],
    ['MX', ['06500'], ['6500', '065000']],
    ['CN', ['100080'], ['10008']],
    ['DE', ['10117'], ['1011', 'D-10117']],
    ['ES', ['28013', '52001'], ['00100', '53001', '2801']],
    ['FR', ['75008', '75 008'], ['7500']],
    [
      'GB',
      ['SW1A 1AA', 'M1 1AE', 'B338TH', 'CR2 6XH', 'gir 0aa'],
      ['SW1A 1AC', 'SW1A', '1AA SW1A'],
    ],
    ['IN', ['110001', '560 001'], ['010001', '11001']],
    ['ZA', ['8001'], ['801', '80010']],
    ['PL', ['00-950'], ['00950', '0-950']],
    ['TR', ['06100'], ['6100']],
  ])('of %s has its form', (country, right, wrong) => {
    for (const code of right) expect([code, isPostalCodeOf(country, code)]).toEqual([code, true]);
    for (const code of wrong) expect([code, isPostalCodeOf(country, code)]).toEqual([code, false]);
    expect(isPostalCodeOf(country, countryRulesOf(country).postalCode?.example ?? '')).toBe(true);
  });

  it('is anything where none is checked', () => {
    expect(isPostalCodeOf('AE', 'P.O. Box 5')).toBe(true);
    expect(isPostalCodeOf('IE', 'D02 AF30')).toBe(true);
  });
});

describe('states', () => {
  it.each([
    ['AE', 7],
    ['BR', 27],
    ['CA', 13],
    ['CN', 34],
    ['DE', 16],
    ['IN', 36],
    ['MX', 32],
    ['PL', 16],
    ['PT', 20],
    ['TR', 81],
    ['US', 57],
    ['ZA', 9],
  ])('of %s are %d, each with a code of its own and a name', (country, count) => {
    const { states } = countryRulesOf(country);
    expect(states).toHaveLength(count);
    expect(new Set(states.map(({ code }) => code)).size).toBe(count);
    for (const { code, name } of states) expect(`${code} ${name}`).toMatch(/^[A-Z0-9]{1,3} \S/);
  });

  it('are known wherever an address must name one', () => {
    const asking = [...COUNTRY_RULES].filter(([, { state }]) => state === 'required');
    expect(asking.map(([code]) => code)).toEqual(['AE', 'BR', 'CA', 'CN', 'IN', 'MX', 'US']);
    for (const [, { states }] of asking) expect(states).not.toEqual([]);
  });

  it('are named by code or by name, whatever the case and the accents', () => {
    for (const state of ['SP', 'sp', 'BR-SP', 'São Paulo', 'SAO PAULO']) {
      expect(isStateOf('BR', state)).toBe(true);
    }
    expect(isStateOf('IN', 'Maharashtra')).toBe(true);
    expect(isStateOf('ZA', 'KwaZulu-Natal')).toBe(true);
    for (const state of ['XX', 'US-SP', 'Paulo', '']) expect(isStateOf('BR', state)).toBe(false);
    expect(isStateOf('NZ', 'anything')).toBe(true);
  });
});

describe('what a customer breaks of its country', () => {
  const customer: CountryFacts = { country: 'BR', phoneIsValid: true, address: {} };

  it('is told all at once, with the form that is expected and nothing that was written', () => {
    const broken = brokenCountryRules({
      country: 'BR',
      registrationNumber: 'Canary-1',
      phone: 'Canary-2',
      phoneIsValid: false,
      address: { state: 'Canary-3', postalCode: 'Canary-4' },
    });
    expect(broken.map(({ code, pointer }) => [code, pointer])).toEqual([
      ['registration-number-invalid', '/registrationNumber'],
      ['phone-invalid', '/phone'],
      ['state-unknown', '/address/state'],
      ['postal-code-invalid', '/address/postalCode'],
    ]);
    expect(JSON.stringify(broken)).not.toContain('Canary');
    expect(broken[2]?.detail).toContain('AC or Acre');
    expect(broken[3]?.detail).toContain('01310-100');
  });

  it('includes what is missing', () => {
    expect(brokenCountryRules(customer).map(({ code }) => code)).toEqual([
      'registration-number-required',
      'phone-required',
      'state-required',
      'postal-code-required',
    ]);
    expect(brokenCountryRules({ ...customer, country: 'NZ' })).toEqual([]);
  });

  it('is the country alone where there is none such, with the one that was meant', () => {
    const [unknown, ...others] = brokenCountryRules({ ...customer, country: 'UK' });
    expect(unknown).toMatchObject({ code: 'country-unknown', pointer: '/country' });
    expect(unknown?.detail).toContain('Did you mean GB?');
    expect(others).toEqual([]);
    expect(brokenCountryRules({ ...customer, country: 'QQ' })[0]?.detail).not.toContain('mean');
  });
});

describe('a CNPJ', () => {
  it.each([
    ['the published alphanumeric example', '12.ABC.345/01DE-35'],
    ['the same without punctuation', '12ABC34501DE35'],
    ['the same in small letters', '12abc34501de35'],
    ['a numeric one', '00.000.000/0001-91'],
    ['a numeric one without punctuation', '11222333000181'],
  ])('is right: %s', (_what, text) => {
    expect(isCnpj(text)).toBe(true);
  });

  it.each([
    ['a wrong first check digit', '12.ABC.345/01DE-45'],
    ['a wrong second check digit', '12.ABC.345/01DE-36'],
    ['two characters swapped', '21ABC34501DE35'],
    ['letters as check digits', '12ABC34501DE3A'],
    ['zeros alone', '00000000000000'],
    ['one character short', '1122233300018'],
    ['one character long', '112223330001810'],
    ['a letter outside A-Z', '12ÁBC34501DE35'],
    ['nothing', ''],
  ])('is wrong: %s', (_what, text) => {
    expect(isCnpj(text)).toBe(false);
  });

  it('has a check digit of 0 where the remainder is below 2', () => {
    expect(isCnpj('11444777000161')).toBe(true);
    expect(isCnpj('00000000000604')).toBe(true);
  });
});

describe('market regions', () => {
  it('join the European Union, the EFTA and the United Kingdom', () => {
    expect(MARKET_REGIONS.get('EU/EFTA')).toHaveLength(32);
    for (const country of ['DE', 'PT', 'NO', 'CH', 'GB']) {
      expect(marketRegionOf(country)).toBe('EU/EFTA');
    }
  });

  it('join the United States and their outlying islands', () => {
    expect(marketRegionOf('UM')).toBe(marketRegionOf('US'));
  });

  it('leave every other country to itself', () => {
    expect(marketRegionOf('BR')).toBe('BR');
    expect(marketRegionOf('CA')).not.toBe(marketRegionOf('US'));
  });

  it('name each country once', () => {
    const countries = [...MARKET_REGIONS.values()].flat();
    expect(new Set(countries).size).toBe(countries.length);
  });
});
