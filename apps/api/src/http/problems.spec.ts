import { describe, expect, it } from '@jest/globals';
import { AppendTooLargeError } from '@tierbook/eventing';
import { ViewBehindError } from '@tierbook/read-models';
import { PROBLEMS, problemDetails, ProblemError, type ProblemCode } from './problems';

const request = { path: '/v1/customers', correlationId: '5f0c4f0a-0000-4000-8000-000000000001' };

describe('a problem', () => {
  it.each(Object.keys(PROBLEMS) as ProblemCode[])('%s says what to do', (code) => {
    const { detail, status, type } = problemDetails(new ProblemError(code), request);
    expect(detail).toBe(PROBLEMS[code].advice);
    expect({ status, type }).toEqual({
      status: PROBLEMS[code].status,
      type: `urn:tierbook:problem:${code}`,
    });
  });

  it('says what was seen, then what to do', () => {
    const problem = new ProblemError('stale-if-match', 'The resource is at 7.');
    expect(problemDetails(problem, request).detail).toBe(
      `The resource is at 7. ${PROBLEMS['stale-if-match'].advice}`,
    );
  });

  it.each<[ProblemCode, Error]>([
    ['append-too-large', new AppendTooLargeError(2, 1)],
    ['view-behind', new ViewBehindError('customers', 'is being built')],
  ])('says once what to do, also where the error says it: %s', (code, { message }) => {
    expect(message).toContain(PROBLEMS[code].advice);
    expect(problemDetails(new ProblemError(code, message), request).detail).toBe(message);
  });
});
