import { applyDecorators, SetMetadata } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { ServiceAccounts } from '@tierbook/application';
import type { AccessTokens, Principal } from '@tierbook/identity';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { checkCorrelationId, setPrincipal } from './request';
import type { RequestLimits } from './request-limits';

/** Marks routes that anybody may call. */
export const PUBLIC = 'tierbook:public';

/** For routes that anybody may call; below /v1 it stands at the method. */
export const Public = (): MethodDecorator & ClassDecorator =>
  applyDecorators(SetMetadata(PUBLIC, true), RouteConfig({ [PUBLIC]: true }));

const BEARER = /^Bearer ([^\s]+)$/i;

/**
 * Names the caller of everything below /v1 by its bearer token (RFC 6750), before anything else of the
 * request is looked at, its body too. What it may do is decided where things are done.
 */
export function authenticateCallers(
  fastify: FastifyInstance,
  accessTokens: AccessTokens,
  limits: RequestLimits,
  services: ServiceAccounts,
): void {
  const verified = (request: FastifyRequest, token: string | undefined) => {
    const verify = () => accessTokens.verify(token);
    // Who forgets its token costs nothing.
    return token === undefined ? verify() : limits.whileFewAreRefused(request, verify);
  };
  fastify.addHook('onRequest', (request, _reply, done) => {
    if (!needsToken(request)) {
      done();
      return;
    }
    const named = (principal: Principal) => {
      setPrincipal(request, principal);
      limits.holdCaller(principal);
      checkCorrelationId(request);
      if (principal.kind !== 'service') {
        done();
        return;
      }
      services.check(principal).then(() => {
        done();
      }, done);
    };
    try {
      const token = tokenOf(request);
      const known = token === undefined ? undefined : accessTokens.known(token);
      if (known !== undefined) named(known);
      else verified(request, token).then(named).catch(done);
    } catch (error) {
      done(error as Error);
    }
  });
}

/** The bearer token that came with the request. */
export function tokenOf({ headers }: FastifyRequest): string | undefined {
  return BEARER.exec(headers.authorization ?? '')?.[1];
}

/**
 * Whether the token that a request came with still names its caller, and its service was not revoked: a long
 * answer outlives it otherwise.
 */
export async function stillHolds(
  request: FastifyRequest,
  accessTokens: AccessTokens,
  services: ServiceAccounts,
): Promise<boolean> {
  const token = tokenOf(request);
  try {
    const known = token === undefined ? undefined : accessTokens.known(token);
    const principal = known ?? (await accessTokens.verify(token));
    if (principal.kind === 'service') await services.check(principal);
    return true;
  } catch {
    return false;
  }
}

/** By the route that was met, never by the address as it was written. */
function needsToken({ routeOptions: { url, config } }: FastifyRequest): boolean {
  const isPublic = PUBLIC in config && config[PUBLIC] === true;
  return url?.startsWith('/v1/') === true && !isPublic;
}
