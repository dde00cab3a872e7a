import { applyDecorators } from '@nestjs/common';
import { ApiExtension, ApiResponse } from '@nestjs/swagger';
import { headersOf, type HeaderName } from './document-answers';
import { PROBLEMS, type ProblemCode } from './problems';

/** Headers that a problem has by its status. */
const HEADERS: Readonly<Record<number, readonly HeaderName[]>> = {
  401: ['WWW-Authenticate'],
  429: ['Retry-After'],
  503: ['Retry-After'],
};

/** Documents the problems that a route can answer: one response a status, each with its codes. */
export function documentProblems(codes: readonly ProblemCode[]): MethodDecorator {
  const byStatus = Map.groupBy(new Set(codes), (code) => PROBLEMS[code].status);
  return applyDecorators(
    ApiExtension('x-problem-codes', [...new Set(codes)].sort()),
    ...[...byStatus].map(([status, ofStatus]) =>
      ApiResponse({
        status,
        description: ofStatus.map((code) => `\`${code}\`: ${PROBLEMS[code].title}.`).join('\n\n'),
        headers: headersOf(HEADERS[status] ?? []),
        content: {
          'application/problem+json': {
            schema: {
              allOf: [
                { $ref: '#/components/schemas/Problem' },
                { type: 'object', properties: { code: { type: 'string', enum: [...ofStatus] } } },
              ],
            },
          },
        },
      }),
    ),
  );
}
