import { describe, expect, it } from '@jest/globals';
import { COUNTRIES } from '@tierbook/domain';
import { isPhoneNumber } from './phone';

describe('a phone number', () => {
  it.each([
    ['+55 11 5555-0100', 'BR'],
    ['(11) 91234-5678', 'BR'],
    ['+351 211 234 567', 'BR'],
    ['212 345 678', 'PT'],
    ['030 1234567', 'DE'],
    ['020 7946 0018', 'GB'],
  ])('%s is one in %s', (text, country) => {
    expect(isPhoneNumber(text, country)).toBe(true);
  });

  it.each([
    ['11 5555', 'BR'],
    ['234-5678', 'BR'],
    ['+55 11 5555-01000000', 'BR'],
    ['+999 123456789', 'BR'],
    ['call me', 'DE'],
    ['', 'DE'],
  ])('%j is none in %s', (text, country) => {
    expect(isPhoneNumber(text, country)).toBe(false);
  });

  it('that is absent is not wrong', () => {
    expect(isPhoneNumber(undefined, 'BR')).toBe(true);
  });

  it('may be international in every country, and where there is none such', () => {
    for (const country of [...COUNTRIES, 'QQ']) {
      expect(isPhoneNumber('+55 11 5555-0100', country)).toBe(true);
    }
  });
});
