import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Expected, StateRecord, StateStore, StateValue } from '@tierbook/state';
import {
  openDurableDatabase,
  openDurableDatabaseForReading,
  type DurableFileFormat,
} from '../durable-store/open-durable-database';
import { LIMITED } from '../durable-store/limited';
import { SharedTransactions } from '../durable-store/shared-transactions';

/** The state's file: one row a record. */
export const STATE_FORMAT: DurableFileFormat = {
  what: 'state store',
  applicationId: 0x54427374, // "TBst"
  version: 1,
  schema: `
    CREATE TABLE state (
      collection TEXT NOT NULL,
      key TEXT NOT NULL,
      version INTEGER NOT NULL,
      value TEXT NOT NULL,
      PRIMARY KEY (collection, key)
    ) STRICT, WITHOUT ROWID;
  `,
};

/**
 * Opens the StateStore kept in the SQLite file at `path`, which is created (0600) when it is not there.
 * Writes of one turn of the event loop share an fsync.
 *
 * @throws StoreRefusedError, in one line, for a file of another kind, of a newer version, or damaged.
 */
export function openSqliteStateStore(options: { readonly path: string }): StateStore {
  return new SqliteStateStore(openDurableDatabase(options.path, STATE_FORMAT), options.path);
}

/**
 * Opens the same for reading alone, beside who writes it: every write fails.
 * @throws StoreRefusedError as `openSqliteStateStore`, and where the file is not there.
 */
export function openSqliteStateReader(options: { readonly path: string }): StateStore {
  const database = openDurableDatabaseForReading(options.path, STATE_FORMAT);
  return new SqliteStateStore(database, options.path);
}

class SqliteStateStore implements StateStore {
  private readonly transactions: SharedTransactions;
  private readonly selectOne: StatementSync;
  private readonly selectFrom: StatementSync;
  private readonly selectAfter: StatementSync;
  private readonly upsert: StatementSync;
  private readonly deleteOne: StatementSync;

  constructor(
    private readonly database: DatabaseSync,
    path: string,
  ) {
    this.transactions = new SharedTransactions(database, path);
    this.selectOne = database.prepare(
      'SELECT key, value, version FROM state WHERE collection = ? AND key = ?',
    );
    this.selectFrom = database.prepare(
      `SELECT key, value, version FROM state WHERE collection = ? AND key >= ? ORDER BY key ${LIMITED}`,
    );
    this.selectAfter = database.prepare(
      `SELECT key, value, version FROM state WHERE collection = ? AND key > ? ORDER BY key ${LIMITED}`,
    );
    this.upsert = database.prepare(
      `INSERT INTO state (collection, key, version, value) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET version = excluded.version, value = excluded.value`,
    );
    this.deleteOne = database.prepare('DELETE FROM state WHERE collection = ? AND key = ?');
  }

  get<T extends StateValue>(collection: string, key: string): Promise<StateRecord<T> | undefined> {
    return new Promise((resolve) => {
      const row = this.selectOne.get(collection, key);
      resolve(row && toRecord<T>(row));
    });
  }

  put(
    collection: string,
    key: string,
    value: StateValue,
    expected: Expected = 'any',
  ): Promise<number | undefined> {
    // Written as JSON here and now: what the caller changes later is not written.
    const json = JSON.stringify(value);
    return this.transactions.run(() => {
      const current = this.versionOf(collection, key);
      if (!holds(expected, current)) return undefined;
      const version = (current ?? 0) + 1;
      this.upsert.run(collection, key, version, json);
      return version;
    });
  }

  remove(
    collection: string,
    key: string,
    expected: Exclude<Expected, 'absent'> = 'any',
  ): Promise<boolean> {
    return this.transactions.run(() => {
      if (!holds(expected, this.versionOf(collection, key))) return false;
      return this.deleteOne.run(collection, key).changes === 1;
    });
  }

  list<T extends StateValue>(
    collection: string,
    options: { readonly prefix?: string; readonly after?: string; readonly limit: number },
  ): Promise<readonly StateRecord<T>[]> {
    return new Promise((resolve) => {
      const { prefix = '', after, limit } = options;
      const rows =
        after === undefined || isBefore(after, prefix)
          ? this.selectFrom.all(collection, prefix, limit)
          : this.selectAfter.all(collection, after, limit);
      // In key order the keys with a prefix stand together, and the page begins no earlier than they do.
      const end = rows.findIndex((row) => !String(row['key']).startsWith(prefix));
      resolve((end < 0 ? rows : rows.slice(0, end)).map((row) => toRecord<T>(row)));
    });
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      if (this.database.isOpen) {
        this.transactions.close();
        this.database.close();
      }
      resolve();
    });
  }

  private versionOf(collection: string, key: string): number | undefined {
    const row = this.selectOne.get(collection, key);
    return row && Number(row['version']);
  }
}

function holds(expected: Expected, current: number | undefined): boolean {
  if (expected === 'any') return true;
  if (expected === 'absent') return current === undefined;
  return current === expected.version;
}

function toRecord<T extends StateValue>(row: Record<string, unknown>): StateRecord<T> {
  return {
    key: String(row['key']),
    value: JSON.parse(String(row['value'])) as T,
    version: Number(row['version']),
  };
}

/** As SQLite orders text: by its UTF-8 bytes. */
function isBefore(a: string, b: string): boolean {
  return Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0;
}
