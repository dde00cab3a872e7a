import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fold } from './fold-text';

describe('fold', () => {
  it.each([
    ['São João', 'sao joao'],
    ['AÇÃO ÀS Pressas', 'acao as pressas'],
    ['Über', 'uber'],
    ['İzmir', 'izmir'],
    ['a\0b', 'ab'],
    ['\ud800x', '\ufffdx'],
    ['', ''],
  ])('%j is %j', (text, folded) => {
    expect(fold(text)).toBe(folded);
  });

  it('changes nothing when done again, and not with how accents are written', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(fold(fold(text))).toBe(fold(text));
        expect(fold(text.normalize('NFD'))).toBe(fold(text.normalize('NFC')));
      }),
    );
  });
});
