import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, it } from '@jest/globals';
import { StoreFullError, StoreRefusedError } from '@tierbook/eventing';
import { newEvents } from '@tierbook/eventing/testing';
import { openSqliteEventReader } from '../event-store/sqlite-event-reader';
import { openSqliteEventStore } from '../event-store/sqlite-event-store';
import { openSqliteStateReader, openSqliteStateStore } from '../state-store/sqlite-state-store';
import { copySqliteFiles, renameLog, summariseLog } from './sqlite-backup';

const directory = mkdtempSync(join(tmpdir(), 'tierbook-sqlite-backup-'));
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

let made = 0;
function newPlace() {
  made += 1;
  const at = (name: string) => join(directory, `${String(made)}-${name}`);
  return {
    log: { from: at('events.db'), to: at('copy-events.db') },
    state: { from: at('state.db'), to: at('copy-state.db') },
  };
}

async function filled(events: number) {
  const place = newPlace();
  const store = await openSqliteEventStore({ path: place.log.from });
  const state = openSqliteStateStore({ path: place.state.from });
  const append = async (n: number) => {
    const write = {
      stream: `s-${String(n)}`,
      expectedRevision: 'no_stream' as const,
      events: newEvents(1),
    };
    const outcome = await store.append([write]);
    if (outcome.kind !== 'appended') throw new Error('not appended');
    return outcome.position;
  };
  for (let n = 0; n < events; n += 1) await append(n);
  return { place, store, state, append };
}

describe('a copy of SQLite files', () => {
  it('has the log, and the state as it stood at that moment, while both are written', async () => {
    const { place, store, state, append } = await filled(300);
    const work = { isOver: false };
    let written = 300;
    // State goes ahead of the log by one and follows it: at no moment do they differ by more.
    const writing = (async () => {
      while (!work.isOver) {
        await state.put('n', 'next', written + 1);
        await append(written);
        written += 1;
      }
    })();
    for (let round = 0; round < 5; round += 1) {
      const to = {
        log: { ...place.log, to: `${place.log.to}-${String(round)}` },
        state: { ...place.state, to: `${place.state.to}-${String(round)}` },
      };
      await copySqliteFiles(to);
      const { last } = summariseLog(to.log.to);
      const copy = openSqliteStateReader({ path: to.state.to });
      const next = (await copy.get<number>('n', 'next'))?.value ?? 301;
      await copy.close();
      expect([last, last + 1]).toContain(next);
      expect(
        readdirSync(directory).filter((name) => name.startsWith(`${String(made)}-copy`)),
      ).not.toContain(`${String(made)}-copy-events.db-${String(round)}-wal`);
      expect(statSync(to.log.to).mode & 0o777).toBe(0o600);
    }
    work.isOver = true;
    await writing;
    expect(written).toBeGreaterThan(300);
    await state.close();
    await store.close();
  });

  it('says in one line that the disk is full', async () => {
    const { place, store, state } = await filled(1);
    const full = copySqliteFiles({ ...place, log: { ...place.log, to: '/dev/full' } });
    await expect(full).rejects.toThrow(StoreFullError);
    await expect(full).rejects.toThrow(/^The disk under \/dev\/full is full: free space[^\n]*$/);
    await state.close();
    await store.close();
  });

  it('is none of what is not there, or is something else', async () => {
    const place = newPlace();
    await expect(copySqliteFiles(place)).rejects.toThrow(StoreRefusedError);
    const other = new DatabaseSync(place.log.from);
    other.exec('CREATE TABLE recipes (name TEXT)');
    other.close();
    await expect(copySqliteFiles(place)).rejects.toThrow('is not a Tierbook event log');
  });
});

describe('a log under another id', () => {
  it('has its positions wherever the state names them, but where it must not be touched', async () => {
    const { place, store, state, append } = await filled(2);
    const position = await append(2);
    await state.put('cursors', `of-${position}`, { position, more: [position] });
    await state.put('chained', 'entry', { position });
    const from = store.logId;
    await state.close();
    await store.close();

    const to = 'fedcba9876543210';
    renameLog({ log: place.log.from, state: place.state.from }, { from, to }, ['chained']);

    const reader = openSqliteEventReader(place.log.from);
    const renamed = position.replace(from, to);
    expect([reader.logId, await reader.head()]).toEqual([to, renamed]);
    await reader.close();
    const after = openSqliteStateStore({ path: place.state.from });
    expect((await after.get('cursors', `of-${renamed}`))?.value).toEqual({
      position: renamed,
      more: [renamed],
    });
    expect((await after.get('chained', 'entry'))?.value).toEqual({ position });
    await after.close();
  });
});
