import { createHmac, createPrivateKey, generateKeyPairSync, type JsonWebKey } from 'node:crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { SignJWT, type JWTPayload } from 'jose';
import { AccessTokenError, AccessTokens, MAX_TOKEN_AGE_SECONDS } from './access-tokens';
import type { Principal } from './principal';

const START = Date.parse('2026-01-02T03:04:05.000Z');
const START_SECONDS = START / 1_000;
const newJwk = (): JsonWebKey =>
  generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
const K1 = newJwk();
const K2 = newJwk();
const agent: Principal = {
  kind: 'agent',
  id: 'agent-1',
  organisation: { kind: 'provider', id: 'provider-1' },
  role: 'admin-agent',
};
const operator: Principal = {
  kind: 'operator',
  id: 'operator-1',
  organisation: { kind: 'operator' },
  role: 'operator',
};

describe('AccessTokens', () => {
  let now: number;
  const service = (changes: Partial<ConstructorParameters<typeof AccessTokens>[0]> = {}) =>
    new AccessTokens({
      keys: { current: 'k1', keys: new Map([['k1', K1]]) },
      issuer: 'https://tierbook.example',
      audience: 'tierbook-api',
      clock: { now: () => new Date(now) },
      ...changes,
    });
  let tokens: AccessTokens;
  beforeEach(() => {
    now = START;
    tokens = service();
  });

  const codeOf = async (token: string | undefined, verifier = tokens): Promise<string> => {
    try {
      await verifier.verify(token);
    } catch (error) {
      if (!(error instanceof AccessTokenError)) throw error;
      if (token) expect(error.message).not.toContain(token);
      return error.code;
    }
    return 'accepted';
  };

  it.each([agent, operator])('names whom it was signed for: $id', async (principal) => {
    const token = await tokens.sign(principal, 3_600);
    expect(await tokens.verify(token)).toEqual(principal);
    expect(await service().verify(token)).toEqual(principal);
  });

  it('answers at once for a token that it verified before', async () => {
    const token = await tokens.sign(agent, 3_600);
    expect(tokens.known(token)).toBeUndefined();
    await tokens.verify(token);
    expect(tokens.known(token)).toEqual(agent);
  });

  it('ends with its lifetime, remembered or not', async () => {
    const token = await tokens.sign(agent, 60);
    now += 59_999;
    expect(await tokens.verify(token)).toEqual(agent);
    now += 1;
    expect(await codeOf(token)).toBe('token-expired');
    expect(await codeOf(token, service())).toBe('token-expired');
  });

  it('signs for no longer than a token may be old', () => {
    expect(() => tokens.sign(agent, MAX_TOKEN_AGE_SECONDS + 1)).toThrow(RangeError);
    expect(() => tokens.sign(agent, NaN)).toThrow(RangeError);
  });

  it('verifies what a former key signed, and signs with the current one', async () => {
    const token = await tokens.sign(agent, 60);
    const rotated = service({
      keys: {
        current: 'k2',
        keys: new Map([
          ['k1', K1],
          ['k2', K2],
        ]),
      },
    });
    expect(await rotated.verify(token)).toEqual(agent);
    expect(await codeOf(await rotated.sign(agent, 60))).toBe('token-key-unknown');
  });

  it('refuses to start without its current key', () => {
    expect(() => service({ keys: { current: 'k9', keys: new Map([['k1', K1]]) } })).toThrow(/k9/);
  });

  it.each([
    ['token-missing', undefined],
    ['token-missing', ''],
    ['token-malformed', 'abc'],
    ['token-malformed', 'a.b.c'],
    ['token-malformed', `${'a'.repeat(5_000)}.b.c`],
    ['token-malformed', '\u0000.\ud800.é'],
  ])('says %s for %j', async (code, token) => {
    expect(await codeOf(token)).toBe(code);
  });

  describe('says of a token what is wrong with it, of', () => {
    const header = { alg: 'EdDSA', typ: 'at+jwt', kid: 'k1' };
    const claims: JWTPayload = {
      iss: 'https://tierbook.example',
      aud: 'tierbook-api',
      sub: 'agent-1',
      iat: START_SECONDS,
      exp: START_SECONDS + 60,
      kind: 'agent',
      organisation: { kind: 'provider', id: 'provider-1' },
      role: 'admin-agent',
    };
    const signed = (payload: JWTPayload, protectedHeader: object = header, key = K1) =>
      new SignJWT(payload)
        .setProtectedHeader({ ...header, ...protectedHeader })
        .sign(createPrivateKey({ key, format: 'jwk' }));
    const without = (claim: string) =>
      Object.fromEntries(Object.entries(claims).filter(([name]) => name !== claim));

    it('nothing that is as it should be', async () => {
      expect(await codeOf(await signed(claims))).toBe('accepted');
    });

    it.each([
      ['another issuer', { ...claims, iss: 'https://elsewhere.example' }],
      ['no issuer', without('iss')],
      ['another audience', { ...claims, aud: 'elsewhere' }],
      ['no audience', without('aud')],
    ])('%s', async (_, payload) => {
      expect(await codeOf(await signed(payload))).toBe('token-audience-wrong');
    });

    it.each([
      ['a token that never expires', without('exp')],
      ['a token without its time of issue', without('iat')],
      ['a token without a subject', without('sub')],
      ['a token without a role', without('role')],
      ['a role of another organisation', { ...claims, role: 'operator' }],
    ])('%s', async (_, payload) => {
      expect(await codeOf(await signed(payload))).toBe('token-invalid');
    });

    it.each([
      ['a time of issue in the future', { ...claims, iat: START_SECONDS + 3_600 }],
      ['a beginning in the future', { ...claims, nbf: START_SECONDS + 3_600 }],
    ])('%s, with a code of its own', async (_, payload) => {
      expect(await codeOf(await signed(payload))).toBe('token-not-yet-valid');
    });

    it('a token of a time that the clock went back before, remembered or not', async () => {
      const token = await tokens.sign(agent, 3_600);
      await tokens.verify(token);
      now -= 3_600_000;
      expect(tokens.known(token)).toBeUndefined();
      expect(await codeOf(token)).toBe('token-not-yet-valid');
      now = START;
      expect(await codeOf(token)).toBe('accepted');
    });

    it.each([
      ['another type of token', 'token-audience-wrong', { typ: 'JWT' }, K1],
      ['an unknown key', 'token-key-unknown', { kid: 'k9' }, K1],
      ['no key id', 'token-key-unknown', { kid: undefined }, K1],
      ['a signature by another key', 'token-invalid', {}, K2],
      ['a signature by another key, for another audience', 'token-invalid', { typ: 'JWT' }, K2],
    ])('%s', async (_, code, protectedHeader, key) => {
      expect(await codeOf(await signed(claims, protectedHeader, key))).toBe(code);
    });

    it.each(['none', 'HS256'])('the algorithm %s', async (alg) => {
      const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
      const content = `${encode({ ...header, alg })}.${encode(claims)}`;
      // The old trick: the public key's bytes as the HMAC's key.
      const forged = createHmac('sha256', Buffer.from(String(K1.x), 'base64url'));
      const signature = alg === 'none' ? '' : forged.update(content).digest('base64url');
      expect(await codeOf(`${content}.${signature}`)).toBe('token-algorithm-refused');
    });

    it('a changed payload', async () => {
      const [head = '', , signature = ''] = (await tokens.sign(agent, 60)).split('.');
      const other = (await tokens.sign(operator, 60)).split('.')[1] ?? '';
      expect(await codeOf(`${head}.${other}.${signature}`)).toBe('token-invalid');
    });
  });

  it('takes no token older than the limit, whatever it says of itself', async () => {
    const old = await new SignJWT({ ...agent })
      .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid: 'k1' })
      .setIssuer('https://tierbook.example')
      .setAudience('tierbook-api')
      .setSubject('agent-1')
      .setIssuedAt(START_SECONDS)
      .setExpirationTime(START_SECONDS + 10 * MAX_TOKEN_AGE_SECONDS)
      .sign(createPrivateKey({ key: K1, format: 'jwk' }));
    expect(await codeOf(old)).toBe('accepted');
    now += MAX_TOKEN_AGE_SECONDS * 1_000 + 1_000;
    expect(await codeOf(old)).toBe('token-expired');
    expect(await codeOf(old, service())).toBe('token-expired');
  });
});
