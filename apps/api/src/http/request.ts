import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Action, Principal } from '@tierbook/identity';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { newId } from '@tierbook/platform';
import { ProblemError, type ProblemCode } from './problems';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** What this service notes of a request, beside what came in. */
interface Notes {
  readonly requestId: string;
  readonly correlationId: string;
  principal?: Principal;
  problem?: ProblemCode;
}

const NOTES = new WeakMap<FastifyRequest, Notes>();

function notesOf(request: FastifyRequest): Notes {
  let notes = NOTES.get(request);
  if (notes === undefined) {
    const sent = request.headers['correlation-id'];
    const requestId = newId();
    notes = {
      requestId,
      correlationId: typeof sent === 'string' && UUID.test(sent) ? sent : newId(),
    };
    NOTES.set(request, notes);
  }
  return notes;
}

/** This one request's own id, which its log line and its events carry: never one that the caller chose. */
export function requestIdOf(request: FastifyRequest): string {
  return notesOf(request).requestId;
}

/** The caller's Correlation-Id, or one drawn for this request. */
export function correlationIdOf(request: FastifyRequest): string {
  return notesOf(request).correlationId;
}

/** @throws ProblemError for a Correlation-Id that is no UUID: only opaque ids go into events. */
export function checkCorrelationId(request: FastifyRequest): void {
  const sent = request.headers['correlation-id'];
  if (sent !== undefined && sent !== correlationIdOf(request)) {
    throw new ProblemError('correlation-id-invalid');
  }
}

export function setPrincipal(request: FastifyRequest, principal: Principal): void {
  notesOf(request).principal = principal;
}

export function principalIfKnown(request: FastifyRequest): Principal | undefined {
  return notesOf(request).principal;
}

/** In the configuration of a command's route: which command it takes. */
export const COMMAND = 'tierbook:command';

/** What the request is to do, where that is a command. */
export function commandIfAny({ routeOptions: { config } }: FastifyRequest): Action | undefined {
  return COMMAND in config ? (config[COMMAND] as Action) : undefined;
}

/** With which problem it was answered. */
export function noteProblem(request: FastifyRequest, problem: ProblemCode): void {
  notesOf(request).problem = problem;
}

export function problemIfAny(request: FastifyRequest): ProblemCode | undefined {
  return notesOf(request).problem;
}

/** @throws ProblemError on a route that asks for no token. */
export function principalOf(request: FastifyRequest): Principal {
  const principal = principalIfKnown(request);
  if (principal === undefined) throw new ProblemError('token-missing');
  return principal;
}

/** The path without its query, which may hold what a search was for. */
export function pathOf(request: FastifyRequest): string {
  const query = request.url.indexOf('?');
  return query < 0 ? request.url : request.url.slice(0, query);
}

/** A request and its answer. */
export interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** Gives a controller's method the request and the answer under way. */
export const HttpExchange = createParamDecorator(
  (_: unknown, context: ExecutionContext): Exchange => {
    const http = context.switchToHttp();
    return {
      request: http.getRequest<FastifyRequest>(),
      reply: http.getResponse<FastifyReply>(),
    };
  },
);
