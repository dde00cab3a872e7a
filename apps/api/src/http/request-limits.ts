import { organisationIdOf, type Principal } from '@tierbook/identity';
import type { RateLimitSettings } from '@tierbook/platform';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ProblemError } from './problems';
import { RateLimit } from './rate-limit';

/** Seconds' worth of requests that may come at once. */
const BURST_SECONDS = 2;
/** Somebody who tries again a few times with an old token is no attacker. */
const BURST_SECONDS_OF_REFUSED_TOKENS = 10;

/**
 * How many requests are taken: of one address before anything of them is read, of one caller once it is
 * named, and of one address whose tokens are refused before the next one is verified.
 */
export class RequestLimits {
  private readonly addresses: RateLimit;
  private readonly callers: RateLimit;
  private readonly refusedTokens: RateLimit;

  constructor({ perAddress, perCaller, refusedTokens }: RateLimitSettings) {
    this.addresses = limitOf(perAddress, BURST_SECONDS);
    this.callers = limitOf(perCaller, BURST_SECONDS);
    this.refusedTokens = limitOf(refusedTokens, BURST_SECONDS_OF_REFUSED_TOKENS);
  }

  /** Refuses requests beyond the limit of their address, before their bodies are read. */
  holdAddresses(fastify: FastifyInstance): void {
    fastify.addHook('onRequest', (request, _reply, done) => {
      const waitMs = this.addresses.take(networkOf(request));
      done(waitMs === 0 ? undefined : tooMany(waitMs, 'from this address'));
    });
  }

  /** @throws ProblemError `too-many-requests` beyond the caller's limit. */
  holdCaller(principal: Principal): void {
    const waitMs = this.callers.take(`${organisationIdOf(principal)}/${principal.id}`);
    if (waitMs > 0) throw tooMany(waitMs, 'of this caller');
  }

  /**
   * Runs what verifies a token or a secret that is not known yet, and counts it where it is refused.
   * @throws ProblemError `too-many-requests` where this address was refused too often.
   */
  async whileFewAreRefused<T>(request: FastifyRequest, verify: () => Promise<T>): Promise<T> {
    const network = networkOf(request);
    const waitMs = this.refusedTokens.wait(network);
    if (waitMs > 0) throw tooMany(waitMs, 'with a refused token or secret, from this address');
    try {
      return await verify();
    } catch (error) {
      this.refusedTokens.take(network);
      throw error;
    }
  }
}

function limitOf(perSecond: number, burstSeconds: number): RateLimit {
  return new RateLimit({ perSecond, burst: perSecond * burstSeconds });
}

function tooMany(waitMs: number, whose: string): ProblemError {
  const seconds = Math.ceil(waitMs / 1_000);
  return new ProblemError(
    'too-many-requests',
    `Too many requests ${whose}.`,
    undefined,
    Math.max(seconds, 1),
  );
}

const MAPPED_IPV4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;
const GROUPS_OF_A_NETWORK = 4;

/** The address, of IPv6 its network: whoever has one address of a network has 2^64 of them (RFC 4291, 2.5.1). */
export function networkOf({ ip }: Pick<FastifyRequest, 'ip'>): string {
  if (!ip.includes(':')) return ip;
  const mapped = MAPPED_IPV4.exec(ip)?.[1];
  if (mapped !== undefined) return mapped;
  const [head = '', tail] = ip.split('::');
  const first = head === '' ? [] : head.split(':');
  const last = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: Math.max(0, 8 - first.length - last.length) }, () => '0');
  return [...first, ...zeros, ...last].slice(0, GROUPS_OF_A_NETWORK).join(':');
}
