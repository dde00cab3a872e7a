import type { FastifyInstance } from 'fastify';
import { ProblemError } from './problems';

/** Deeper than every body that this API takes, shallow enough for everything that walks one. */
const DEEPEST = 32;

/** Refuses encoded and too deeply nested bodies before anything walks them. */
export function boundBodies(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    const encoding = request.headers['content-encoding'];
    done(
      encoding === undefined || encoding === 'identity'
        ? undefined
        : new ProblemError('media-type-unsupported'),
    );
  });
  fastify.addHook('preValidation', (request, _reply, done) => {
    done(isTooDeep(request.body) ? new ProblemError('body-too-deep') : undefined);
  });
}

/** Level by level, so that no depth overflows the stack. */
function isTooDeep(body: unknown): boolean {
  let level: readonly unknown[] = [body];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > DEEPEST) return true;
    level = level.flatMap((value) =>
      typeof value === 'object' && value !== null ? Object.values(value) : [],
    );
  }
  return false;
}
