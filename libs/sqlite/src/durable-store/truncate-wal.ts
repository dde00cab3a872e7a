import type { DatabaseSync } from 'node:sqlite';
import { BUSY_TIMEOUT_MS } from './open-durable-database';

const CHECKPOINT_WAIT_MS = 100;

/**
 * Answers whether the WAL is empty now; a reader in mid-read keeps it from being emptied. Waits for one
 * only briefly, as the thread stands still meanwhile.
 */
export function truncateWal(database: DatabaseSync): boolean {
  database.exec(`PRAGMA busy_timeout = ${String(CHECKPOINT_WAIT_MS)}`);
  const outcome = database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get();
  database.exec(`PRAGMA busy_timeout = ${String(BUSY_TIMEOUT_MS)}`);
  return outcome?.['busy'] === 0;
}
