import { PROBLEMS, type FieldProblem, type ProblemDetails } from './problems';
import { choice, id, listOf, objectOf, optional, ref, text, type Schemas } from './schemas';

export const problemSchemas: Schemas = {
  ProblemCode: choice(Object.keys(PROBLEMS).sort(), 'What kind of problem it is, for programs.'),
  Problem: objectOf<ProblemDetails>('A problem (RFC 9457).', {
    type: text('urn:tierbook:problem:<code>', { format: 'uri' }),
    title: text('What kind of problem it is.'),
    status: { type: 'integer', description: 'That of the answer.' },
    detail: text('What was wrong, and what to do.'),
    code: ref('ProblemCode'),
    instance: text('Path of the request.', { format: 'uri-reference' }),
    correlationId: id("The caller's Correlation-Id, or one drawn for the request."),
    errors: optional(listOf(ref('FieldProblem'), 'The fields to blame.')),
  }),
  FieldProblem: objectOf<FieldProblem>('A field to blame.', {
    pointer: text('JSON Pointer (RFC 6901) into the body or the query.', {
      examples: ['/address/city'],
    }),
    detail: text('What is wrong with it.'),
    code: optional(ref('ProblemCode')),
  }),
};
