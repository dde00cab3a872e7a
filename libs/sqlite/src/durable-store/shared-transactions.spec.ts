import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { OutcomeUnknownError, StoreFullError, StoreUnavailableError } from '@tierbook/eventing';
import { SharedTransactions } from './shared-transactions';

describe('SharedTransactions', () => {
  let database: DatabaseSync;
  let transactions: SharedTransactions;
  beforeEach(() => {
    database = new DatabaseSync(':memory:');
    database.exec('CREATE TABLE t (n INTEGER PRIMARY KEY, filler BLOB) STRICT');
    transactions = new SharedTransactions(database, 'test.db');
  });
  afterEach(() => {
    jest.restoreAllMocks();
    database.close();
  });

  const insert = (n: number, bytes = 0) => {
    database.prepare('INSERT INTO t VALUES (?, zeroblob(?))').run(n, bytes);
    return n;
  };
  const stored = () =>
    database
      .prepare('SELECT n FROM t ORDER BY n')
      .all()
      .map((row) => row['n']);

  it('gives each caller its own result, from one transaction for all', async () => {
    const statements = jest.spyOn(database, 'exec');
    const results = await Promise.all(
      [1, 2, 3, 4, 5].map((n) => transactions.run(() => insert(n))),
    );
    expect(results).toEqual([1, 2, 3, 4, 5]);
    expect(statements.mock.calls).toEqual([['BEGIN IMMEDIATE'], ['COMMIT']]);
  });

  it('fails the whole batch when the disk fills up in its middle, and goes on when there is room', async () => {
    database.exec('PRAGMA max_page_count = 10');
    const batch = await Promise.allSettled(
      [insertion(1), insertion(2, 1_000_000), insertion(3)].map((work) => transactions.run(work)),
    );
    expect(batch.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    for (const result of batch) {
      expect(result).toMatchObject({ reason: expect.any(StoreFullError) });
    }
    expect(stored()).toEqual([]);
    database.exec('PRAGMA max_page_count = 10000');
    await transactions.run(insertion(4));
    expect(stored()).toEqual([4]);
  });

  it('fails the whole batch when one piece of work throws, with its error', async () => {
    const failure = new Error('broken');
    const batch = await Promise.allSettled([
      transactions.run(insertion(1)),
      transactions.run(() => {
        throw failure;
      }),
    ]);
    expect(batch).toEqual([
      { status: 'rejected', reason: failure },
      { status: 'rejected', reason: failure },
    ]);
    expect(stored()).toEqual([]);
  });

  it('never writes again after an I/O error', async () => {
    failCommitOnce(4874); // SQLITE_IOERR_FSYNC and its kin share the primary code 10
    await expect(transactions.run(insertion(1))).rejects.toBeInstanceOf(OutcomeUnknownError);
    await expect(transactions.run(insertion(2))).rejects.toThrow(/after an I\/O error/);
    expect(stored()).toEqual([]);
  });

  it('refuses only the batch that another writer kept out', async () => {
    failCommitOnce(5);
    await expect(transactions.run(insertion(1))).rejects.toBeInstanceOf(StoreUnavailableError);
    await transactions.run(insertion(2));
    expect(stored()).toEqual([2]);
  });

  it('writes what is queued when it closes, and takes no more', async () => {
    const queued = transactions.run(insertion(1));
    transactions.close();
    expect(stored()).toEqual([1]);
    await queued;
    await expect(transactions.run(insertion(2))).rejects.toBeInstanceOf(StoreUnavailableError);
  });

  function insertion(n: number, bytes = 0): () => number {
    return () => insert(n, bytes);
  }

  function failCommitOnce(errcode: number): void {
    const exec = database.exec.bind(database);
    let failed = false;
    jest.spyOn(database, 'exec').mockImplementation((sql) => {
      if (sql === 'COMMIT' && !failed) {
        failed = true;
        throw Object.assign(new Error('injected'), { errcode });
      }
      exec(sql);
    });
  }
});
