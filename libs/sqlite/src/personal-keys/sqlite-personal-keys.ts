import { randomBytes } from 'node:crypto';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import {
  StoreRefusedError,
  StoreUnavailableError,
  unwrap,
  wrap,
  type MasterKeys,
  type PersonalKey,
  type WrappedPersonalKeys,
} from '@tierbook/eventing';
import {
  openDurableDatabase,
  openDurableDatabaseForReading,
  type DurableFileFormat,
} from '../durable-store/open-durable-database';
import { LIMITED } from '../durable-store/limited';
import { SharedTransactions } from '../durable-store/shared-transactions';
import { truncateWal } from '../durable-store/truncate-wal';

/** What another thread or process may do with the keys while one writes them. */
export type PersonalKeysReader = Required<
  Pick<WrappedPersonalKeys, 'find' | 'mark' | 'tombstones' | 'wrappedBy' | 'close'>
>;

/** Where the keys are, and what opens them. */
export interface SqlitePersonalKeysOptions {
  readonly path: string;
  readonly masterKeys: MasterKeys;
}

/** The personal keys' file: one row a subject, a key or its tombstone. */
export const KEYS_FORMAT: DurableFileFormat = {
  what: 'personal-key store',
  applicationId: 0x54426b65, // "TBke"
  version: 1,
  schema: `
    -- Each master key in use, with an empty text sealed by it: tells a wrong key at start.
    CREATE TABLE master_keys (
      kid TEXT PRIMARY KEY,
      nonce BLOB NOT NULL,
      wrapped BLOB NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE personal_keys (
      subject TEXT PRIMARY KEY,
      kid TEXT REFERENCES master_keys,
      nonce BLOB,
      wrapped BLOB,
      destroyed_at TEXT,
      CHECK ((destroyed_at IS NULL) = (kid IS NOT NULL)),
      CHECK ((kid IS NULL) = (wrapped IS NULL) AND (kid IS NULL) = (nonce IS NULL))
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX tombstones ON personal_keys (subject, destroyed_at) WHERE destroyed_at IS NOT NULL;
  `,
};

const KEY_BYTES = 32;
const TOMBSTONES_PAGE = 1_000;
/** Few enough that the thread stands still for some milliseconds at most. */
const REWRAP_PAGE = 100;
const MASTER_KEY_CHECK = 'the master-key check';

/**
 * Opens the personal keys kept in the SQLite file at `path`, which is created (0600) when it is not there.
 * Each is wrapped at rest by the master key that its row names, bound to its subject. New keys of one
 * turn of the event loop share an fsync. A destruction answers once the wrapped bytes are gone from the
 * file and its WAL (`secure_delete`, then a truncating checkpoint).
 *
 * @throws StoreRefusedError, in one line, for a file of another kind, of a newer version, or damaged,
 * and when a master key it needs is missing or wrong.
 */
export function openSqlitePersonalKeys(options: SqlitePersonalKeysOptions): WrappedPersonalKeys {
  const database = openDurableDatabase(options.path, KEYS_FORMAT);
  return closedUnlessOpened(database, () => {
    database.exec('PRAGMA secure_delete = ON');
    checkMasterKeys(database, options);
    enrolCurrentMasterKey(database, options.masterKeys);
    // What a destruction left in the WAL when it was cut short.
    truncateWal(database);
    return new SqlitePersonalKeys(database, options);
  });
}

/**
 * Opens the keys for reading only, on a connection of its own, for another thread or process.
 * @throws StoreRefusedError as `openSqlitePersonalKeys` does, and where the file is not there yet.
 */
export function openSqlitePersonalKeysReader(
  options: SqlitePersonalKeysOptions,
): PersonalKeysReader {
  const database = openDurableDatabaseForReading(options.path, KEYS_FORMAT);
  return closedUnlessOpened(database, () => {
    checkMasterKeys(database, options);
    return new SqlitePersonalKeysReader(database, options.masterKeys);
  });
}

class SqlitePersonalKeysReader implements PersonalKeysReader {
  private readonly select: StatementSync;
  private readonly selectTombstones: StatementSync;
  private readonly dataVersion: StatementSync;

  constructor(
    protected readonly database: DatabaseSync,
    protected readonly masterKeys: MasterKeys,
  ) {
    this.select = database.prepare(
      'SELECT kid, nonce, wrapped, destroyed_at FROM personal_keys WHERE subject = ?',
    );
    this.dataVersion = database.prepare('PRAGMA data_version');
    this.selectTombstones = database.prepare(
      `SELECT subject, destroyed_at FROM personal_keys
       WHERE destroyed_at IS NOT NULL AND subject > ? ORDER BY subject ${LIMITED}`,
    );
  }

  find(subject: string): Promise<PersonalKey> {
    return new Promise((resolve) => {
      resolve(this.read(subject));
    });
  }

  /** Changes with every commit of another connection (https://sqlite.org/pragma.html#pragma_data_version). */
  mark(): Promise<number> {
    return new Promise((resolve) => {
      resolve(Number(this.dataVersion.get()?.['data_version']));
    });
  }

  async *tombstones(): AsyncIterable<{ readonly subject: string; readonly at: string }> {
    let after = '';
    for (;;) {
      const page = this.selectTombstones
        .all(after, TOMBSTONES_PAGE)
        .map((row) => ({ subject: String(row['subject']), at: String(row['destroyed_at']) }));
      yield* page;
      const last = page.at(-1);
      if (last === undefined) return;
      after = last.subject;
      await new Promise(setImmediate);
    }
  }

  wrappedBy(): Promise<ReadonlyMap<string, number>> {
    return new Promise((resolve) => {
      const rows = this.database
        .prepare('SELECT kid, count(*) AS n FROM personal_keys WHERE kid NOT NULL GROUP BY kid')
        .all();
      resolve(new Map(rows.map((row) => [String(row['kid']), Number(row['n'])])));
    });
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      if (this.database.isOpen) this.database.close();
      resolve();
    });
  }

  protected read(subject: string): PersonalKey {
    const row = this.select.get(subject);
    if (row === undefined) return { kind: 'absent' };
    if (row['destroyed_at'] !== null) {
      return { kind: 'destroyed', at: String(row['destroyed_at']) };
    }
    return { kind: 'present', key: unwrap(this.masterKeys, subject, toWrapped(row)) };
  }
}

interface RewrappedPage {
  readonly rewrapped: number;
  /** The last subject of the page; `undefined` after the last page. */
  readonly last: string | undefined;
}

class SqlitePersonalKeys extends SqlitePersonalKeysReader implements WrappedPersonalKeys {
  private readonly transactions: SharedTransactions;
  private readonly insert: StatementSync;
  private readonly bury: StatementSync;

  constructor(
    database: DatabaseSync,
    private readonly options: SqlitePersonalKeysOptions,
  ) {
    super(database, options.masterKeys);
    this.transactions = new SharedTransactions(database, options.path);
    this.insert = database.prepare(
      'INSERT INTO personal_keys (subject, kid, nonce, wrapped) VALUES (?, ?, ?, ?)',
    );
    this.bury = database.prepare(
      `INSERT INTO personal_keys (subject, destroyed_at) VALUES (?, ?)
       ON CONFLICT DO UPDATE
         SET kid = NULL, nonce = NULL, wrapped = NULL, destroyed_at = excluded.destroyed_at
         WHERE destroyed_at IS NULL`,
    );
  }

  async obtain(subject: string): Promise<PersonalKey> {
    const found = await this.find(subject);
    if (found.kind !== 'absent') return found;
    return this.transactions.run(() => this.readOrMake(subject));
  }

  /** @throws StoreUnavailableError when a reader holds the WAL: the key is gone, its bytes not yet; repeat. */
  async destroy(subject: string, at: string): Promise<void> {
    await this.transactions.run(() => this.bury.run(subject, at));
    if (truncateWal(this.database)) return;
    throw new StoreUnavailableError(
      `The key of ${subject} is destroyed, but a reader keeps its bytes in the WAL of ` +
        `${this.options.path}: repeat the destruction.`,
    );
  }

  async rewrap(stopping?: AbortSignal): Promise<number> {
    const isFormer = 'SELECT 1 FROM master_keys WHERE kid <> ? LIMIT 1';
    if (this.database.prepare(isFormer).get(this.masterKeys.current) === undefined) return 0;
    let rewrapped = 0;
    for (let after: string | undefined = ''; after !== undefined;) {
      if (stopping?.aborted === true) return rewrapped;
      const page: RewrappedPage = await this.transactions.run(() => this.rewrapPage(after ?? ''));
      rewrapped += page.rewrapped;
      after = page.last;
    }
    await this.transactions.run(() => {
      this.forgetUnusedMasterKeys();
    });
    truncateWal(this.database);
    return rewrapped;
  }

  override close(): Promise<void> {
    if (this.database.isOpen) this.transactions.close();
    return super.close();
  }

  private rewrapPage(after: string): RewrappedPage {
    const { current } = this.masterKeys;
    const rows = this.database
      .prepare(
        `SELECT subject, kid, nonce, wrapped FROM personal_keys
         WHERE subject > ? ORDER BY subject LIMIT ${String(REWRAP_PAGE)}`,
      )
      .all(after);
    const update = this.database.prepare(
      'UPDATE personal_keys SET kid = ?, nonce = ?, wrapped = ? WHERE subject = ?',
    );
    const former = rows.filter(({ kid }) => kid !== null && kid !== current);
    for (const row of former) {
      const subject = String(row['subject']);
      const key = unwrap(this.masterKeys, subject, toWrapped(row));
      const { kid, nonce, wrapped } = wrap(this.masterKeys, subject, key);
      update.run(kid, nonce, wrapped, subject);
    }
    const last = rows.at(-1)?.['subject'];
    return { rewrapped: former.length, last: last === undefined ? undefined : String(last) };
  }

  /** What is enrolled must be configured: a master key that wraps nothing any more need not be. */
  private forgetUnusedMasterKeys(): void {
    this.database
      .prepare(
        `DELETE FROM master_keys WHERE kid <> ?
           AND kid NOT IN (SELECT kid FROM personal_keys WHERE kid NOT NULL)`,
      )
      .run(this.masterKeys.current);
  }

  private readOrMake(subject: string): PersonalKey {
    const found = this.read(subject);
    if (found.kind !== 'absent') return found;
    const key = randomBytes(KEY_BYTES);
    const { kid, nonce, wrapped } = wrap(this.masterKeys, subject, key);
    this.insert.run(subject, kid, nonce, wrapped);
    return { kind: 'present', key };
  }
}

function enrolCurrentMasterKey(database: DatabaseSync, masterKeys: MasterKeys): void {
  const { kid, nonce, wrapped } = wrap(masterKeys, MASTER_KEY_CHECK, Buffer.alloc(0));
  database
    .prepare(
      'INSERT INTO master_keys (kid, nonce, wrapped) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
    )
    .run(kid, nonce, wrapped);
}

function checkMasterKeys(database: DatabaseSync, options: SqlitePersonalKeysOptions): void {
  for (const row of database.prepare('SELECT kid, nonce, wrapped FROM master_keys').all()) {
    try {
      unwrap(options.masterKeys, MASTER_KEY_CHECK, toWrapped(row));
    } catch (error) {
      throw new StoreRefusedError(
        `Master key '${String(row['kid'])}', which wraps keys in ${options.path}, ` +
          'is missing or another one bears its id: configure the key file that belongs to this data.',
        { cause: error },
      );
    }
  }
}

function toWrapped(row: Record<string, unknown>): {
  kid: string;
  nonce: Uint8Array;
  wrapped: Uint8Array;
} {
  const { kid, nonce, wrapped } = row;
  if (nonce instanceof Uint8Array && wrapped instanceof Uint8Array) {
    return { kid: String(kid), nonce, wrapped };
  }
  throw new StoreRefusedError('A personal key is not stored as bytes: restore the file.');
}

function closedUnlessOpened<T>(database: DatabaseSync, open: () => T): T {
  try {
    return open();
  } catch (error) {
    database.close();
    throw error;
  }
}
