import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fold } from './fold-text';

describe('fold', () => {
  it.each([
    ['São João', 'sao joao'],
    ['AÇÃO ÀS Pressas', 'acao as pressas'],
    ['Über', 'uber'],
    ['Cartório do 1º Ofício, 2ª Vara', 'cartorio do 1o oficio, 2a vara'],
    ['PÃO DE AÇÚCAR', 'pao de acucar'],
    ['Nº\u00a05', 'no 5'],
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
        expect(fold(text.normalize('NFKC'))).toBe(fold(text.normalize('NFKD')));
      }),
    );
  });
});
