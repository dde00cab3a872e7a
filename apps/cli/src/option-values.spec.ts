import { describe, expect, it } from '@jest/globals';
import { lineOf, UsageError } from './errors';
import { hours, oneOf, wholeNumber } from './option-values';

describe('option values', () => {
  it('are whole numbers within their bounds', () => {
    expect(wholeNumber('--limit', '1', 1, 10)).toBe(1);
    expect(wholeNumber('--limit', '10', 1, 10)).toBe(10);
    for (const text of ['0', '11', '-1', '1.5', '1e1', '0x1', '', ' 1', '9'.repeat(20)]) {
      expect(() => wholeNumber('--limit', text, 1, 10)).toThrow(UsageError);
    }
    expect(() => wholeNumber('--limit', 'x', 1, 10)).toThrow(
      "--limit is 'x': give a whole number from 1 to 10.",
    );
  });

  it('are hours above 0', () => {
    expect(hours('--hours', '0.5', 24)).toBe(0.5);
    expect(hours('--hours', '24', 24)).toBe(24);
    for (const text of ['0', '24.1', '-1', 'one', '']) {
      expect(() => hours('--hours', text, 24)).toThrow(UsageError);
    }
  });

  it('are one of a few words', () => {
    expect(oneOf('--role', 'b', ['a', 'b'])).toBe('b');
    expect(() => oneOf('--role', 'c', ['a', 'b'])).toThrow("--role is 'c': give one of a, b.");
  });
});

describe('lineOf', () => {
  it('is one line', () => {
    expect(lineOf(new Error('first\n  second\n'))).toBe('first second');
    expect(lineOf(new Error(''))).not.toBe('');
    expect(lineOf('text')).toBe('text');
  });
});
