import { ApiResponse } from '@nestjs/swagger';
import { POSITION, text, type Schema } from './schemas';

/** Headers that an answer can have, as the document tells of them. */
const HEADERS = {
  ETag: text("The resource's revision, for If-Match.", {
    pattern: '^"[0-9]+"$',
    examples: ['"4"'],
  }),
  'Tierbook-Position': POSITION,
  Location: text('Address of what was made, or is being made.', { format: 'uri-reference' }),
  'Tierbook-Parked': text(
    'Views of which the answer shows a document that stands still before an event: what came since is missing in it.',
  ),
  'Tierbook-Erased': text(
    'Of an answer as of a moment: views of which it shows a document whose personal data have been erased since; they are null.',
  ),
  'Cache-Control': text('The answer holds a secret: it is not to be kept.', {
    enum: ['no-store'],
  }),
  'Retry-After': text('Seconds after which to try again.', { pattern: '^[0-9]+$' }),
  'WWW-Authenticate': text('How to name oneself (RFC 6750).', { enum: ['Bearer'] }),
};

export type HeaderName = keyof typeof HEADERS;

/** These headers of an answer; with `always` false, some of its answers are without them. */
export function headersOf(names: readonly HeaderName[], always = true) {
  return Object.fromEntries(
    names.map((name) => {
      const { description = '', ...schema } = HEADERS[name];
      return [name, { description, required: always, schema }];
    }),
  );
}

interface DocumentedAnswer {
  readonly status: 200 | 201 | 202;
  readonly description: string;
  readonly schema: Schema;
  readonly headers?: ReturnType<typeof headersOf>;
  /** Schemas by media type, beside JSON. */
  readonly otherwise?: Readonly<Record<string, Schema>>;
}

/** Documents what a route answers when all is well. */
export function documentAnswer(answer: DocumentedAnswer): MethodDecorator {
  const { status, description, schema, headers = {}, otherwise = {} } = answer;
  const content = Object.entries({ 'application/json': schema, ...otherwise }).map(
    ([type, each]) => [type, { schema: each }] as const,
  );
  return ApiResponse({ status, description, headers, content: Object.fromEntries(content) });
}
