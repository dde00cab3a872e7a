import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MacKey } from './mac';

describe('MacKey', () => {
  it.each([
    [
      '0b'.repeat(20),
      'Hi There',
      'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
    ],
    [
      Buffer.from('Jefe').toString('hex'),
      'what do ya want for nothing?',
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    ],
  ])('makes the MAC of RFC 4231 under key %s', (key, text, expected) => {
    const mac = new MacKey(Buffer.from(key, 'hex')).mac(text);
    expect(Buffer.from(mac, 'base64url').toString('hex')).toBe(expected);
  });

  it("makes the MAC that Node's Hmac makes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.string({ unit: 'binary' }), (key, text) => {
        const expected = createHmac('sha256', key).update(text).digest('base64url');
        expect(new MacKey(key).mac(text)).toBe(expected);
      }),
    );
  });

  it('takes no key that would have to be hashed first', () => {
    expect(() => new MacKey(new Uint8Array(65))).toThrow('at most 64 bytes, not 65');
  });
});
