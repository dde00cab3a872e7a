import { applyDecorators } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiExtension,
  ApiHeader,
  ApiOperation,
  ApiQuery,
  ApiResponse,
} from '@nestjs/swagger';
import { rolesFor, type Action } from '@tierbook/identity';
import type { ProblemCode } from './problems';
import { documentProblems } from './document-problems';

interface RouteOptions {
  readonly action: Action;
  readonly summary: string;
  /** What the route can answer beside what every route can. */
  readonly problems?: readonly ProblemCode[];
}

const EVERY_ROUTE = [
  'token-missing',
  'token-malformed',
  'token-expired',
  'token-invalid',
  'forbidden',
  'correlation-id-invalid',
  'request-malformed',
  'internal-error',
  'store-unavailable',
] as const satisfies readonly ProblemCode[];

const EVERY_COMMAND = [
  'malformed-json',
  'body-too-deep',
  'field-invalid',
  'field-unknown',
  'query-invalid',
  'idempotency-key-missing',
  'idempotency-key-invalid',
  'idempotency-key-reused',
  'if-match-invalid',
  'stale-if-match',
  'write-contention',
  'body-too-large',
  'append-too-large',
  'media-type-unsupported',
  'outcome-unknown',
  'disk-full',
] as const satisfies readonly ProblemCode[];

const EVERY_READ = [
  'field-invalid',
  'field-unknown',
  'query-invalid',
  'position-invalid',
  'position-unknown',
  'view-behind',
] as const satisfies readonly ProblemCode[];

function route({ action, summary, problems = [] }: RouteOptions, common: readonly ProblemCode[]) {
  return applyDecorators(
    ApiOperation({ operationId: action, summary }),
    ApiBearerAuth(),
    ApiExtension('x-roles', rolesFor(action)),
    documentProblems([...EVERY_ROUTE, ...common, ...problems]),
    ApiHeader({
      name: 'Correlation-Id',
      required: false,
      description: 'A UUID of yours that the events and problems of this request carry.',
    }),
  );
}

function success(status: 200 | 201, description: string, ...schemas: readonly string[]) {
  const references = schemas.map((name) => ({ $ref: `#/components/schemas/${name}` }));
  const [only = {}] = references;
  const schema = references.length === 1 ? only : { anyOf: references };
  return ApiResponse({ status, description, content: { 'application/json': { schema } } });
}

/** Documents a command: who may send it, its headers, and every problem it can answer. */
export function CommandRoute(
  options: RouteOptions & { readonly creates?: boolean },
): MethodDecorator {
  return applyDecorators(
    route(options, EVERY_COMMAND),
    ...(options.creates === true
      ? [
          success(201, 'Done; a repeat is answered the same.', 'CommandAnswer'),
          success(200, 'Of a dry run: what would be done.', 'PlanAnswer'),
        ]
      : [
          success(
            200,
            'Done; a repeat is answered the same. Of a dry run: what would be done.',
            'CommandAnswer',
            'PlanAnswer',
          ),
        ]),
    ApiHeader({
      name: 'Idempotency-Key',
      required: true,
      description: 'Yours, one a command. The same key again is the same outcome, for ever.',
    }),
    ApiHeader({
      name: 'If-Match',
      required: false,
      description: "The resource's ETag, as you know it.",
    }),
    ApiQuery({
      name: 'dryRun',
      required: false,
      schema: { type: 'boolean', default: false },
      description: 'Decide and answer what would happen; append nothing.',
    }),
  );
}

/** Documents a read: who may ask, and every problem it can answer. */
export function ReadRoute(options: RouteOptions): MethodDecorator {
  return applyDecorators(
    route(options, EVERY_READ),
    ApiResponse({ status: 200, description: 'What was asked for.' }),
    ApiHeader({
      name: 'Tierbook-Position',
      required: false,
      description:
        'A position that a command answered: the read waits (up to 5 s) until its view is there.',
    }),
  );
}
