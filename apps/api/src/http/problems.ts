import { REFUSALS } from '@tierbook/domain';

/** What a problem is, whoever meets it. `advice` says what to do about it. */
export interface ProblemKind {
  readonly status: number;
  readonly title: string;
  readonly advice: string;
}

/** Problems of the HTTP face, of access and of the kernel. Those of the domain's rules are in REFUSALS. */
const SERVICE_PROBLEMS = {
  'malformed-json': {
    status: 400,
    title: 'Malformed JSON',
    advice: 'Send one JSON object (RFC 8259, I-JSON).',
  },
  'body-too-deep': {
    status: 400,
    title: 'Body nested too deeply',
    advice: 'Nest no deeper than 32 levels.',
  },
  'field-invalid': {
    status: 400,
    title: 'Invalid fields',
    advice: 'Correct the fields that `errors` names.',
  },
  'field-unknown': {
    status: 400,
    title: 'Unknown fields',
    advice: 'Leave out the fields that `errors` names.',
  },
  'query-invalid': {
    status: 400,
    title: 'Invalid query',
    advice: 'Correct the query parameter that `detail` names.',
  },
  'event-type-unknown': {
    status: 400,
    title: 'Unknown type of event',
    advice: 'Name types as the API document lists them.',
  },
  'changed-field-unknown': {
    status: 400,
    title: 'Unknown field',
    advice: 'Name a field as `changes` does; the API document lists them all.',
  },
  'time-span-empty': {
    status: 400,
    title: 'Empty span of time',
    advice: 'Let the span begin before it ends.',
  },
  'language-unknown': {
    status: 400,
    title: 'Unknown language',
    advice: 'Ask for en or pt-BR, or leave `language` out.',
  },
  'cursor-invalid': {
    status: 400,
    title: 'Invalid cursor',
    advice: 'Begin again without a cursor: it goes with one list, filter and sort.',
  },
  'idempotency-key-missing': {
    status: 400,
    title: 'Idempotency-Key missing',
    advice: 'Send a key of your own, such as a UUID, and the same one when you repeat the command.',
  },
  'idempotency-key-invalid': {
    status: 400,
    title: 'Idempotency-Key invalid',
    advice: 'Send 1 to 255 visible ASCII characters.',
  },
  'if-match-invalid': {
    status: 400,
    title: 'If-Match invalid',
    advice: 'Send one strong ETag as a read or a command answered it, such as "4".',
  },
  'correlation-id-invalid': {
    status: 400,
    title: 'Correlation-Id invalid',
    advice: 'Send a UUID, or leave the header out.',
  },
  'position-invalid': {
    status: 400,
    title: 'Tierbook-Position invalid',
    advice: 'Send a position as a command answered it.',
  },
  'checkpoint-unknown': {
    status: 400,
    title: 'Checkpoint beyond the log',
    advice: 'The log never had so many events: keep that checkpoint, and find out who signed it.',
  },
  'position-unknown': {
    status: 400,
    title: 'Position not in this log',
    advice:
      'The log was restored or copied, or ends before it: read without the position, and learn it anew.',
  },
  'as-of-invalid': {
    status: 400,
    title: 'asOf invalid',
    advice:
      'Send a time in UTC, such as 2030-01-31T10:00:00Z, or a position as an answer or an event has it.',
  },
  'as-of-in-future': {
    status: 400,
    title: 'asOf in the future',
    advice: 'Send a moment that has been, or leave asOf out to read what is now.',
  },
  'as-of-before-first-event': {
    status: 400,
    title: 'asOf before the first event',
    advice: 'Send a moment from the first event on.',
  },
  'as-of-too-many': {
    status: 400,
    title: 'Too many customers to list as of a moment',
    advice: 'Read single customers as of the moment, or list them without asOf.',
  },
  'as-of-unsupported': {
    status: 400,
    title: 'No reading as of a moment here',
    advice: 'Leave asOf out: this address answers what is now.',
  },
  'request-malformed': {
    status: 400,
    title: 'Malformed request',
    advice: 'Send a request as the API document at /docs describes.',
  },
  'token-missing': {
    status: 401,
    title: 'Access token missing',
    advice: 'Send `Authorization: Bearer <token>`.',
  },
  'token-malformed': {
    status: 401,
    title: 'Access token malformed',
    advice: 'Send the token whole, as it was issued.',
  },
  'token-expired': { status: 401, title: 'Access token expired', advice: 'Get a new token.' },
  'token-not-yet-valid': {
    status: 401,
    title: 'Access token of the future',
    advice: 'Set the clock of who issued it, or of this service, right; then get a new token.',
  },
  'token-revoked': {
    status: 401,
    title: 'Access token revoked',
    advice: 'Get a new token, with a secret that still works.',
  },
  'client-invalid': {
    status: 401,
    title: 'Client credentials refused',
    advice:
      'Send the client_id and the client_secret as they were answered, unless they were replaced or revoked.',
  },
  'token-request-invalid': {
    status: 400,
    title: 'Token request invalid',
    advice:
      'Send grant_type=client_credentials as application/x-www-form-urlencoded, each parameter once.',
  },
  'grant-type-unsupported': {
    status: 400,
    title: 'Grant type not supported',
    advice: 'Send grant_type=client_credentials.',
  },
  'scope-invalid': {
    status: 400,
    title: 'Scope not granted',
    advice: "Leave scope out, or send the service's role.",
  },
  'token-algorithm-refused': {
    status: 401,
    title: 'Algorithm of the access token refused',
    advice: 'Get a token issued by this service: EdDSA is the one algorithm.',
  },
  'token-key-unknown': {
    status: 401,
    title: 'Key of the access token unknown',
    advice: 'Get a new token: its key was taken away, or never was this service’s.',
  },
  'token-audience-wrong': {
    status: 401,
    title: 'Access token for another service',
    advice: 'Get an access token whose issuer and audience are this service.',
  },
  'token-invalid': {
    status: 401,
    title: 'Access token invalid',
    advice: 'Get a token issued by this service.',
  },
  forbidden: {
    status: 403,
    title: 'Role may not do this',
    advice: 'Ask somebody with a role that `detail` names.',
  },
  'partner-id-not-yours': {
    status: 403,
    title: 'Partner id of another organisation',
    advice: 'Apply with your own partner id.',
  },
  'delegation-insufficient': {
    status: 403,
    title: 'Delegation does not cover this',
    advice: 'Ask the provider to delegate it.',
  },
  'not-found-as-of': {
    status: 404,
    title: 'Not there at that moment',
    advice: 'Read it as of a later moment, or without asOf.',
  },
  'not-found': {
    status: 404,
    title: 'Not found',
    advice: 'Check the id; what another tenant has is not shown.',
  },
  'invitation-unknown': {
    status: 404,
    title: 'Unknown invitation',
    advice: 'Copy the whole link from the message, or ask the provider to send it again.',
  },
  'projection-unknown': {
    status: 404,
    title: 'No such projection',
    advice: 'Name one as `tierbook projections list` shows it.',
  },
  'key-not-parked': {
    status: 404,
    title: 'Key not parked',
    advice: 'See `tierbook parked list`.',
  },
  'method-not-allowed': {
    status: 405,
    title: 'Method not allowed',
    advice: 'See /docs for what this address takes.',
  },
  'projection-paused': {
    status: 409,
    title: 'Projection paused',
    advice: 'Resume it first: `tierbook projections resume`.',
  },
  'rebuild-under-way': {
    status: 409,
    title: 'Rebuild under way',
    advice: 'Wait for it: `tierbook projections status` shows how far it is.',
  },
  'write-contention': {
    status: 409,
    title: 'Changed by others meanwhile',
    advice: 'Nothing was written: send the same command again.',
  },
  'stale-if-match': {
    status: 412,
    title: 'Changed since it was read',
    advice: 'Read the resource again and decide anew.',
  },
  'plan-unknown': {
    status: 412,
    title: 'Unknown plan',
    advice: 'Send the id of a plan that a dry run answered your organisation, whole.',
  },
  'plan-of-another-command': {
    status: 412,
    title: 'Plan of another command',
    advice: 'Plan this very command anew: its path and body are part of the plan.',
  },
  'plan-expired': {
    status: 412,
    title: 'Plan expired',
    advice: 'Plan the command anew, and apply it within 15 minutes.',
  },
  'plan-stale': {
    status: 412,
    title: 'Changed since it was planned',
    advice: 'Nothing was written: plan the command anew and look at what it would do now.',
  },
  'request-timeout': {
    status: 408,
    title: 'Request too slow',
    advice: 'Send the headers within 15 seconds and the whole request within 30.',
  },
  'body-too-large': { status: 413, title: 'Body too large', advice: 'Send at most 100 KiB.' },
  'append-too-large': {
    status: 413,
    title: 'Command too large',
    advice: 'Split the command into smaller ones.',
  },
  'media-type-unsupported': {
    status: 415,
    title: 'Unsupported media type',
    advice: 'Send `Content-Type: application/json`, unencoded.',
  },
  'idempotency-key-reused': {
    status: 422,
    title: 'Idempotency-Key used for another command',
    advice: 'Repeat the first command, or use a key of its own for this one.',
  },
  'headers-too-large': {
    status: 431,
    title: 'Headers too large',
    advice: 'Send at most 16 KiB of request line and headers.',
  },
  'too-many-requests': {
    status: 429,
    title: 'Too many requests',
    advice: 'Wait as long as Retry-After says, then go on more slowly.',
  },
  'internal-error': {
    status: 500,
    title: 'Internal error',
    advice:
      'Nothing is known of the outcome: send the same command with the same key again, and report the correlation id.',
  },
  'outcome-unknown': {
    status: 503,
    title: 'Outcome unknown',
    advice: 'It may have been done: send the same command with the same key again.',
  },
  'store-unavailable': {
    status: 503,
    title: 'Store unavailable',
    advice: 'Nothing was written: send the same request again later.',
  },
  'checkpoint-behind': {
    status: 503,
    title: 'Not signed yet',
    advice: 'The log is signed each second: try again shortly.',
  },
  'as-of-busy': {
    status: 503,
    title: 'Views of another moment are being built',
    advice: 'Try again shortly. Single resources are read at once.',
  },
  'as-of-failed': {
    status: 503,
    title: 'Views of that moment not built',
    advice: 'Try again; where it stays so, the operator of this deployment has to see to it.',
  },
  'view-behind': {
    status: 503,
    title: 'View behind your position',
    advice: 'Try again shortly.',
  },
  'disk-full': {
    status: 507,
    title: 'Disk full',
    advice: 'Nothing was written: free space on the disk, then send the same command again.',
  },
} as const satisfies Record<string, ProblemKind>;

export type ProblemCode = keyof typeof SERVICE_PROBLEMS | keyof typeof REFUSALS;

/** Every problem that the API answers, by its code. */
export const PROBLEMS: Readonly<Record<ProblemCode, ProblemKind>> = {
  ...SERVICE_PROBLEMS,
  ...rulesAsProblems(),
};

function rulesAsProblems(): Record<keyof typeof REFUSALS, ProblemKind> {
  const rules = Object.entries(REFUSALS).map(([code, rule]) => [code, { status: 409, ...rule }]);
  return Object.fromEntries(rules) as Record<keyof typeof REFUSALS, ProblemKind>;
}

export function isProblemCode(code: string): code is ProblemCode {
  return Object.hasOwn(PROBLEMS, code);
}

/** One field to blame, by JSON Pointer (RFC 6901) into the body, or `?name` for a query parameter. */
export interface FieldProblem {
  readonly pointer: string;
  readonly detail: string;
  /** The rule that it breaks. */
  readonly code?: ProblemCode;
}

/** Ends a request with a problem. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  constructor(
    readonly code: ProblemCode,
    detail?: string,
    readonly errors?: readonly FieldProblem[],
    /** Seconds after which to try again. */
    readonly retryAfter?: number,
  ) {
    super(detail ?? PROBLEMS[code].advice);
  }
}

/** A problem as it is answered: `application/problem+json` (RFC 9457). */
export interface ProblemDetails {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ProblemCode;
  readonly instance: string;
  readonly correlationId: string;
  readonly errors?: readonly FieldProblem[];
}

/** The problem as an answer to the request that met it. */
export function problemDetails(
  problem: ProblemError,
  request: { readonly path: string; readonly correlationId: string },
): ProblemDetails {
  return {
    ...problemKindOf(problem),
    instance: request.path,
    correlationId: request.correlationId,
  };
}

/** What a problem says whatever request met it. */
export function problemKindOf({
  code,
  message: seen,
  errors,
}: ProblemError): Omit<ProblemDetails, 'instance' | 'correlationId'> {
  const { status, title, advice } = PROBLEMS[code];
  return {
    type: `urn:tierbook:problem:${code}`,
    title,
    status,
    detail: seen.endsWith(advice) ? seen : `${seen} ${advice}`,
    code,
    ...(errors === undefined ? {} : { errors }),
  };
}
