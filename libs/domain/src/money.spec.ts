import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AMOUNT, amountOf, isAmount, millionthsOf, shareOf, times } from './money';

describe('an amount', () => {
  it.each(['0', '0.1', '12.50', '999999999999.999999'])('is decimal text such as %s', (text) => {
    expect(text).toMatch(AMOUNT);
  });

  it.each([
    '',
    '-1',
    '+1',
    '01',
    '1.',
    '.5',
    '1e3',
    '1,5',
    '1.0000001',
    '1000000000000',
    ' 1',
    '1\n',
  ])('is not %j', (text) => {
    expect(text).not.toMatch(AMOUNT);
    expect(() => millionthsOf(text)).toThrow(TypeError);
  });

  it.each([
    ['0.10', 3, '0.30'],
    ['12.50', 0, '0.00'],
    ['19.99', 300, '5997.00'],
    ['0.000001', 1_000_000, '1.00'],
    ['1.005', 2, '2.01'],
    ['0.125', 1, '0.125'],
    ['999999999999.99', 1_000_000, '999999999999990000.00'],
  ])('of %s, %d times, is %s', (amount, count, product) => {
    expect(times(amount, count)).toBe(product);
  });

  it('is no number', () => {
    expect(isAmount('62.5')).toBe(true);
    expect(isAmount(62.5)).toBe(false);
  });

  it('is shared rounding half up', () => {
    expect(shareOf(10n, 1n, 4n)).toBe(3n);
    expect(shareOf(10n, 1n, 3n)).toBe(3n);
    expect(shareOf(31_000_000n, 31n, 31n)).toBe(31_000_000n);
  });

  it('is the same number as text and in millionths', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 18n - 1n }), (millionths) => {
        expect(millionthsOf(amountOf(millionths))).toBe(millionths);
      }),
    );
  });
});
