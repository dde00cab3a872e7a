import { applyDecorators, SetMetadata } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import { PUBLIC } from './bearer';
import { ProblemError, type ProblemCode, type ProblemDetails } from './problems';

const OAUTH = 'tierbook:oauth';

/** For the endpoint that OAuth describes: it takes forms, from anybody, and says errors as RFC 6749 does. */
export const OAuthRoute = (): MethodDecorator =>
  applyDecorators(SetMetadata(PUBLIC, true), RouteConfig({ [PUBLIC]: true, [OAUTH]: true }));

/** By the route that was met. */
export function isOAuth({ routeOptions: { config } }: FastifyRequest): boolean {
  return OAUTH in config && config[OAUTH] === true;
}

/**
 * The parameters of a form.
 * @throws ProblemError `token-request-invalid` for one that comes twice (RFC 6749, section 3.2).
 */
export function formOf(text: string): Readonly<Record<string, string>> {
  const parameters = [...new URLSearchParams(text)];
  const names = new Set(parameters.map(([name]) => name));
  if (names.size === parameters.length) return Object.fromEntries(parameters);
  throw new ProblemError('token-request-invalid', 'A parameter comes twice.');
}

/** Error codes of RFC 6749, section 5.2; every other refusal is an invalid request. */
const ERRORS: Readonly<Partial<Record<ProblemCode, string>>> = {
  'client-invalid': 'invalid_client',
  'grant-type-unsupported': 'unsupported_grant_type',
  'scope-invalid': 'invalid_scope',
};

/** The problem with the members that RFC 6749 has clients look for, in the characters that it allows. */
export function oauthError(problem: ProblemDetails): object {
  const description = problem.detail.replaceAll(/["\\]|[^\x20-\x7e]/g, "'");
  const error = ERRORS[problem.code] ?? 'invalid_request';
  return { error, error_description: description, ...problem };
}
