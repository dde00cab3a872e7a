import { describe, expect, it } from '@jest/globals';
import { isRegistrationNumberOf } from '@tierbook/domain';
import { makeCnpj } from './cnpj';
import { Random } from './random';

describe('makeCnpj', () => {
  const numbers = Array.from({ length: 2_000 }, (_, index) => makeCnpj(new Random('cnpj', index)));

  it("makes numbers that the domain's own rule takes", () => {
    expect(numbers.filter((number) => !isRegistrationNumberOf('BR', number))).toEqual([]);
  });

  it('makes both forms, with their punctuation', () => {
    expect(numbers.every((n) => /^[0-9A-Z]{2}\.[0-9A-Z]{3}\.[0-9A-Z]{3}\/0001-\d\d$/.test(n))).toBe(
      true,
    );
    expect(numbers.some((number) => /[A-Z]/.test(number))).toBe(true);
    expect(numbers.some((number) => /^[\d./-]+$/.test(number))).toBe(true);
  });
});
