import {
  Catch,
  HttpException,
  NotFoundException,
  type ArgumentsHost,
  type ExceptionFilter,
} from '@nestjs/common';
import {
  AppendTooLargeError,
  OutcomeUnknownError,
  StoreFullError,
  StoreUnavailableError,
} from '@tierbook/eventing';
import { AccessTokenError } from '@tierbook/identity';
import { AsOfBusyError, AsOfFailedError, type Logger } from '@tierbook/platform';
import {
  ControlRefusedError,
  CursorInvalidError,
  InvalidQueryError,
  TooManyAsOfError,
  ViewBehindError,
} from '@tierbook/read-models';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ERASED_HEADER } from './as-of';
import type { RefusalNotes } from './refusal-notes';
import { correlationIdOf, noteProblem, pathOf } from './request';
import { isOAuth, oauthError } from './oauth';
import type { RouteMethods } from './route-methods';
import { PROBLEMS, problemDetails, ProblemError, type ProblemCode } from './problems';

/** Seconds after which a try again is worth it. */
const RETRY_AFTER_SECONDS = 1;

/** Fastify's own errors, by their code. */
const FASTIFY_PROBLEMS: Readonly<Record<string, ProblemCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body-too-large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'media-type-unsupported',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'request-malformed',
};

/** Answers every failure as `application/problem+json`. What was not foreseen is logged and tells nothing. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly logger: Logger,
    private readonly refusals: RefusalNotes,
    private readonly routes: RouteMethods,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    answerProblem(this.asMethodProblem(error, request, reply), request, reply, this.logger);
    this.refusals.note(request);
  }

  /** Nest finds no route for a method that an address does not take (RFC 9110, 15.5.6: 405 and Allow). */
  private asMethodProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): unknown {
    if (!(error instanceof NotFoundException)) return error;
    const allowed = this.routes.at(pathOf(request));
    if (allowed.length === 0) return error;
    void reply.header('Allow', allowed.join(', '));
    const detail = `${request.method} is not among the methods of this address: ${allowed.join(', ')}.`;
    return new ProblemError('method-not-allowed', detail);
  }
}

/** Answers the failure, unless an answer is already under way. */
export function answerProblem(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  logger: Logger,
): void {
  if (reply.sent) return;
  const problem = problemOf(error);
  const correlationId = correlationIdOf(request);
  if (problem.code === 'internal-error')
    logger.error({ correlationId, err: error }, 'unforeseen error');
  if (error instanceof StoreUnavailableError)
    logger.warn({ correlationId, reason: error.message }, 'store unavailable');
  const { status } = PROBLEMS[problem.code];
  noteProblem(request, problem.code);
  if (status === 503 || status === 429) {
    void reply.header('Retry-After', String(problem.retryAfter ?? RETRY_AFTER_SECONDS));
  }
  // Of what was to be answered, as of a moment.
  for (const header of ['Tierbook-Position', ERASED_HEADER]) void reply.removeHeader(header);
  const oauth = isOAuth(request);
  if (status === 401) void reply.header('WWW-Authenticate', oauth ? 'Basic' : 'Bearer');
  const details = problemDetails(problem, { path: pathOf(request), correlationId });
  void reply
    .status(status)
    .header('Content-Type', `application/${oauth ? 'json' : 'problem+json'}; charset=utf-8`)
    .send(JSON.stringify(oauth ? oauthError(details) : details));
}

function problemOf(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  if (error instanceof AccessTokenError) return new ProblemError(error.code);
  if (error instanceof OutcomeUnknownError) return new ProblemError('outcome-unknown');
  if (error instanceof StoreFullError) return new ProblemError('disk-full');
  if (error instanceof StoreUnavailableError) return new ProblemError('store-unavailable');
  if (error instanceof AppendTooLargeError)
    return new ProblemError('append-too-large', error.message);
  if (error instanceof ViewBehindError) return new ProblemError('view-behind', error.message);
  if (error instanceof AsOfBusyError) return new ProblemError('as-of-busy', error.message);
  if (error instanceof AsOfFailedError) return new ProblemError('as-of-failed', error.message);
  if (error instanceof TooManyAsOfError) return new ProblemError('as-of-too-many', error.message);
  if (error instanceof ControlRefusedError) return new ProblemError(error.code, error.message);
  if (error instanceof CursorInvalidError) return new ProblemError('cursor-invalid');
  if (error instanceof InvalidQueryError) return new ProblemError('query-invalid', error.message);
  return frameworkProblem(error) ?? new ProblemError('internal-error');
}

function frameworkProblem(error: unknown): ProblemError | undefined {
  const code = codeOf(error);
  const known = code === undefined ? undefined : FASTIFY_PROBLEMS[code];
  if (known !== undefined) return new ProblemError(known);
  const status = error instanceof HttpException ? error.getStatus() : statusCodeOf(error);
  if (status === 404) return new ProblemError('not-found', 'There is nothing at this address.');
  if (status === 405) return new ProblemError('method-not-allowed');
  if (status === 413) return new ProblemError('body-too-large');
  if (status === 415) return new ProblemError('media-type-unsupported');
  return status !== undefined && status >= 400 && status < 500
    ? new ProblemError('request-malformed')
    : undefined;
}

function codeOf(error: unknown): string | undefined {
  return typeof error === 'object' &&
    error !== null &&
    'code' in error &&
    typeof error.code === 'string'
    ? error.code
    : undefined;
}

function statusCodeOf(error: unknown): number | undefined {
  return typeof error === 'object' &&
    error !== null &&
    'statusCode' in error &&
    typeof error.statusCode === 'number'
    ? error.statusCode
    : undefined;
}
