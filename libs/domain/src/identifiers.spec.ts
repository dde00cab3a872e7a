import { describe, expect, it } from '@jest/globals';
import { parseDomainPrefix, parsePartnerId } from './identifiers';

describe('a domain prefix', () => {
  it.each([
    ['contoso', 'contoso'],
    ['Contoso2', 'contoso2'],
    ['7', '7'],
    ['a'.repeat(63), 'a'.repeat(63)],
  ])('%s is kept as %s', (text, kept) => {
    expect(parseDomainPrefix(text)).toBe(kept);
  });

  it.each([
    '',
    'a'.repeat(64),
    'con-toso',
    'con toso',
    'contoso.com',
    'contoso\n',
    'café',
    '\u212A',
    '٣',
  ])('%j is none', (text) => {
    expect(parseDomainPrefix(text)).toBeNull();
  });
});

describe('a partner id', () => {
  it.each(['1', '4711', '9'.repeat(20)])('%s is one', (text) => {
    expect(parsePartnerId(text)).toBe(text);
  });

  it.each(['', '0', '0123', '1'.repeat(21), '12a', '1 2', '-1', '1\n', '٣'])(
    '%j is none',
    (text) => {
      expect(parsePartnerId(text)).toBeNull();
    },
  );
});
