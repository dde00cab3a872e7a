import { describe, expect, it } from '@jest/globals';
import { COUNTRIES } from '@tierbook/domain';
import { countryAnswer, countryRows } from './country-rules';

describe('country rules as they are answered', () => {
  it('name every country in both languages', () => {
    const rows = countryRows();
    expect(rows.map(({ code }) => code)).toEqual([...COUNTRIES]);
    expect(rows.find(({ code }) => code === 'DE')).toEqual({
      code: 'DE',
      names: { en: 'Germany', 'pt-BR': 'Alemanha' },
      marketRegion: 'EU/EFTA',
    });
  });

  it('say all that a country asks', () => {
    const { state, ...others } = countryAnswer('BR');
    expect(others).toEqual({
      code: 'BR',
      names: { en: 'Brazil', 'pt-BR': 'Brasil' },
      marketRegion: 'BR',
      registrationNumber: { required: true, form: 'cnpj' },
      phone: {
        required: true,
        callingCode: '+55',
        nationalLengths: [8, 9, 10, 11],
        example: expect.stringMatching(/^\+55 /),
      },
      postalCode: { pattern: '\\d{5}-?\\d{3}', example: '01310-100' },
    });
    expect(state.required).toBe(true);
    expect(state.states).toContainEqual({ code: 'SP', name: 'São Paulo' });
  });

  it('say so where a country asks nothing', () => {
    expect(countryAnswer('AQ')).toMatchObject({
      registrationNumber: { required: false, form: null },
      phone: { required: false, callingCode: null, nationalLengths: null, example: null },
      state: { required: false, states: [] },
      postalCode: null,
    });
  });

  it('are not found for what is no country, and say which was meant', () => {
    expect(() => countryAnswer('UK')).toThrow(/Did you mean GB/);
    expect(() => countryAnswer('QQ')).toThrow(/no such country/);
  });
});
