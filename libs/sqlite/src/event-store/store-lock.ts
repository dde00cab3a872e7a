import { existsSync, realpathSync } from 'node:fs';
import { format, parse } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StoreLockedError, StoreRefusedError } from '@tierbook/eventing';
import { createPrivately } from '../durable-store/create-privately';

const SQLITE_BUSY = 5;

/**
 * Makes this process the only writer of the file at `path`, until `close` or the process's end: an
 * exclusive SQLite transaction held on `<name>.lock` (0600) beside it, which the operating system frees even
 * after kill -9.
 *
 * @param what is locked, as a message calls it.
 * @throws StoreLockedError when another holds it.
 * @throws StoreRefusedError when the lock's file cannot be made.
 */
export function takeStoreLock(path: string, what = `the event log ${path}`): DatabaseSync {
  const { dir, name } = parse(existsSync(path) ? realpathSync(path) : path);
  const lockPath = format({ dir, name, ext: '.lock' });
  let lock: DatabaseSync | undefined;
  try {
    createPrivately(lockPath);
    lock = new DatabaseSync(lockPath, { timeout: 0 });
    lock.exec('BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock?.close();
    const { errcode, message } = error as { errcode?: number; message?: string };
    throw errcode === SQLITE_BUSY
      ? new StoreLockedError(
          `Another process is running on ${what} (it holds ${lockPath}): stop it first.`,
          { cause: error },
        )
      : new StoreRefusedError(
          `Cannot hold ${lockPath} (${message ?? String(error)}): check that the directory exists and may be written.`,
          { cause: error },
        );
  }
}
