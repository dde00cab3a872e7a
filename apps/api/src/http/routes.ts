import { applyDecorators } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import {
  ApiBearerAuth,
  ApiExtension,
  ApiHeader,
  ApiOperation,
  ApiParam,
  ApiQuery,
} from '@nestjs/swagger';
import { conditionsOf, isOnCustomer, rolesFor, type Action } from '@tierbook/identity';
import { Does } from './access.guard';
import { AS_OF } from './as-of';
import { documentAnswer, headersOf, type HeaderName } from './document-answers';
import { documentProblems } from './document-problems';
import type { ProblemCode } from './problems';
import { COMMAND } from './request';
import { oneOf, POSITION, ref, type Schema, type Schemas } from './schemas';

interface RouteOptions {
  readonly action: Action;
  readonly summary: string;
  /** What the route can answer beside what every route can. */
  readonly problems?: readonly ProblemCode[];
  /** Parameters in its path. */
  readonly path?: Schemas;
  /** Its answers hold a secret, which no cache may keep. */
  readonly secret?: boolean;
}

interface CommandRouteOptions extends RouteOptions {
  /** It is answered with 201 and a Location. */
  readonly creates?: boolean;
  /** What it answers when it is accepted, where that is more than every command does. */
  readonly answers?: Schema;
  /** What a dry run of it answers, where that is more than of every command. */
  readonly plans?: Schema;
}

interface ReadRouteOptions extends RouteOptions {
  readonly answers: Schema;
  /** It answers one resource, with its ETag. */
  readonly single?: boolean;
  /**
   * It can be read as of a moment, by the query's `AsOfMoment`: at once, made of the streams that it names
   * (`streams`), or of views that have to be built first (`views`).
   */
  readonly asOf?: 'streams' | 'views';
  /** Schemas of what it answers when asked for another media type than JSON. */
  readonly otherwise?: Readonly<Record<string, Schema>>;
}

const EVERY_ROUTE = [
  'token-missing',
  'token-malformed',
  'token-expired',
  'token-not-yet-valid',
  'token-revoked',
  'token-algorithm-refused',
  'token-key-unknown',
  'token-audience-wrong',
  'token-invalid',
  'forbidden',
  'correlation-id-invalid',
  'request-malformed',
  'media-type-unsupported',
  'too-many-requests',
  'internal-error',
  'store-unavailable',
] as const satisfies readonly ProblemCode[];

/** Of routes that take a body. */
export const OF_A_BODY = [
  'malformed-json',
  'body-too-deep',
  'body-too-large',
] as const satisfies readonly ProblemCode[];

const EVERY_COMMAND = [
  ...OF_A_BODY,
  'field-invalid',
  'field-unknown',
  'query-invalid',
  'idempotency-key-missing',
  'idempotency-key-invalid',
  'idempotency-key-reused',
  'if-match-invalid',
  'stale-if-match',
  'plan-unknown',
  'plan-of-another-command',
  'plan-expired',
  'plan-stale',
  'write-contention',
  'append-too-large',
  'outcome-unknown',
  'disk-full',
] as const satisfies readonly ProblemCode[];

const ON_A_CUSTOMER = [
  ...EVERY_COMMAND,
  'customer-erased',
] as const satisfies readonly ProblemCode[];

const EVERY_READ = [
  'field-invalid',
  'field-unknown',
  'query-invalid',
  'position-invalid',
  'position-unknown',
  'view-behind',
] as const satisfies readonly ProblemCode[];

const OF_A_MOMENT = [
  'as-of-invalid',
  'as-of-in-future',
  'as-of-before-first-event',
] as const satisfies readonly ProblemCode[];

const OF_BUILT_VIEWS = ['as-of-busy', 'as-of-failed'] as const satisfies readonly ProblemCode[];

function momentProblems(asOf: ReadRouteOptions['asOf']): readonly ProblemCode[] {
  if (asOf === undefined) return ['as-of-unsupported'];
  return asOf === 'views' ? [...OF_A_MOMENT, ...OF_BUILT_VIEWS] : OF_A_MOMENT;
}

function route(options: RouteOptions, common: readonly ProblemCode[]): MethodDecorator {
  const { action, summary, problems = [], path = {} } = options;
  return applyDecorators(
    ApiOperation({ operationId: action, summary }),
    ApiBearerAuth(),
    Does(action),
    ApiExtension('x-roles', rolesFor(action)),
    ApiExtension('x-conditions', conditionsOf(action)),
    documentProblems([...EVERY_ROUTE, ...common, ...problems]),
    ...Object.entries(path).map(([name, { description = '', ...schema }]) =>
      ApiParam({ name, description, schema }),
    ),
    ApiHeader({
      name: 'Correlation-Id',
      required: false,
      schema: { type: 'string', format: 'uuid' },
      description: 'A UUID of yours that the events and problems of this request carry.',
    }),
  );
}

/** Documents a command: who may send it, its headers, and every answer that it can give. */
export function CommandRoute(options: CommandRouteOptions): MethodDecorator {
  return applyDecorators(
    RouteConfig({ [COMMAND]: options.action }),
    route(options, isOnCustomer(options.action) ? ON_A_CUSTOMER : EVERY_COMMAND),
    ...commandAnswers(options),
    ApiHeader({
      name: 'Idempotency-Key',
      required: true,
      schema: { type: 'string', pattern: '^[\\x21-\\x7e]{1,255}$' },
      description: 'Yours, one a command. The same key again is the same outcome, for ever.',
    }),
    ApiHeader({
      name: 'If-Match',
      required: false,
      schema: { type: 'string', pattern: '^(?:"[0-9]{1,15}"|\\*)$' },
      description: "The resource's ETag, as you know it.",
    }),
    ApiHeader({
      name: 'If-Plan',
      required: false,
      schema: { type: 'string', maxLength: 8000 },
      description: 'Id of a plan of this command: it is done only if all is as it was planned on.',
    }),
    ApiQuery({
      name: 'dryRun',
      required: false,
      schema: { type: 'boolean', default: false },
      description:
        'Answer a plan: what would happen, or every rule that would refuse it; append nothing.',
    }),
  );
}

function commandAnswers({
  creates = false,
  secret = false,
  answers = ref('CommandAnswer'),
  plans: planned = ref('PlanAnswer'),
}: CommandRouteOptions): readonly MethodDecorator[] {
  const kept: readonly HeaderName[] = secret ? ['Cache-Control'] : [];
  const ofDone: readonly HeaderName[] = ['ETag', 'Tierbook-Position'];
  return creates
    ? [
        documentAnswer({
          status: 201,
          description: 'Done; a repeat is answered the same.',
          schema: answers,
          headers: headersOf([...ofDone, 'Location', ...kept]),
        }),
        documentAnswer({
          status: 200,
          description: 'Of a dry run: what would be done.',
          schema: planned,
          headers: headersOf(kept),
        }),
      ]
    : [
        documentAnswer({
          status: 200,
          description:
            'Done; a repeat is answered the same. Of a dry run, without these headers: what would be done.',
          schema: oneOf(answers, planned),
          headers: { ...headersOf(ofDone, false), ...headersOf(kept) },
        }),
      ];
}

const BEING_BUILT = documentAnswer({
  status: 202,
  description:
    'The views of that moment are being built: ask at Location again, after as many seconds as Retry-After says.',
  schema: ref('AsOfBuilding'),
  headers: headersOf(['Location', 'Retry-After', 'Tierbook-Position']),
});

/** Documents a read: who may ask, and every answer that it can give. */
export function ReadRoute(options: ReadRouteOptions): MethodDecorator {
  const { answers, single = false, asOf, secret = false, otherwise = {} } = options;
  const headers: readonly HeaderName[] = [
    ...(single ? (['ETag'] as const) : []),
    ...(secret ? (['Cache-Control'] as const) : []),
  ];
  const ofThen: readonly HeaderName[] =
    asOf === undefined ? [] : ['Tierbook-Position', 'Tierbook-Erased'];
  return applyDecorators(
    RouteConfig({ [AS_OF]: asOf !== undefined }),
    route(options, [...EVERY_READ, ...momentProblems(asOf)]),
    documentAnswer({
      status: 200,
      description: 'What was asked for.',
      schema: answers,
      headers: { ...headersOf(headers), ...headersOf(['Tierbook-Parked', ...ofThen], false) },
      otherwise,
    }),
    ...(asOf === 'views' ? [BEING_BUILT] : []),
    ApiHeader({
      name: 'Tierbook-Position',
      required: false,
      schema: POSITION,
      description:
        'A position that a command answered: the read waits (up to 5 s) until its view is there.',
    }),
  );
}
