import type { Logger } from '@tierbook/platform';
import type { FastifyInstance } from 'fastify';
import { correlationIdOf, principalIfKnown, problemIfAny, requestIdOf } from './request';

/** One line a request: its route, never its address, which may hold what somebody searched for. */
export function logRequests(fastify: FastifyInstance, logger: Logger): void {
  fastify.addHook('onResponse', (request, reply, done) => {
    const principal = principalIfKnown(request);
    logger.info(
      {
        method: request.method,
        route: request.routeOptions.url,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime * 1_000) / 1_000,
        requestId: requestIdOf(request),
        correlationId: correlationIdOf(request),
        actor: principal?.id,
        role: principal?.role,
        code: problemIfAny(request),
      },
      'request',
    );
    done();
  });
}
