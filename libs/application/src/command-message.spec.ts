import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { v5 as uuidv5 } from 'uuid';
import { deriveId } from './command-message';

it('derives the UUIDv5 of its parts in the namespace that never changes', () => {
  const namespace = '6f1d5c0e-3a52-5d1b-9c53-7b8f0f6a2d11';
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' })), (parts) => {
      expect(deriveId(...parts)).toBe(uuidv5(JSON.stringify(parts), namespace));
    }),
  );
});

it('tells parts apart', () => {
  expect(deriveId('a', 'b')).not.toBe(deriveId('ab'));
  expect(deriveId('a', 'b')).not.toBe(deriveId('a,b'));
});
