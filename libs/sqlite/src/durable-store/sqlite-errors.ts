import {
  OutcomeUnknownError,
  StoreFullError,
  StoreRefusedError,
  StoreUnavailableError,
} from '@tierbook/eventing';

/** SQLite's primary result codes (https://www.sqlite.org/rescode.html) that a store answers for. */
const BUSY = 5;
const LOCKED = 6;
const READONLY = 8;
const IOERR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANTOPEN = 14;
const NOTADB = 26;

/** The primary result code of an error thrown by node:sqlite, `undefined` for any other error. */
export function sqliteCodeOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('errcode' in error)) return undefined;
  return typeof error.errcode === 'number' ? error.errcode & 0xff : undefined;
}

/** After an I/O error nobody knows what the disk holds: the store must not write again. */
export function isIoError(error: unknown): boolean {
  return sqliteCodeOf(error) === IOERR;
}

/** What the file holds contradicts itself. */
export function isCorrupt(error: unknown): boolean {
  return sqliteCodeOf(error) === CORRUPT;
}

/** What the file holds is no SQLite database. */
export function isNoDatabase(error: unknown): boolean {
  return sqliteCodeOf(error) === NOTADB;
}

/** What a caller is told when a transaction on the file at `path` failed and was rolled back. */
export function writeFailure(path: string, error: unknown): unknown {
  switch (sqliteCodeOf(error)) {
    case undefined:
      return error;
    case FULL:
      return new StoreFullError(
        `The disk under ${path} is full: nothing was written; free space.`,
        {
          cause: error,
        },
      );
    case IOERR:
      return new OutcomeUnknownError(
        `Writing ${path} met an I/O error: check the disk, then start again.`,
        { cause: error },
      );
    case CORRUPT:
    case NOTADB:
      return new StoreRefusedError(`${path} is damaged: restore it from a backup.`, {
        cause: error,
      });
    case BUSY:
    case LOCKED:
      return new StoreUnavailableError(`Another process is writing ${path}: try again.`, {
        cause: error,
      });
    default:
      return new StoreUnavailableError(`${path} took no write: ${messageOf(error)}.`, {
        cause: error,
      });
  }
}

/** What is said when the file at `path` cannot be opened as a `what`: one line. */
export function openFailure(path: string, what: string, error: unknown): unknown {
  switch (sqliteCodeOf(error)) {
    case undefined:
      return error;
    case CANTOPEN:
      return new StoreRefusedError(
        `Cannot open the ${what} ${path}: check that its directory exists and may be written.`,
        { cause: error },
      );
    case NOTADB:
      return new StoreRefusedError(
        `${path} is not a Tierbook ${what} but some other file: name another path.`,
        { cause: error },
      );
    case CORRUPT:
      return new StoreRefusedError(`The ${what} ${path} is damaged: restore it from a backup.`, {
        cause: error,
      });
    case READONLY:
      return new StoreRefusedError(
        `The ${what} ${path} may not be written: check its permissions.`,
        {
          cause: error,
        },
      );
    default:
      return new StoreRefusedError(`Cannot open the ${what} ${path}: ${messageOf(error)}.`, {
        cause: error,
      });
  }
}

function messageOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error
    ? String(error.message)
    : String(error);
}
