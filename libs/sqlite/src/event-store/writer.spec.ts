import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  rmSync,
  statSync,
  truncateSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Worker } from 'node:worker_threads';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import type { StoredEvent } from '@tierbook/eventing';
import { random } from '@tierbook/eventing/testing';
import { openDurableDatabase } from '../durable-store/open-durable-database';
import { EVENT_LOG_FORMAT } from './event-log-format';
import { openSqliteEventStore } from './sqlite-event-store';

const directory = mkdtempSync(join(tmpdir(), 'tierbook-writer-'));
const CHILD = join(__dirname, 'testing', 'append-until-killed.mts');
/** `KILL_SEED` runs the same kills again; `KILL_ROUNDS` makes more of them. */
const SEED = Number(process.env['KILL_SEED'] ?? Date.now() % 2 ** 31);
const ROUNDS = Number(process.env['KILL_ROUNDS'] ?? 8);
let files = 0;
const children: ChildProcess[] = [];

function newLog(): string {
  const path = join(directory, `events-${++files}.db`);
  openDurableDatabase(path, EVENT_LOG_FORMAT).close();
  return path;
}

/** Runs the appending process and kills it once it has printed so many lines; gives all its lines. */
async function appendUntilKilled(path: string, callers: number, lines: number): Promise<string[]> {
  const child = spawn(process.execPath, [CHILD, path, String(callers)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const exited = once(child, 'exit');
  const seen: string[] = [];
  for await (const line of createInterface(child.stdout)) {
    seen.push(line);
    if (seen.length === lines) child.kill('SIGKILL');
  }
  expect((await exited)[1]).toBe('SIGKILL');
  return seen;
}

/** Opens the log as the service does, and reads it whole. */
async function reopen(path: string): Promise<StoredEvent[]> {
  const store = await openSqliteEventStore({ path });
  const events: StoredEvent[] = [];
  for await (const batch of store.readAll()) events.push(...batch.events);
  await store.close();
  return events;
}

/** Places in their append that do not go on from the event before: an append that is half there. */
function halfAppends(events: readonly StoredEvent[]): StoredEvent[] {
  return events.filter(({ metadata }, index) => {
    const next = events[index + 1]?.metadata.append.index ?? 0;
    const { index: place, of } = metadata.append;
    return next !== (place === of - 1 ? 0 : place + 1);
  });
}

function unexpectedRevisions(events: readonly StoredEvent[]): StoredEvent[] {
  const lengths = new Map<string, number>();
  return events.filter(({ stream, revision }) => {
    const length = lengths.get(stream) ?? 0;
    lengths.set(stream, length + 1);
    return revision !== length;
  });
}

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});

describe('the event writer', () => {
  it('runs with WAL and synchronous=FULL', async () => {
    const worker = new Worker(join(__dirname, 'writer.worker.mts'), {
      workerData: { path: newLog(), maxPages: null },
    });

    const [ready] = (await once(worker, 'message')) as unknown[];

    expect(ready).toEqual({ kind: 'ready', journalMode: 'wal', synchronous: 2 });
    await worker.terminate();
  });

  it(`loses nothing acknowledged and halves nothing when it is killed (seed ${SEED})`, async () => {
    const next = random(SEED);
    const path = newLog();
    const acknowledged: string[] = [];

    for (let round = 0; round < ROUNDS; round++) {
      const lines = await appendUntilKilled(path, 1 + next(50), 1 + next(400));
      acknowledged.push(...lines.flatMap((line) => line.split(' ')));

      const events = await reopen(path);
      const ids = new Set(events.map(({ id }) => id));
      expect(ids.size).toBe(events.length);
      expect(acknowledged.filter((id) => !ids.has(id))).toEqual([]);
      expect(halfAppends(events)).toEqual([]);
      expect(unexpectedRevisions(events)).toEqual([]);
    }
  }, 120_000);

  it(`opens on a torn end of the WAL, without half an append (seed ${SEED})`, async () => {
    const next = random(SEED);
    const path = newLog();
    await appendUntilKilled(path, 20, 200);
    expect(existsSync(`${path}-wal`)).toBe(true);
    const size = statSync(`${path}-wal`).size;

    for (let round = 0; round < 10; round++) {
      const copy = join(directory, `torn-${round}.db`);
      copyFileSync(path, copy);
      copyFileSync(`${path}-wal`, `${copy}-wal`);
      truncateSync(`${copy}-wal`, next(size));
      if (round % 2 === 0) appendFileSync(`${copy}-wal`, Buffer.alloc(1 + next(9000), 0xa5));

      const events = await reopen(copy);

      expect(halfAppends(events)).toEqual([]);
      expect(unexpectedRevisions(events)).toEqual([]);
    }
  });

  it('stops at an I/O error, without acknowledging what it could not write', async () => {
    const path = newLog();
    // The limit on a file's size (in blocks of 512 or 1024 bytes) makes a write fail as a bad disk does.
    const script = `trap '' XFSZ; ulimit -f 2000; exec "$0" "$@"`;
    const child = spawn('sh', ['-c', script, process.execPath, CHILD, path, '20'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    const exited = once(child, 'exit');
    const lines: string[] = [];
    for await (const line of createInterface(child.stdout)) lines.push(line);

    expect((await exited)[0]).toBe(3);
    expect(JSON.parse(lines.pop() ?? '')).toMatchObject({ code: 10, fatal: true, untried: false });
    const events = await reopen(path);
    const ids = new Set(events.map(({ id }) => id));
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.flatMap((line) => line.split(' ')).filter((id) => !ids.has(id))).toEqual([]);
    expect(halfAppends(events)).toEqual([]);
  });
});
