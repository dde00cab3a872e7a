import { describe, expect, it } from '@jest/globals';
import { Random } from './random';

describe('Random', () => {
  it('draws the same for the same name, and something else for another', () => {
    const draws = (...name: (string | number)[]) => {
      const random = new Random(...name);
      return Array.from({ length: 20 }, () => random.between(0, 1_000_000));
    };
    expect(draws(1, 'customer', 7)).toEqual(draws(1, 'customer', 7));
    expect(draws(1, 'customer', 7)).not.toEqual(draws(1, 'customer', 8));
    expect(draws(1, 'customer', 7)).not.toEqual(draws(2, 'customer', 7));
  });

  it('draws both bounds, and nothing beyond them', () => {
    const random = new Random('bounds');
    const drawn = new Set(Array.from({ length: 500 }, () => random.between(3, 5)));
    expect([...drawn].sort()).toEqual([3, 4, 5]);
  });

  it('fills each # with a digit', () => {
    expect(new Random('digits').digits('+55 1# 9##')).toMatch(/^\+55 1\d 9\d\d$/);
  });
});
