import { DatabaseSync } from 'node:sqlite';
import { StoreRefusedError } from '@tierbook/eventing';
import { requireSafeSqlite } from '../event-store/sqlite-version';
import { createPrivately } from './create-privately';
import { openFailure } from './sqlite-errors';

/** How a kind of file is told from others, and how an empty one is laid out. */
export interface DurableFileFormat {
  /** As it is named to people, such as `state store`. */
  readonly what: string;
  /** SQLite's `application_id`: four bytes of our own. */
  readonly applicationId: number;
  /** SQLite's `user_version`: the layout's version, from 1. */
  readonly version: number;
  /** The statements that lay out an empty file. */
  readonly schema: string;
}

/** How long a statement waits for another process's write before it gives up. */
export const BUSY_TIMEOUT_MS = 5_000;

/**
 * Opens the file for reading and writing, or lays it out when it is new or empty (mode 0600), so that
 * a COMMIT is on disk when it returns: WAL with `synchronous=FULL`. A start killed half way leaves an
 * empty file, and the next one lays it out.
 *
 * @throws StoreRefusedError for a file of another kind or a newer version, a damaged or an unwritable
 * one; it is left as it was. Also on a SQLite that may lose what it committed.
 */
export function openDurableDatabase(path: string, format: DurableFileFormat): DatabaseSync {
  requireSafeSqlite();
  return opened(path, format, false, (database) => {
    const isNew = checkFormat(database, path, format);
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
    database.exec('BEGIN IMMEDIATE');
    // Asked again now that nobody else writes: another process may have laid it out meanwhile.
    if (isNew && checkFormat(database, path, format)) layOut(database, format);
    database.exec('COMMIT');
  });
}

/**
 * Opens the file for reading beside its writer.
 * @throws StoreRefusedError as `openDurableDatabase` does, and where the file is not there yet.
 */
export function openDurableDatabaseForReading(
  path: string,
  format: DurableFileFormat,
): DatabaseSync {
  return opened(path, format, true, (database) => {
    if (!checkFormat(database, path, format)) return;
    throw new StoreRefusedError(`The ${format.what} ${path} is empty: start the service first.`);
  });
}

function opened(
  path: string,
  format: DurableFileFormat,
  readOnly: boolean,
  prepare: (database: DatabaseSync) => void,
): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    if (!readOnly) createPrivately(path);
    database = new DatabaseSync(path, { readOnly, timeout: BUSY_TIMEOUT_MS });
    prepare(database);
    return database;
  } catch (error) {
    database?.close();
    throw openFailure(path, format.what, error);
  }
}

/** Answers whether the file is empty and so may be laid out. */
function checkFormat(database: DatabaseSync, path: string, format: DurableFileFormat): boolean {
  const applicationId = pragma(database, 'application_id');
  const version = pragma(database, 'user_version');
  if (applicationId === 0 && version === 0 && isEmpty(database)) return true;
  if (applicationId !== format.applicationId) {
    throw new StoreRefusedError(
      `${path} is not a Tierbook ${format.what} but some other SQLite file: name another path.`,
    );
  }
  if (version > format.version) {
    throw new StoreRefusedError(
      `The ${format.what} ${path} was written by a newer Tierbook (format ${String(version)}, ` +
        `this one knows ${String(format.version)}): upgrade Tierbook.`,
    );
  }
  return false;
}

function layOut(database: DatabaseSync, format: DurableFileFormat): void {
  database.exec(format.schema);
  database.exec(`PRAGMA application_id = ${String(format.applicationId)}`);
  database.exec(`PRAGMA user_version = ${String(format.version)}`);
}

function pragma(database: DatabaseSync, name: 'application_id' | 'user_version'): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
}

function isEmpty(database: DatabaseSync): boolean {
  return database.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined;
}
