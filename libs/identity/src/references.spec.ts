import { describe, expect, it } from '@jest/globals';
import { References } from './references';

const references = new References(Buffer.alloc(32, 7));
const key = references.emailKey('Ana@Revenda.example');

describe('the key of an e-mail address', () => {
  it('tells nothing of the address', () => {
    expect(key).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(Buffer.from(key, 'base64url').toString()).not.toContain('ana');
  });

  it('is the same for the same address in whatever case', () => {
    for (const email of ['ana@revenda.example', 'ANA@REVENDA.EXAMPLE', ' ana@revenda.example ']) {
      expect(references.emailKey(email)).toBe(key);
    }
  });

  it('is another one for another address, and under another key', () => {
    expect(references.emailKey('ana@revenda.example.org')).not.toBe(key);
    expect(new References(Buffer.alloc(32, 8)).emailKey('ana@revenda.example')).not.toBe(key);
  });
});
