import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { StoreRefusedError } from '@tierbook/eventing';
import {
  openDurableDatabase,
  openDurableDatabaseForReading,
  type DurableFileFormat,
} from './open-durable-database';

const FORMAT: DurableFileFormat = {
  what: 'test store',
  applicationId: 0x54427465,
  version: 2,
  schema: 'CREATE TABLE t (x TEXT) STRICT',
};

describe('openDurableDatabase', () => {
  let directory: string;
  let path: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'tierbook-'));
    path = join(directory, 'test.db');
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  const refusal = (open: () => DatabaseSync): string => {
    try {
      open().close();
    } catch (error) {
      expect(error).toBeInstanceOf(StoreRefusedError);
      const { message } = error as StoreRefusedError;
      expect(message).not.toContain('\n');
      expect(message).toContain(path);
      return message;
    }
    throw new Error('was not refused');
  };
  const sqliteFile = (statements: string) => {
    const database = new DatabaseSync(path);
    database.exec(statements);
    database.close();
  };

  it('lays out a new file, readable by its owner only, whose commits are on disk', () => {
    const database = openDurableDatabase(path, FORMAT);
    database.exec("INSERT INTO t VALUES ('kept')");
    expect(database.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 2 });
    expect(database.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
    for (const file of [path, `${path}-wal`]) expect(statSync(file).mode & 0o777).toBe(0o600);
    database.close();
    const again = openDurableDatabase(path, FORMAT);
    expect(again.prepare('SELECT x FROM t').all()).toEqual([{ x: 'kept' }]);
    again.close();
  });

  it.each([
    [
      'an empty file',
      () => {
        writeFileSync(path, '');
      },
    ],
    [
      'a file that got no further than WAL',
      () => {
        sqliteFile('PRAGMA journal_mode = WAL');
      },
    ],
  ])('lays out what a killed start left: %s', (_, leave) => {
    leave();
    const database = openDurableDatabase(path, FORMAT);
    expect(database.prepare('SELECT count(*) AS n FROM t').get()).toEqual({ n: 0 });
    database.close();
  });

  it.each([
    [
      'a SQLite file of another program',
      () => {
        sqliteFile('CREATE TABLE other (y)');
      },
    ],
    [
      'a Tierbook file of another kind',
      () => {
        sqliteFile('PRAGMA application_id = 1413641075; PRAGMA user_version = 1');
      },
    ],
    [
      'a file that is no database',
      () => {
        writeFileSync(path, 'name,city\n'.repeat(200));
      },
    ],
  ])('refuses %s and leaves it as it was', (_, write) => {
    write();
    const before = readFileSync(path);
    expect(refusal(() => openDurableDatabase(path, FORMAT))).toContain(
      'is not a Tierbook test store',
    );
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it('refuses a file of a newer version and leaves it as it was', () => {
    openDurableDatabase(path, { ...FORMAT, version: 3 }).close();
    const before = readFileSync(path);
    expect(refusal(() => openDurableDatabase(path, FORMAT))).toContain(
      'was written by a newer Tierbook (format 3, this one knows 2)',
    );
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it('refuses a path whose directory is not there', () => {
    path = join(directory, 'missing', 'test.db');
    expect(refusal(() => openDurableDatabase(path, FORMAT))).toContain('check that its directory');
  });

  describe('for reading', () => {
    it('reads what another connection committed, and may not write', () => {
      const writer = openDurableDatabase(path, FORMAT);
      const reader = openDurableDatabaseForReading(path, FORMAT);
      writer.exec("INSERT INTO t VALUES ('seen')");
      expect(reader.prepare('SELECT x FROM t').all()).toEqual([{ x: 'seen' }]);
      expect(() => {
        reader.exec("INSERT INTO t VALUES ('no')");
      }).toThrow(/readonly/);
      reader.close();
      writer.close();
    });

    it('refuses a file that is not there, and makes none', () => {
      refusal(() => openDurableDatabaseForReading(path, FORMAT));
      expect(() => statSync(path)).toThrow(/ENOENT/);
    });

    it('refuses a file that is not laid out yet', () => {
      writeFileSync(path, '');
      expect(refusal(() => openDurableDatabaseForReading(path, FORMAT))).toContain(
        'start the service first',
      );
    });
  });
});
