import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, it } from '@jest/globals';
import { StoreRefusedError, StoreUnavailableError, type Position } from '@tierbook/eventing';
import { Cursors, customersView, findPage, type Query } from '@tierbook/read-models';
import { readStoreContract } from '@tierbook/read-models/testing';
import { directReader } from './testing/direct-reader';
import { openSqliteProjectionStore, openSqliteReadStore } from './sqlite-read-store';

const directory = mkdtempSync(join(tmpdir(), 'tierbook-views-'));
let opened = 0;
const newPath = () => join(directory, `${String(++opened)}.db`);
afterAll(() => {
  rmSync(directory, { recursive: true });
});

readStoreContract(() => {
  const path = newPath();
  const writer = openSqliteProjectionStore({ path });
  return Promise.resolve({
    writer,
    reader: openSqliteReadStore({ path }),
    direct: directReader(path),
  });
});

describe('SQLite ReadStore', () => {
  it('refuses a file of another program, and one that is not there', () => {
    const path = newPath();
    expect(() => openSqliteReadStore({ path })).toThrow(StoreRefusedError);
    const database = new DatabaseSync(path);
    database.exec('CREATE TABLE other (y)');
    database.close();
    expect(() => openSqliteProjectionStore({ path })).toThrow(StoreRefusedError);
    expect(() => openSqliteReadStore({ path })).toThrow(StoreRefusedError);
  });

  it('builds anew what an older Tierbook laid out otherwise', async () => {
    const path = newPath();
    const older = openSqliteProjectionStore({ path });
    await older.promote(await older.begin(customersView));
    await older.close();
    const database = new DatabaseSync(path);
    database.exec('ALTER TABLE builds DROP COLUMN listed; PRAGMA user_version = 2');
    database.close();
    const store = openSqliteProjectionStore({ path });
    expect(await store.builds()).toEqual([]);
    await store.promote(await store.begin(customersView));
    expect(await store.positionOf(customersView)).toBeUndefined();
    await store.close();
  });

  it('leaves nothing of what was overwritten, once it is scrubbed', async () => {
    const path = newPath();
    const store = openSqliteProjectionStore({ path });
    const build = await store.begin(customersView);
    const place = (n: number) => `0000000000000000-${String(n).padStart(20, '0')}` as Position;
    const write = (n: number, companyName: string | null) =>
      store.write([
        {
          build,
          documents: [{ key: 'c', position: place(n), doc: { companyName } }],
          checkpoint: { position: place(n), eventId: 'e' },
        },
      ]);
    await write(1, 'Segredo Guardado');
    await write(2, null);
    const files = () => Buffer.concat([path, `${path}-wal`].map((file) => readFileSync(file)));
    expect(files().includes('Segredo Guardado')).toBe(true);
    expect(await store.scrub?.()).toBe(true);
    for (const text of ['Segredo', 'segredo', 'guardado'])
      expect(files().includes(text)).toBe(false);
    await store.close();
  });

  it('meets what another writer has written since it loaded', async () => {
    const path = newPath();
    const place = (n: number) => `0000000000000000-${String(n).padStart(20, '0')}` as Position;
    const [store, other] = [
      openSqliteProjectionStore({ path }),
      openSqliteProjectionStore({ path }),
    ];
    const build = await store.begin(customersView);
    const write = (by: typeof store, n: number, ...keys: readonly string[]) => {
      const documents = keys.map((key) => ({
        key,
        position: place(n),
        doc: { country: String(n) },
      }));
      return by.write([{ build, documents, checkpoint: { position: place(n), eventId: 'e' } }]);
    };
    await write(store, 1, 'a', 'b');
    const keys = ['a', 'b', 'c', 'd'];
    await store.load(build, keys);
    await write(other, 3, 'a', 'c');
    await write(store, 2, ...keys);
    const countries = [...(await store.load(build, keys))].map(([key, { doc }]) => [key, doc]);
    expect(Object.fromEntries(countries)).toEqual({
      a: { country: '3' },
      b: { country: '2' },
      c: { country: '3' },
      d: { country: '2' },
    });
    await write(store, 4, ...keys);
    await write(store, 3, ...keys);
    await store.promote(build);
    expect((await store.get(customersView, 'b'))?.doc.country).toBe('4');
    for (const each of [store, other]) await each.close();
  });

  describe('when its file is not what it was', () => {
    const filled = async (path: string) => {
      const store = openSqliteProjectionStore({ path });
      await store.promote(await store.begin(customersView));
      return store;
    };
    /** Asks until the store has noticed, and answers what it says then. */
    const until = async <T>(ask: () => Promise<T>, holds: (outcome: unknown) => boolean) => {
      for (;;) {
        const outcome: unknown = await ask().catch((error: unknown) => error);
        if (holds(outcome)) return outcome;
        await new Promise(setImmediate);
      }
    };
    const isUnavailable = (outcome: unknown) => outcome instanceof StoreUnavailableError;

    it('removed: the writer says so, and the reader reads from the next one', async () => {
      const path = newPath();
      const writer = await filled(path);
      const reader = openSqliteReadStore({ path });
      expect(await reader.positionOf(customersView)).toBeUndefined();
      for (const end of ['', '-wal', '-shm']) rmSync(path + end);
      expect(String(await until(() => writer.builds(), isUnavailable))).toContain('built again');
      expect(String(await until(() => reader.positionOf(customersView), isUnavailable))).toContain(
        'built again',
      );
      const next = await filled(path);
      await until(
        () => reader.positionOf(customersView),
        (outcome) => outcome === undefined,
      );
      for (const each of [reader, writer, next]) await each.close();
    });

    it('damaged: it is never read from, and it is discarded', async () => {
      const path = newPath();
      const store = await filled(path);
      await store.close();
      const bytes = readFileSync(path);
      bytes.fill(0x5a, 4_096);
      writeFileSync(path, bytes);
      const reader = openSqliteReadStore({ path });
      await expect(reader.positionOf(customersView)).rejects.toBeInstanceOf(StoreUnavailableError);
      await reader.close();
      const again = openSqliteProjectionStore({ path });
      expect(await again.builds()).toEqual([]);
      await again.close();
    });

    it('of a newer Tierbook: neither reads nor writes it', async () => {
      const path = newPath();
      const store = await filled(path);
      const database = new DatabaseSync(path);
      database.exec('PRAGMA user_version = 99');
      database.close();
      await expect(store.positionOf(customersView)).rejects.toThrow(/newer Tierbook/);
      await expect(store.begin(customersView)).rejects.toThrow(/newer Tierbook/);
      await store.close();
      expect(() => openSqliteReadStore({ path })).toThrow(StoreRefusedError);
    });
  });

  it('looks at so many rows for one page, and finds each row of a common term that others hold off once', async () => {
    const store = openSqliteProjectionStore({ path: newPath() });
    const build = await store.begin(customersView);
    await store.promote(build);
    const place = (n: number) => `0000000000000000-${String(n).padStart(20, '0')}` as Position;
    const wanted = (n: number) => n % 17_000 === 16_999 || n === 50_000;
    const documents = Array.from({ length: 50_001 }, (_, n) => {
      const companyName = `Padaria ${String(n).padStart(6, '0')} Ltda`;
      const status = wanted(n) ? 'ended' : 'active';
      const doc = { providerId: 'p', companyName, status, licences: wanted(n) ? 1 : 0 };
      return { key: `c${String(n)}`, position: place(1), doc };
    });
    await store.write([{ build, documents, checkpoint: { position: place(1), eventId: 'e' } }]);
    const query: Query = {
      where: [
        { field: 'providerId', op: 'eq', value: 'p' },
        { field: 'companyName', op: 'contains', value: 'ltda' },
        { field: 'licences', op: 'eq', value: 1 },
      ],
      sort: { field: 'companyName', direction: 'asc' },
      limit: 2,
    };
    const pages: (readonly string[])[] = [];
    let page = await store.find(customersView, query);
    for (;;) {
      pages.push(page.rows.map(({ key }) => key));
      if (page.next === undefined) break;
      page = await store.find(customersView, { ...query, after: page.next });
    }
    expect(pages).toEqual([[], ['c16999'], [], ['c33999'], [], ['c50000']]);
    const reads = { store, cursors: new Cursors(Buffer.alloc(32)) };
    const { where, sort } = query;
    const listed = await findPage(reads, customersView, { where, sort }, { limit: 2 });
    expect(listed.items.map(({ key }) => key)).toEqual(['c16999']);
    // Of one row more than are looked at, where no index holds the others off.
    const [provider, term] = where;
    const ended = { field: 'status', op: 'eq', value: 'ended' } as const;
    const counted = await store.find(customersView, {
      ...query,
      where: [provider, term, ended].filter((each) => each !== undefined),
      count: true,
      countBy: ['country'],
    });
    const { atLeast } = counted.total as { readonly atLeast: number };
    expect([2, 3]).toContain(atLeast);
    expect(counted.counts?.['country']).toEqual([{ value: null, count: { atLeast } }]);
    expect(await store.find(customersView, { ...query, count: true })).toMatchObject({ total: 3 });
    await store.close();
  });

  it('reads the customers that a reseller has reasons to see along an index, both ways', async () => {
    const path = newPath();
    const store = openSqliteProjectionStore({ path });
    const build = await store.begin(customersView);
    await store.promote(build);
    const position = `0000000000000000-${'1'.padStart(20, '0')}` as Position;
    const documents = Array.from({ length: 30 }, (_, n) => {
      const seenBy = n % 3 === 0 ? ['r', 's'] : ['s'];
      const doc = { companyName: `Padaria ${String(n % 7)}`, licences: n % 5, seenBy };
      return { key: `c${String(n).padStart(2, '0')}`, position, doc };
    });
    await store.write([{ build, documents, checkpoint: { position, eventId: 'e' } }]);
    for (const field of ['companyName', 'domain', 'createdAt', 'licences']) {
      for (const direction of ['asc', 'desc'] as const) {
        const where = [{ field: 'seenBy', op: 'eq', value: 'r' }] as const;
        const query: Query = { where, sort: { field, direction }, limit: 4 };
        const whole = await store.find(customersView, { ...query, limit: 200 });
        const paged: string[] = [];
        for (let after: Query['after']; ;) {
          const { rows, next } = await store.find(customersView, { ...query, after });
          paged.push(...rows.map(({ key }) => key));
          if (next === undefined) break;
          after = next;
        }
        expect(paged).toHaveLength(10);
        expect(paged).toEqual(whole.rows.map(({ key }) => key));
      }
    }
    await store.discard(build);
    await store.close();
    const database = new DatabaseSync(path, { readOnly: true });
    const left = database.prepare(`SELECT name FROM sqlite_schema WHERE name LIKE 'customers%'`);
    expect(left.all()).toEqual([]);
    database.close();
  });

  it('refuses reads once closed', async () => {
    const store = openSqliteProjectionStore({ path: newPath() });
    await store.close();
    await expect(store.positionOf(customersView)).rejects.toBeInstanceOf(StoreUnavailableError);
  });

  it.each([
    ['a list of customers', ['providerId', 'companyName'], 'companyName'],
    ['one reseller of them', ['providerId', 'resellerId', 'companyName'], 'companyName'],
    ['the newest customers', ['providerId', 'createdAt'], 'createdAt'],
  ])('reads %s from an index, in order, without sorting', async (_, index, sort) => {
    const path = newPath();
    const store = openSqliteProjectionStore({ path });
    await store.begin(customersView);
    await store.close();
    const database = new DatabaseSync(path, { readOnly: true });
    const where = index.slice(0, -1).map((field) => `d."${field}" = 'x'`);
    const plan = database
      .prepare(
        `EXPLAIN QUERY PLAN SELECT d.doc FROM customers_v1 AS d
         WHERE d.live = 1 AND ${where.join(' AND ')} AND (d."${sort}", d.key) > ('a', 'b')
         ORDER BY d."${sort}" ASC, d.key ASC LIMIT 50`,
      )
      .all()
      .map(({ detail }) => String(detail));
    database.close();
    expect(plan).toHaveLength(1);
    expect(plan[0]).toMatch(new RegExp(`USING INDEX .*\\(.*${sort}.*\\)`));
  });
});
