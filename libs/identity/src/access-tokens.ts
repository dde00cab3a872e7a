import {
  createPrivateKey,
  createPublicKey,
  hash,
  randomUUID,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto';
import { errors, jwtVerify, SignJWT, type JWTPayload } from 'jose';
import { RecentlyUsed, type Clock } from '@tierbook/eventing';
import { parsePrincipal, type Principal } from './principal';

/** Ed25519 private keys (RFC 8037) by id. The current one signs; former ones still verify. */
export interface TokenKeys {
  readonly current: string;
  readonly keys: ReadonlyMap<string, JsonWebKey>;
}

/** Who issues the tokens and whom they are for, and how old they may be. */
export interface AccessTokenOptions {
  readonly keys: TokenKeys;
  readonly issuer: string;
  readonly audience: string;
  readonly clock: Clock;
}

export type AccessTokenErrorCode =
  | 'token-missing'
  | 'token-malformed'
  | 'token-expired'
  | 'token-not-yet-valid'
  | 'token-revoked'
  | 'token-algorithm-refused'
  | 'token-key-unknown'
  | 'token-audience-wrong'
  | 'token-invalid';

/** A bearer token was refused. The message says what to do and never holds the token. */
export class AccessTokenError extends Error {
  override readonly name = 'AccessTokenError';
  constructor(
    readonly code: AccessTokenErrorCode,
    message: string,
  ) {
    super(message);
  }
}

/** However long a token's own life, it ends so long after it was issued: 24 hours. */
export const MAX_TOKEN_AGE_SECONDS = 86_400;

const ALGORITHM = 'EdDSA';
const TYPE = 'at+jwt';
const MAX_TOKEN_LENGTH = 4_096;
const CAPACITY = 10_000;

interface Verified {
  readonly principal: Principal;
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
}

/**
 * Signs and verifies bearer tokens: JWT access tokens (RFC 9068) signed with Ed25519 and no other
 * algorithm (RFC 8725). A verified token is remembered by its SHA-256 until it expires, as a signature
 * costs many times what a hash does; the 10,000 used last are kept, and no more than 20,000.
 */
export class AccessTokens {
  private readonly signingKey: KeyObject;
  private readonly verifyingKeys: ReadonlyMap<string, KeyObject>;
  private readonly verified = new RecentlyUsed<string, Verified>(CAPACITY);

  constructor(private readonly options: AccessTokenOptions) {
    const { current, keys } = options.keys;
    const signing = keys.get(current);
    if (signing === undefined) throw new Error(`The current token key '${current}' is missing.`);
    this.signingKey = createPrivateKey({ key: signing, format: 'jwk' });
    this.verifyingKeys = new Map(
      [...keys].map(([kid, key]) => [kid, createPublicKey({ key, format: 'jwk' })]),
    );
  }

  /** A token that names `principal` for `lifetimeSeconds`, at most MAX_TOKEN_AGE_SECONDS. */
  sign(principal: Principal, lifetimeSeconds: number): Promise<string> {
    const { issuer, audience, clock, keys } = this.options;
    if (!(lifetimeSeconds > 0 && lifetimeSeconds <= MAX_TOKEN_AGE_SECONDS)) {
      throw new RangeError(
        `A token lives 1 to ${String(MAX_TOKEN_AGE_SECONDS)} seconds, not ${String(lifetimeSeconds)}.`,
      );
    }
    const issuedAt = Math.floor(clock.now().getTime() / 1_000);
    const { kind, organisation, role, credentialId } = principal;
    const ofService = credentialId === undefined ? {} : { credential: credentialId };
    return new SignJWT({ kind, organisation, role, client_id: principal.id, ...ofService })
      .setProtectedHeader({ alg: ALGORITHM, typ: TYPE, kid: keys.current })
      .setIssuer(issuer)
      .setAudience(audience)
      .setSubject(principal.id)
      .setJti(randomUUID())
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + Math.floor(lifetimeSeconds))
      .sign(this.signingKey);
  }

  /** The public keys that verify tokens (RFC 7517), those of former keys too. */
  publicKeys(): { readonly keys: readonly JsonWebKey[] } {
    const keys = [...this.verifyingKeys].map(([kid, key]) => ({
      ...key.export({ format: 'jwk' }),
      kid,
      alg: ALGORITHM,
      use: 'sig',
    }));
    return { keys };
  }

  /** Whom the token names, where it was verified before and has not ended. */
  known(token: string): Principal | undefined {
    const digest = digestOf(token);
    const known = this.verified.get(digest);
    if (known === undefined) return undefined;
    const now = this.options.clock.now().getTime();
    if (known.expiresAtMs > now && known.issuedAtMs <= now) return known.principal;
    this.verified.delete(digest);
    return undefined;
  }

  /**
   * Whom the token names.
   * @throws AccessTokenError for a token that is missing, malformed, expired, issued in the future or
   * not valid here.
   */
  async verify(token: string | undefined): Promise<Principal> {
    if (token === undefined || token === '') {
      throw new AccessTokenError(
        'token-missing',
        'Send an access token: Authorization: Bearer <token>.',
      );
    }
    if (token.length > MAX_TOKEN_LENGTH) throw malformed();
    const known = this.known(token);
    if (known !== undefined) return known;
    const verified = toVerified(await this.payloadOf(token));
    this.verified.set(digestOf(token), verified);
    return verified.principal;
  }

  private async payloadOf(token: string): Promise<JWTPayload> {
    const { issuer, audience, clock } = this.options;
    try {
      const { payload } = await jwtVerify(token, ({ kid }) => this.verifyingKey(kid), {
        algorithms: [ALGORITHM],
        typ: TYPE,
        issuer,
        audience,
        requiredClaims: ['exp', 'iat', 'sub'],
        maxTokenAge: MAX_TOKEN_AGE_SECONDS,
        currentDate: clock.now(),
      });
      return payload;
    } catch (error) {
      throw refusalOf(error);
    }
  }

  private verifyingKey(kid: string | undefined): KeyObject {
    const key = kid === undefined ? undefined : this.verifyingKeys.get(kid);
    if (key !== undefined) return key;
    throw new AccessTokenError(
      'token-key-unknown',
      'The access token names no key of this service, or one that it no longer has: get a new one.',
    );
  }
}

function toVerified(payload: JWTPayload): Verified {
  const { sub, exp = 0, iat = 0 } = payload;
  const { kind, organisation, role, credential } = payload;
  const named = parsePrincipal({ id: sub, kind, organisation, role });
  if (named === undefined) throw invalid();
  const principal = typeof credential === 'string' ? { ...named, credentialId: credential } : named;
  const expiresAt = Math.min(exp, iat + MAX_TOKEN_AGE_SECONDS);
  return { principal, issuedAtMs: iat * 1_000, expiresAtMs: expiresAt * 1_000 };
}

function refusalOf(error: unknown): unknown {
  if (error instanceof AccessTokenError) return error;
  if (error instanceof errors.JWTExpired) {
    return new AccessTokenError('token-expired', 'The access token has expired: get a new one.');
  }
  if (isOfTheFuture(error)) {
    return new AccessTokenError(
      'token-not-yet-valid',
      'The access token is of the future: the clock of who issued it, or of this service, is wrong.',
    );
  }
  if (error instanceof errors.JOSEAlgNotAllowed) {
    return new AccessTokenError(
      'token-algorithm-refused',
      `The access token is not signed by ${ALGORITHM}, and no other algorithm is taken: get a new one.`,
    );
  }
  if (isForAnother(error)) {
    return new AccessTokenError(
      'token-audience-wrong',
      'The access token is for another service, by another issuer, or no access token: get one for here.',
    );
  }
  if (error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid) return malformed();
  return error instanceof errors.JOSEError ? invalid() : error;
}

function isOfTheFuture(error: unknown): boolean {
  if (!(error instanceof errors.JWTClaimValidationFailed)) return false;
  return error.reason === 'check_failed' && (error.claim === 'iat' || error.claim === 'nbf');
}

/** Told of tokens with a good signature only. */
function isForAnother(error: unknown): boolean {
  return (
    error instanceof errors.JWTClaimValidationFailed && ['aud', 'iss', 'typ'].includes(error.claim)
  );
}

function digestOf(token: string): string {
  return hash('sha256', token, 'base64');
}

function malformed(): AccessTokenError {
  return new AccessTokenError(
    'token-malformed',
    'The access token is not a signed JWT: send it whole, as it was issued.',
  );
}

function invalid(): AccessTokenError {
  return new AccessTokenError(
    'token-invalid',
    'The access token was forged, changed, or names nobody: get a new one.',
  );
}
