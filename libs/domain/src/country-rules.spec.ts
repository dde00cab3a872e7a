import { describe, expect, it } from '@jest/globals';
import { isCnpj } from './cnpj';
import { COUNTRY_RULES, countryRulesOf, isRegistrationNumberOf } from './country-rules';
import { MARKET_REGIONS, marketRegionOf } from './market-regions';

describe('country rules', () => {
  it('ask for a registration number and a phone in these countries and no other', () => {
    const listed = 'AM AZ BY HU KZ KG MD RU TJ UZ UA IN BR ZA PL AE SA TR TH VN MM IQ SS VE'
      .split(' ')
      .sort();
    expect([...COUNTRY_RULES.keys()].sort()).toEqual(listed);
    for (const country of listed) {
      expect(countryRulesOf(country)).toMatchObject({
        registrationNumber: 'required',
        phone: 'required',
      });
    }
    expect(countryRulesOf('DE')).toEqual({ registrationNumber: 'optional', phone: 'optional' });
  });

  it('check the form of the number in Brazil alone', () => {
    expect(isRegistrationNumberOf('BR', '123')).toBe(false);
    expect(isRegistrationNumberOf('BR', '12.ABC.345/01DE-35')).toBe(true);
    expect(isRegistrationNumberOf('HU', '123')).toBe(true);
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
