import { ErrorType, isCommandError } from '@eventstore/db-client';

/** Our own time-out around a call of the client, whose deadlines it does not always keep. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
}

/** Nothing was handed to the client. */
export class NotSentError extends Error {
  override readonly name = 'NotSentError';
}

/** gRPC status codes. */
const CANCELLED = 1;
const UNKNOWN = 2;
const RESOURCE_EXHAUSTED = 8;
const UNAVAILABLE = 14;

/** Batched answers that the client tells by their text alone: the server took nothing. */
const NOT_TAKEN = /Server Is Not Ready|Server Is Busy|No leader info available/;
/** No connection, so nothing was sent. */
const NOT_SENT = /No connection established|ECONNREFUSED|Failed to discover/;

/** The name that the client gives an error, such as `wrong-expected-version`. */
export function typeOf(error: unknown): ErrorType | undefined {
  // The client's own test looks at its classes, of which there may be two in one process.
  const { type } = error as { type?: unknown };
  return isCommandError(error as Error) || typeof type === 'string'
    ? (type as ErrorType)
    : undefined;
}

function codeOf(error: unknown): number | undefined {
  const { code } = error as { code?: unknown };
  return typeof code === 'number' ? code : undefined;
}

export function textOf(error: unknown): string {
  if (!(error instanceof Error) && typeof (error as { message?: unknown }).message !== 'string') {
    return String(error);
  }
  const { message, name } = error as Error;
  // The client adds this, and nothing after it.
  const told = message.replace(/\s*Resolution note:\s*\.?$/, '');
  return told === '' ? (typeOf(error) ?? name) : told;
}

/**
 * Whether it is sure that a failed append was not written: it was never sent, or refused because there is
 * no leader. Of every other failure nobody knows, and only the same append again tells.
 */
export function isSurelyNotWritten(error: unknown): boolean {
  const text = textOf(error);
  if (error instanceof NotSentError || NOT_SENT.test(text)) return true;
  const type = typeOf(error);
  // What the server can do is asked before anything is sent, and fails with the bare gRPC error.
  if (type === undefined && codeOf(error) === UNAVAILABLE) return true;
  return type === ErrorType.UNKNOWN && NOT_TAKEN.test(text);
}

/** Whether the same call may succeed later: the server is away, slow, electing, or the leader is another. */
export function isTransient(error: unknown): boolean {
  if (error instanceof NoAnswerError || isSurelyNotWritten(error)) return true;
  switch (typeOf(error)) {
    case ErrorType.UNAVAILABLE:
    case ErrorType.DEADLINE_EXCEEDED:
    case ErrorType.CANCELLED:
    case ErrorType.TIMEOUT:
    case ErrorType.NOT_LEADER:
      return true;
    case ErrorType.UNKNOWN:
      return [CANCELLED, RESOURCE_EXHAUSTED, undefined].includes(codeOf(error));
    default:
      return codeOf(error) === UNAVAILABLE || codeOf(error) === CANCELLED;
  }
}

/** Whether the credentials are wrong or not enough. Told by type alone: its code is 7, 16 or none. */
export function isDenied(error: unknown): boolean {
  return typeOf(error) === ErrorType.ACCESS_DENIED;
}

/** A position at which no record stands, or a range that is none. */
export function isUnknownPosition(error: unknown): boolean {
  return typeOf(error) === ErrorType.UNKNOWN && codeOf(error) === UNKNOWN;
}

/** Whether a subscription was dropped because its reader was slow. The server is well. */
export function isTooSlow(error: unknown): boolean {
  return typeOf(error) === ErrorType.TIMEOUT;
}
