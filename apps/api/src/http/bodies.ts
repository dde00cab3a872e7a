import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ProblemError } from './problems';

/** Deeper than every body that this API takes, shallow enough for everything that walks one. */
const DEEPEST = 32;

/**
 * Reads bodies: one JSON object each, not encoded, not nested too deeply, and without `__proto__` or
 * `constructor.prototype`. No body is an empty object.
 */
export function readBodies(fastify: FastifyInstance): void {
  const parse = fastify.getDefaultJsonParser('error', 'error');
  fastify.addContentTypeParser('application/json', { parseAs: 'string' }, (request, text, done) => {
    if (text === '') {
      done(null, undefined);
      return;
    }
    // Fastify's parser answers by its callback, and its error would lose its code on the way.
    void parse(request, text.toString(), (error, body) => {
      done(error === null ? null : new ProblemError('malformed-json'), body);
    });
  });
  fastify.addHook('onRequest', (request, _reply, done) => {
    const encoding = request.headers['content-encoding'];
    const plain = encoding === undefined || encoding === 'identity';
    done(plain ? undefined : new ProblemError('media-type-unsupported'));
  });
  fastify.addHook('preValidation', (request, _reply, done) => {
    if (request.method === 'POST' || request.method === 'PUT') request.body ??= {};
    done(problemOf(request));
  });
}

function problemOf({ body }: FastifyRequest): ProblemError | undefined {
  if (body === undefined) return undefined;
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return new ProblemError('malformed-json', 'The body is JSON, but not an object.');
  }
  return isTooDeep(body) ? new ProblemError('body-too-deep') : undefined;
}

/** Level by level, so that no depth overflows the stack. */
function isTooDeep(body: object): boolean {
  let level: readonly unknown[] = [body];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > DEEPEST) return true;
    level = level.flatMap((value) =>
      typeof value === 'object' && value !== null ? (Object.values(value) as unknown[]) : [],
    );
  }
  return false;
}
