import { setTimeout as pause } from 'node:timers/promises';
import { StoreFullError, StoreRefusedError, StoreUnavailableError } from '@tierbook/eventing';
import {
  MongoBulkWriteError,
  MongoCompatibilityError,
  MongoError,
  MongoErrorLabel,
  MongoNetworkError,
  MongoNotConnectedError,
  MongoOperationTimeoutError,
  MongoServerError,
  MongoServerSelectionError,
  MongoTopologyClosedError,
  MongoClientClosedError,
} from 'mongodb';

/** https://github.com/mongodb/mongo/blob/master/src/mongo/base/error_codes.yml; 8000 is Atlas's, for both. */
const CODE = {
  unauthorized: 13,
  authenticationFailed: 18,
  hostedRefusal: 8_000,
  duplicateKey: 11_000,
  outOfDiskSpace: 14_031,
} as const;

/** An index of that name is there with other keys or options; an index that cannot be. */
const INDEX_DIFFERS = new Set([67, 85, 86]);

/**
 * The server is going, coming or changing its leader: the same again soon may pass (the retryable errors of
 * https://github.com/mongodb/specifications/blob/master/source/retryable-writes/retryable-writes.md).
 */
const PASSING = new Set([
  6, 7, 64, 89, 91, 134, 189, 262, 9_001, 10_107, 11_600, 11_602, 13_435, 13_436,
]);

const ATTEMPTS = 4;
const FIRST_PAUSE_MS = 50;

/** A document with that unique key is there already. By its code: servers word it differently. */
export function isDuplicateKey(error: unknown): boolean {
  return error instanceof MongoServerError && error.code === CODE.duplicateKey;
}

/** An index cannot be made because another one, of the same name or the same keys, stands in its way. */
export function isIndexConflict(error: unknown): error is MongoServerError {
  return error instanceof MongoServerError && INDEX_DIFFERS.has(Number(error.code));
}

/** Another process has taken over the writing of the views: this one must stop. */
export class WriterFencedError extends Error {
  override readonly name = 'WriterFencedError';
}

/**
 * Does the work, and again after errors that pass by themselves, with longer pauses. A write that failed so may
 * have been done: only what may be repeated goes through here. `attempt` counts from 0.
 *
 * @throws StoreUnavailableError when it still fails so, StoreFullError, and whatever else the work throws.
 */
export async function retried<T>(
  setting: string,
  work: (attempt: number) => Promise<T>,
): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await work(attempt);
    } catch (thrown) {
      const error = unwrapped(thrown);
      if (!passes(error) || attempt + 1 === ATTEMPTS) throw told(setting, error);
    }
    await pause(FIRST_PAUSE_MS * 3 ** attempt);
  }
}

/** What a bulk write failed with as a whole, such as a broken connection: the driver wraps that too. */
function unwrapped(error: unknown): unknown {
  if (!(error instanceof MongoBulkWriteError)) return error;
  const response: unknown = error.errorResponse;
  return response instanceof MongoError ? response : error;
}

/** Whether the same again may succeed at once. Where no server could be found, the driver has waited already. */
function passes(error: unknown): boolean {
  if (error instanceof MongoBulkWriteError) return isPassing(error.code);
  if (error instanceof MongoServerSelectionError || error instanceof MongoOperationTimeoutError) {
    return false;
  }
  if (error instanceof MongoNetworkError || error instanceof MongoNotConnectedError) return true;
  if (!(error instanceof MongoError)) return false;
  return error.hasErrorLabel(MongoErrorLabel.RetryableWriteError) || isPassing(error.code);
}

function isPassing(code: unknown): boolean {
  return typeof code === 'number' && PASSING.has(code);
}

/** The failure in the ports' terms, naming the setting; what a caller does not expect stays as it is. */
function told(setting: string, error: unknown): unknown {
  const options = { cause: error };
  if (isAway(error) || passes(error)) {
    return new StoreUnavailableError(`The server of ${setting} does not answer.`, options);
  }
  if (!(error instanceof MongoServerError)) return error;
  if (isFull(error)) {
    return new StoreFullError(`The server of ${setting} has no space left.`, options);
  }
  switch (error.code) {
    case CODE.hostedRefusal:
    case CODE.unauthorized:
    case CODE.authenticationFailed:
      return refused(setting, options);
    default:
      return error;
  }
}

/** The disk or the quota is full: also where it is told of some of a command's documents alone. */
function isFull(error: unknown): boolean {
  if (!(error instanceof MongoServerError)) return false;
  const { code, message } = error;
  if (code === CODE.outOfDiskSpace) return true;
  if (code === CODE.hostedRefusal) return /quota|space/i.test(message);
  if (!(error instanceof MongoBulkWriteError)) return false;
  return [error.writeErrors].flat().some((each) => each.code === CODE.outOfDiskSpace);
}

/** While running, the user's rights may come back; at the start `openDatabase` refuses instead. */
function refused(setting: string, options: ErrorOptions): StoreUnavailableError {
  return new StoreUnavailableError(
    `The server of ${setting} refuses the user name, the password or the user's rights.`,
    options,
  );
}

function isAway(error: unknown): boolean {
  return (
    error instanceof MongoServerSelectionError ||
    error instanceof MongoOperationTimeoutError ||
    error instanceof MongoTopologyClosedError ||
    error instanceof MongoClientClosedError
  );
}

/**
 * What kept a process from its database at the start, in one line that names the setting and holds no password.
 */
export function startFailure(setting: string, hosts: string, error: unknown): Error {
  const options = { cause: error };
  const refuse = (what: string) => new StoreRefusedError(`${setting}: ${what}`, options);
  const messages = [...chainOf(error)].map(({ name, message }) => `${name}: ${message}`).join('\n');
  if ([...chainOf(error)].some(isFull)) {
    return new StoreFullError(`${setting}: the server at ${hosts} has no space left.`, options);
  }
  const codes = [...chainOf(error)].map((each) => (each as { code?: unknown }).code);
  if (codes.some((code) => code === 18 || code === 13 || code === 8_000)) {
    return refuse(
      `${hosts} refuses the user name, the password or the user's rights: correct them, and \`authSource\`, in the URL.`,
    );
  }
  if (error instanceof MongoCompatibilityError || messages.includes('wire version')) {
    return refuse(`${hosts} is too old a server: MongoDB 7 or later is needed.`);
  }
  if (/certificate|self.signed|SSL|TLS|wrong version number|EPROTO/i.test(messages)) {
    return refuse(
      `no TLS connection with ${hosts}: set \`tls\` in the URL as the server has it, and \`tlsCAFile\` to what signed its certificate.`,
    );
  }
  if (error instanceof MongoError) {
    return new StoreUnavailableError(
      `${setting}: no server to write to answers at ${hosts}: start it, or correct the URL (host, port, \`tls\`, \`replicaSet\`).`,
      options,
    );
  }
  return error instanceof Error ? error : new Error(String(error));
}

/** An error and what caused it; a failed search for a server holds a reason for each server asked. */
function* chainOf(error: unknown): Iterable<Error> {
  if (!(error instanceof Error)) return;
  yield error;
  yield* chainOf(error.cause);
  if (error instanceof MongoServerSelectionError) {
    for (const { error: reason } of error.reason?.servers.values() ?? []) yield* chainOf(reason);
  }
}
