import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, it } from '@jest/globals';
import { StoreRefusedError, StoreUnavailableError } from '@tierbook/eventing';
import { stateStoreContract } from '@tierbook/state/testing';
import { openSqliteStateStore } from './sqlite-state-store';

const directory = mkdtempSync(join(tmpdir(), 'tierbook-state-'));
let opened = 0;
const newPath = () => join(directory, `${String(++opened)}.db`);
afterAll(() => {
  rmSync(directory, { recursive: true });
});

stateStoreContract(() => Promise.resolve(openSqliteStateStore({ path: newPath() })));

describe('SQLite StateStore', () => {
  it('keeps what it answered for when it is opened again', async () => {
    const path = newPath();
    const first = openSqliteStateStore({ path });
    await first.put('c', 'k', { a: 1 });
    await first.put('c', 'k', { a: 2 });
    await first.close();
    const second = openSqliteStateStore({ path });
    expect(await second.get('c', 'k')).toEqual({ key: 'k', value: { a: 2 }, version: 2 });
    await second.close();
  });

  it('lets one of two processes win a version', async () => {
    const path = newPath();
    const stores = [openSqliteStateStore({ path }), openSqliteStateStore({ path })];
    const versions = await Promise.all(stores.map((store) => store.put('c', 'k', 1, 'absent')));
    expect(versions.filter((version) => version !== undefined)).toEqual([1]);
    for (const store of stores) await store.close();
  });

  it('writes what is under way before it closes, and refuses afterwards', async () => {
    const path = newPath();
    const store = openSqliteStateStore({ path });
    const write = store.put('c', 'k', 1);
    await store.close();
    await store.close();
    expect(await write).toBe(1);
    await expect(store.put('c', 'k', 2)).rejects.toBeInstanceOf(StoreUnavailableError);
  });

  it('refuses a file of another program', () => {
    const path = newPath();
    const database = new DatabaseSync(path);
    database.exec('CREATE TABLE other (y)');
    database.close();
    expect(() => openSqliteStateStore({ path })).toThrow(StoreRefusedError);
  });
});
