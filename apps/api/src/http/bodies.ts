import type { FastifyInstance, FastifyRequest } from 'fastify';
import { duplicateName } from './duplicate-names';
import { formOf, isOAuth } from './oauth';
import { ProblemError, type FieldProblem } from './problems';
import { pointerTo, unknownField } from './validation';

/** Deeper than every body that this API takes, shallow enough for everything that walks one. */
const DEEPEST = 32;

/**
 * Reads bodies: one JSON object each, no name twice, not encoded, not nested too deeply, and without `__proto__` or
 * `constructor.prototype`. No body is an empty object. The OAuth endpoint takes a form.
 */
export function readBodies(fastify: FastifyInstance): void {
  const parse = fastify.getDefaultJsonParser('error', 'error');
  fastify.removeContentTypeParser('text/plain');
  fastify.addContentTypeParser('application/json', { parseAs: 'string' }, (request, text, done) => {
    if (text === '') {
      done(null, undefined);
      return;
    }
    // Fastify's parser answers by its callback, and its error would lose its code on the way.
    void parse(request, text.toString(), (error, body) => {
      done(error === null ? duplicated(text.toString()) : new ProblemError('malformed-json'), body);
    });
  });
  fastify.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (request, text, done) => {
      try {
        if (!isOAuth(request)) throw new ProblemError('media-type-unsupported');
        done(null, formOf(text.toString()));
      } catch (error) {
        done(error as Error);
      }
    },
  );
  fastify.addHook('onRequest', (request, _reply, done) => {
    const encoding = request.headers['content-encoding'];
    const plain = encoding === undefined || encoding === 'identity';
    done(plain ? undefined : new ProblemError('media-type-unsupported'));
  });
  fastify.addHook('preValidation', (request, _reply, done) => {
    const takesBody = request.method === 'POST' || request.method === 'PUT';
    if (takesBody && request.body === undefined) request.body = {};
    done(problemOf(request) ?? problemInside(request.query as object));
  });
}

function duplicated(text: string): ProblemError | null {
  if (duplicateName(text) === undefined) return null;
  return new ProblemError('malformed-json', 'A name stands twice in one object of the body.');
}

function problemOf({ body }: FastifyRequest): ProblemError | undefined {
  if (body === undefined) return undefined;
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return new ProblemError('malformed-json', 'The body is JSON, but not an object.');
  }
  return problemInside(body);
}

/** Level by level, so that no depth overflows the stack. */
function problemInside(body: object): ProblemError | undefined {
  let level: readonly (readonly [pointer: string, value: object])[] = [['', body]];
  const unknown: FieldProblem[] = [];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > DEEPEST) return new ProblemError('body-too-deep');
    level = level.flatMap(([pointer, value]) =>
      Object.entries(value).flatMap(([name, inner]: [string, unknown]) => {
        // Every object has these, so that what looks a field up by its name takes them for declared.
        if (name in Object.prototype) unknown.push(unknownField(pointer, name));
        return typeof inner === 'object' && inner !== null
          ? [[pointerTo(pointer, name), inner] as const]
          : [];
      }),
    );
  }
  return unknown.length === 0 ? undefined : new ProblemError('field-unknown', undefined, unknown);
}
