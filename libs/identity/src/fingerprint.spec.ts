import { createHmac, randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { Fingerprints } from './fingerprint';

const K1 = randomBytes(32);
const K2 = randomBytes(32);
const before = new Fingerprints({ current: 'k1', keys: new Map([['k1', K1]]) });
const rotated = new Fingerprints({
  current: 'k2',
  keys: new Map([
    ['k1', K1],
    ['k2', K2],
  ]),
});

const NAME = 'change-quantity';
const PATH = '/v1/customers/c/subscriptions/s/quantity';
const BODY = { quantity: 5, note: 'a' };

describe('Fingerprints', () => {
  it('is HMAC-SHA256 over the canonical form of name, path and body', () => {
    const text = `["${NAME}","${PATH}",{"note":"a","quantity":5}]`;
    const mac = createHmac('sha256', K1).update(text).digest('base64url');
    expect(before.fingerprint(NAME, PATH, BODY)).toEqual({ kid: 'k1', mac });
  });

  it('knows the same command again, however its members are ordered', () => {
    const recorded = before.fingerprint(NAME, PATH, BODY);
    expect(before.verify(recorded, NAME, PATH, { note: 'a', quantity: 5 })).toBe(true);
  });

  it.each<[string, [string, string, typeof BODY | undefined | null]]>([
    ['body', [NAME, PATH, { ...BODY, quantity: 6 }]],
    ['path', [NAME, `${PATH}x`, BODY]],
    ['name', ['order-subscription', PATH, BODY]],
    ['missing body', [NAME, PATH, undefined]],
    ['null for a body', [NAME, PATH, null]],
  ])('tells another %s', (_, [name, path, body]) => {
    expect(before.verify(before.fingerprint(NAME, PATH, BODY), name, path, body)).toBe(false);
  });

  it('tells no body from a null one', () => {
    expect(before.fingerprint(NAME, PATH, undefined)).not.toEqual(
      before.fingerprint(NAME, PATH, null),
    );
  });

  it('verifies what a former key recorded, and records with the current one', () => {
    const recorded = before.fingerprint(NAME, PATH, BODY);
    expect(rotated.verify(recorded, NAME, PATH, BODY)).toBe(true);
    expect(rotated.verify(recorded, NAME, PATH, { ...BODY, quantity: 6 })).toBe(false);
    expect(rotated.fingerprint(NAME, PATH, BODY).kid).toBe('k2');
  });

  it('says so when a key in use was dropped, rather than that the command differs', () => {
    const recorded = rotated.fingerprint(NAME, PATH, BODY);
    expect(() => before.verify(recorded, NAME, PATH, BODY)).toThrow(/fingerprint key 'k2'/);
  });
});
