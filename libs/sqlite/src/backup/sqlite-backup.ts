import { closeSync, fsyncSync, openSync } from 'node:fs';
import { backup, DatabaseSync } from 'node:sqlite';
import { StoreFullError, StoreUnavailableError } from '@tierbook/eventing';
import { createPrivately } from '../durable-store/create-privately';
import {
  openDurableDatabaseForReading,
  type DurableFileFormat,
} from '../durable-store/open-durable-database';
import { writeFailure } from '../durable-store/sqlite-errors';
import { EVENT_LOG_FORMAT } from '../event-store/event-log-format';
import { KEYS_FORMAT } from '../personal-keys/sqlite-personal-keys';
import { STATE_FORMAT } from '../state-store/sqlite-state-store';

/** A file, and where its copy goes: a path at which there is none. */
export interface FileCopy {
  readonly from: string;
  readonly to: string;
}

export interface SqliteFiles {
  readonly log: FileCopy;
  readonly state: FileCopy;
  /** Left out where the keys are copied by other means. */
  readonly keys?: FileCopy | undefined;
}

/** Pages between which others have their turn, and progress is told. */
const PAGES_AT_ONCE = 1_000;
/** A cut is two reads; so many times in a row the state was written between them. */
const MOST_TRIES = 1_000;

/**
 * Copies the files while others write them. Log and state are copied as they stood at one and the same
 * moment, the keys as they stood then or later: every event has its key, and no erasure is forgotten. Each copy
 * is one file (0600), durable, without a WAL.
 *
 * @param onProgress is told the share of the log that is copied, from 0 to 1.
 * @throws StoreRefusedError for a file that is not there or of another kind; StoreFullError when the disk of a
 *   copy is full; StoreUnavailableError.
 */
export async function copySqliteFiles(
  { log, state, keys }: SqliteFiles,
  onProgress: (share: number) => void = () => undefined,
): Promise<void> {
  const opened: DatabaseSync[] = [];
  const open = ({ from }: FileCopy, format: DurableFileFormat): DatabaseSync => {
    const database = openDurableDatabaseForReading(from, format);
    opened.push(database);
    return database;
  };
  try {
    const [logFile, stateFile] = [open(log, EVENT_LOG_FORMAT), open(state, STATE_FORMAT)];
    cut(logFile, stateFile, open(state, STATE_FORMAT), state.from);
    // First, as erasing somebody waits for whoever reads the keys.
    if (keys !== undefined) await copyFile(open(keys, KEYS_FORMAT), keys.to);
    await copyFile(stateFile, state.to);
    await copyFile(logFile, log.to, onProgress);
  } finally {
    for (const database of opened) database.close();
  }
}

/**
 * Fixes what both connections read: the log, and the state as it stood at that moment. What a third connection
 * (`watch`) sees of the state before and after tells whether it was written in between.
 */
function cut(log: DatabaseSync, state: DatabaseSync, watch: DatabaseSync, path: string): void {
  const version = watch.prepare('PRAGMA data_version');
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const before = version.get()?.['data_version'];
    beginReading(state);
    beginReading(log);
    if (version.get()?.['data_version'] === before) return;
    log.exec('ROLLBACK');
    state.exec('ROLLBACK');
  }
  throw new StoreUnavailableError(`${path} is written all the time: try again.`);
}

/** From its first read on, a transaction reads one state of the file (https://sqlite.org/isolation.html). */
function beginReading(database: DatabaseSync): void {
  database.exec('BEGIN');
  database.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get();
}

/** In a transaction that has read, what is copied is what that reads (https://sqlite.org/c3ref/backup_finish.html). */
async function copyFile(
  source: DatabaseSync,
  to: string,
  onProgress: (share: number) => void = () => undefined,
): Promise<void> {
  createPrivately(to);
  try {
    await backup(source, to, {
      rate: PAGES_AT_ONCE,
      progress: ({ totalPages, remainingPages }) => {
        onProgress(totalPages === 0 ? 1 : 1 - remainingPages / totalPages);
      },
    });
    const copy = new DatabaseSync(to);
    // A file of its own, which can be read where nothing may be written beside it.
    copy.exec('PRAGMA journal_mode = DELETE');
    copy.close();
    sync(to);
  } catch (error) {
    throw copyFailure(to, error);
  }
}

function copyFailure(to: string, error: unknown): unknown {
  const failure = writeFailure(to, error);
  if (failure instanceof StoreFullError) {
    return new StoreFullError(`The disk under ${to} is full: free space, or name another disk.`, {
      cause: error,
    });
  }
  return failure;
}

function sync(path: string): void {
  const file = openSync(path, 'r+');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** What the log at the path is, without reading it through. */
export interface LogSummary {
  readonly logId: string;
  /** Ordinal of its last event, 0 where it is empty. */
  readonly last: number;
}

/** @throws StoreRefusedError where there is no log at the path. */
export function summariseLog(path: string): LogSummary {
  const database = openDurableDatabaseForReading(path, EVENT_LOG_FORMAT);
  try {
    const id = database.prepare(`SELECT value FROM meta WHERE key = 'log_id'`).get()?.['value'];
    const last = database.prepare('SELECT max(position) AS last FROM events').get()?.['last'];
    return { logId: String(id), last: Number(last ?? 0) };
  } finally {
    database.close();
  }
}

/**
 * Gives the log at the path a new id, and lets all that the state at the other path says of the log's
 * positions, keys too, say it of the new one's: the ordinals stay. The collections left out hold texts that must not change.
 *
 * @throws StoreUnavailableError, StoreFullError.
 */
export function renameLog(
  paths: { readonly log: string; readonly state: string },
  { from, to }: { readonly from: string; readonly to: string },
  leaveOut: readonly string[],
): void {
  changing(paths.log, (log) => {
    log.prepare(`UPDATE meta SET value = ? WHERE key = 'log_id'`).run(to);
  });
  changing(paths.state, (state) => {
    state
      .prepare(
        `UPDATE state SET key = replace(key, ?1, ?2), value = replace(value, ?1, ?2)
         WHERE instr(key || ' ' || value, ?1) > 0
           AND collection NOT IN (SELECT value FROM json_each(?3))`,
      )
      .run(`${from}-`, `${to}-`, JSON.stringify(leaveOut));
  });
}

function changing(path: string, change: (database: DatabaseSync) => void): void {
  const database = new DatabaseSync(path);
  try {
    database.exec('BEGIN IMMEDIATE');
    change(database);
    database.exec('COMMIT');
  } catch (error) {
    throw writeFailure(path, error);
  } finally {
    database.close();
  }
}
