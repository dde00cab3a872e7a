import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Worker } from 'node:worker_threads';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import {
  type AppendOutcome,
  type EventBatch,
  type EventReader,
  type NewEvent,
  OutcomeUnknownError,
  type Position,
  StoreFullError,
  StoreLockedError,
  StoreRefusedError,
  StoreUnavailableError,
  type StoredEvent,
  type StreamWrite,
} from '@tierbook/eventing';
import { eventStoreContract, newEvent, newEvents } from '@tierbook/eventing/testing';
import { openDurableDatabase } from '../durable-store/open-durable-database';
import { EVENT_LOG_FORMAT } from './event-log-format';
import { openSqliteEventReader, type SqliteEventReader } from './sqlite-event-reader';
import {
  openSqliteEventStore,
  SqliteEventStore,
  type SqliteEventStoreOptions,
} from './sqlite-event-store';
import { requireSafeSqlite } from './sqlite-version';
import { takeStoreLock } from './store-lock';

const directory = mkdtempSync(join(tmpdir(), 'tierbook-events-'));
const open: { close(): Promise<void> }[] = [];
let files = 0;

function newPath(): string {
  return join(directory, `events-${++files}.db`);
}

async function openStore(
  options: Partial<SqliteEventStoreOptions> = {},
): Promise<SqliteEventStore> {
  const store = await openSqliteEventStore({ path: newPath(), ...options });
  open.push(store);
  return store;
}

function openReader(path: string): SqliteEventReader {
  const reader = openSqliteEventReader(path);
  open.push(reader);
  return reader;
}

function write(
  stream: string,
  events: readonly NewEvent[],
  expectedRevision: StreamWrite['expectedRevision'] = 'no_stream',
): StreamWrite[] {
  return [{ stream, expectedRevision, events }];
}

async function logOf(store: EventReader): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  for await (const batch of store.readAll()) events.push(...batch.events);
  return events;
}

async function revisionsOf(
  store: EventReader,
  stream: string,
  fromRevision: number,
): Promise<number[]> {
  const revisions: number[] = [];
  for await (const page of store.readStream(stream, { fromRevision })) {
    revisions.push(...page.map(({ revision }) => revision));
  }
  return revisions;
}

/** Counts the groups in which a store commits from now on. */
function countCommits(store: SqliteEventStore): { readonly heads: Position[] } {
  const heads: Position[] = [];
  store.onCommit((head) => heads.push(head));
  return { heads };
}

afterEach(async () => {
  for (const opened of open.splice(0)) await opened.close();
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});

eventStoreContract('SqliteEventStore', () => openSqliteEventStore({ path: newPath() }));

describe('group commit', () => {
  it('reads what was appended to a stream that had been read to its end before', async () => {
    const store = await openStore();
    const first = newEvents(2);
    await store.append(write('a', first));
    expect(await revisionsOf(store, 'a', 2)).toEqual([]);

    await store.append(write('a', newEvents(1), 1));
    expect(await revisionsOf(store, 'a', 2)).toEqual([2]);
    expect(await revisionsOf(store, 'a', 3)).toEqual([]);

    // The answer to a repeat names an earlier end.
    await store.append(write('a', first));
    expect(await revisionsOf(store, 'a', 2)).toEqual([2]);
    await store.append([
      { stream: 'b', expectedRevision: 'no_stream', events: newEvents(1) },
      { stream: 'a', expectedRevision: 2, events: newEvents(2) },
    ]);
    expect(await revisionsOf(store, 'a', 3)).toEqual([3, 4]);
  });

  it('writes what is queued in one transaction, at most 256 commands', async () => {
    const store = await openStore();
    const { heads } = countCommits(store);

    const outcomes = await Promise.all(
      newEvents(600).map((event, n) => store.append(write(`s-${n}`, [event]))),
    );

    const positions = outcomes.map((outcome) => 'position' in outcome && outcome.position);
    expect(heads).toEqual([positions[255], positions[511], positions[599]]);
  });

  it('does not wait for company', async () => {
    const store = await openStore();
    const { heads } = countCommits(store);

    for (let n = 0; n < 5; n++) await store.append(write(`s-${n}`, newEvents(1)));

    expect(heads).toHaveLength(5);
  });

  it('gathers what queues while a group is being committed', async () => {
    const store = await openStore();
    const { heads } = countCommits(store);
    const appending: Promise<AppendOutcome>[] = [];

    for (let turn = 0; turn < 200; turn++) {
      appending.push(store.append(write(`s-${turn}`, newEvents(1))));
      await new Promise(setImmediate);
    }
    await Promise.all(appending);

    expect(heads.length).toBeLessThan(200);
  });

  it('fails only the command in conflict, in the middle of a group', async () => {
    const store = await openStore();
    await store.append(write('s-1', newEvents(1)));
    const { heads } = countCommits(store);

    const outcomes = await Promise.all([
      store.append(write('s-2', newEvents(2))),
      store.append([...write('s-3', newEvents(1)), ...write('s-1', newEvents(1), 4)]),
      store.append(write('s-1', newEvents(1), 0)),
      store.append(write('s-2', newEvents(1), 1)),
    ]);

    expect(outcomes.map(({ kind }) => kind)).toEqual([
      'appended',
      'conflict',
      'appended',
      'appended',
    ]);
    expect(heads).toHaveLength(1);
    expect((await logOf(store)).map(({ stream }) => stream)).toEqual([
      's-1',
      's-2',
      's-2',
      's-1',
      's-2',
    ]);
  });

  it('fails only the command whose event id stands elsewhere in the log', async () => {
    const store = await openStore();
    const event = newEvent();
    await store.append(write('s-1', [event]));

    const [before, taken, after] = await Promise.allSettled([
      store.append(write('s-2', newEvents(1))),
      store.append(write('s-3', [newEvent(), event])),
      store.append(write('s-4', newEvents(1))),
    ]);

    expect([before, after].map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
    expect(taken).toMatchObject({ status: 'rejected', reason: { name: 'TypeError' } });
    expect(await logOf(store)).toHaveLength(3);
  });

  it('refuses what would wait too long, and takes more once the queue is shorter', async () => {
    const store = await openStore();
    const appending = newEvents(10_000).map((event, n) => store.append(write(`s-${n}`, [event])));

    await expect(store.append(write('s-more', newEvents(1)))).rejects.toThrow(
      StoreUnavailableError,
    );

    await Promise.all(appending);
    expect((await store.append(write('s-more', newEvents(1)))).kind).toBe('appended');
  });

  it('refuses what would take too much memory while it waits', async () => {
    const store = await openStore();
    const large = () => newEvent({ data: { text: 'x'.repeat(900_000) } });
    const appending = Array.from({ length: 80 }, (_, n) =>
      store.append(write(`s-${n}`, [large()])),
    );

    const outcomes = await Promise.allSettled(appending);

    const refused = outcomes.filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(80 - 71);
    expect(await logOf(store)).toHaveLength(71);
  });
});

describe('a full disk', () => {
  const PAGES = 300;
  const kilobytes = (count: number) => newEvent({ data: { text: 'x'.repeat(count * 1000) } });

  /** A log with little room left below its quota, the rest taken by a table that can be dropped. */
  async function nearlyFull() {
    const path = newPath();
    await (await openStore({ path })).close();
    const ballast = new DatabaseSync(path);
    ballast.exec(
      `CREATE TABLE ballast (filler BLOB); INSERT INTO ballast VALUES (zeroblob(800000))`,
    );
    const store = await openStore({ path, maxPages: PAGES });
    const makeRoom = () => {
      ballast.exec('DROP TABLE ballast');
      ballast.close();
    };
    return { store, makeRoom };
  }

  it('refuses the whole group in whose middle it comes, and writes none of it', async () => {
    const { store, makeRoom } = await nearlyFull();
    await store.append(write('s-before', newEvents(1)));
    const { heads } = countCommits(store);

    const outcomes = await Promise.allSettled([
      ...newEvents(10).map((event, n) => store.append(write(`s-small-${n}`, [event]))),
      store.append(write('s-large', [kilobytes(900)])),
      ...newEvents(10).map((event, n) => store.append(write(`s-later-${n}`, [event]))),
    ]);

    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { name: 'StoreFullError' } });
    }
    expect(heads).toEqual([]);
    expect((await logOf(store)).map(({ stream }) => stream)).toEqual(['s-before']);
    makeRoom();
  });

  it('refuses appends while it lasts, serves reads, and recovers by itself', async () => {
    const { store, makeRoom } = await nearlyFull();
    let written = 0;
    const fill = async () => {
      for (;;) await store.append(write(`s-${written}`, [kilobytes(20)])).then(() => written++);
    };
    await expect(fill()).rejects.toThrow(StoreFullError);
    expect(written).toBeGreaterThan(0);

    await expect(store.append(write('s-small', newEvents(1)))).rejects.toThrow(StoreFullError);
    expect(await logOf(store)).toHaveLength(written);

    makeRoom();
    expect((await store.append(write('s-small', newEvents(1)))).kind).toBe('appended');
    expect(await logOf(store)).toHaveLength(written + 1);
  });
});

describe('a failing writer', () => {
  it('writes nothing of a group in which any statement fails, and tries again', async () => {
    const path = newPath();
    const store = await openStore({ path });
    const other = new DatabaseSync(path);
    other.exec(`CREATE TRIGGER trap BEFORE INSERT ON events WHEN NEW.type = 'Trapped'
                BEGIN SELECT RAISE(ABORT, 'trapped'); END`);

    const outcomes = await Promise.allSettled([
      store.append(write('s-1', newEvents(1))),
      store.append(write('s-2', [newEvent({ type: 'Trapped' })])),
      store.append(write('s-3', newEvents(1))),
    ]);

    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({
        status: 'rejected',
        reason: { name: 'OutcomeUnknownError' },
      });
    }
    expect(await logOf(store)).toEqual([]);
    other.exec('DROP TRIGGER trap');
    other.close();
    expect((await store.append(write('s-1', newEvents(1)))).kind).toBe('appended');
  });

  /** A store whose writer's thread runs `script` instead, with `port` at hand. */
  async function withWriter(script: string) {
    const path = newPath();
    openDurableDatabase(path, EVENT_LOG_FORMAT).close();
    const fatal: Error[] = [];
    const writer = new Worker(
      `const port = require('node:worker_threads').parentPort;
       port.on('message', (message) => {
         if (message === 'close') port.close();
         else { ${script} }
       });`,
      { eval: true },
    );
    const options = { path, onFatal: (error: Error) => fatal.push(error) };
    const store = new SqliteEventStore(options, takeStoreLock(path), writer);
    open.push(store);
    await once(writer, 'online');
    return { store, fatal };
  }
  const failed = (failure: object) =>
    `port.postMessage({ kind: 'failed', count: message.length, failure: ${JSON.stringify(failure)} })`;

  it('leaves the outcome unknown and ends the store at an I/O error', async () => {
    const { store, fatal } = await withWriter(
      failed({ code: 10, message: 'disk I/O error', untried: false, fatal: true }),
    );

    await expect(store.append(write('s-1', newEvents(1)))).rejects.toThrow(OutcomeUnknownError);

    await expect(store.append(write('s-1', newEvents(1)))).rejects.toThrow(StoreUnavailableError);
    expect(fatal.map(({ message }) => message)).toEqual([expect.stringMatching('disk I/O error')]);
    expect(await logOf(store)).toEqual([]);
  });

  it('leaves the outcome unknown at any other error, and goes on', async () => {
    const { store, fatal } = await withWriter(
      failed({ code: 1, message: 'logic error', untried: false, fatal: false }),
    );

    for (let attempt = 0; attempt < 2; attempt++) {
      await expect(store.append(write('s-1', newEvents(1)))).rejects.toThrow(OutcomeUnknownError);
    }
    expect(fatal).toEqual([]);
  });

  it('says that nothing was written when its probe failed', async () => {
    const { store } = await withWriter(
      failed({ code: 1, message: 'logic error', untried: true, fatal: false }),
    );

    await expect(store.append(write('s-1', newEvents(1)))).rejects.toThrow(StoreUnavailableError);
  });

  it.each(['process.exit(0)', `throw new Error('broken')`])(
    'leaves nobody waiting when it dies: %s',
    async (script) => {
      const { store, fatal } = await withWriter(script);

      await expect(store.append(write('s-1', newEvents(1)))).rejects.toThrow(OutcomeUnknownError);

      await expect(store.append(write('s-1', newEvents(1)))).rejects.toThrow(StoreUnavailableError);
      expect(fatal).toHaveLength(1);
    },
  );
});

describe('the lock', () => {
  it('is for its user only', async () => {
    const path = newPath();
    await openStore({ path });
    expect(statSync(path.replace(/db$/, 'lock')).mode & 0o777).toBe(0o600);
  });

  it('keeps a second store from the same log, also by another name of it', async () => {
    const path = newPath();
    await openStore({ path });
    const alias = newPath();
    symlinkSync(path, alias);

    await expect(openStore({ path })).rejects.toThrow(StoreLockedError);
    await expect(openStore({ path: alias })).rejects.toThrow(StoreLockedError);
    await expect(openStore({ path })).rejects.toThrow(oneLineNaming(path));
  });

  it('is free after close', async () => {
    const path = newPath();
    await (await openStore({ path })).close();

    expect((await openStore({ path })).logId).toMatch(/^[0-9a-f]{16}$/);
  });

  it('is free after kill -9 of the process that held it', async () => {
    const path = newPath();
    const holder = spawn(
      process.execPath,
      [
        '-e',
        `const { DatabaseSync } = require('node:sqlite');
         const lock = new DatabaseSync(${JSON.stringify(path.replace(/db$/, 'lock'))});
         lock.exec('BEGIN EXCLUSIVE'); console.log('held'); setInterval(() => {}, 1000);`,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    await once(holder.stdout, 'data');
    await expect(openStore({ path })).rejects.toThrow(StoreLockedError);

    holder.kill('SIGKILL');
    await once(holder, 'exit');

    expect(await (await openStore({ path })).head()).toBeUndefined();
  });
});

describe('opening', () => {
  it('goes on with the log that is there', async () => {
    const path = newPath();
    const first = await openStore({ path });
    await first.append(write('s-1', newEvents(3)));
    const events = await logOf(first);
    await first.close();

    const second = await openStore({ path });

    expect(second.logId).toBe(first.logId);
    expect(await logOf(second)).toEqual(events);
    expect((await second.append(write('s-1', newEvents(1), 2))).kind).toBe('appended');
  });

  it('draws another id for each log', async () => {
    expect((await openStore()).logId).not.toBe((await openStore()).logId);
  });

  it.each<[string, (path: string) => void]>([
    [
      'created the file only',
      (path) => {
        writeFileSync(path, '');
      },
    ],
    [
      'chose WAL only',
      (path) => {
        const database = new DatabaseSync(path);
        database.exec('PRAGMA journal_mode = WAL');
        database.close();
      },
    ],
    [
      'had not yet committed the tables',
      (path) => {
        const database = new DatabaseSync(join(directory, 'unfinished.db'));
        database.exec(`PRAGMA journal_mode = WAL; BEGIN; ${EVENT_LOG_FORMAT.schema}`);
        copyFileSync(join(directory, 'unfinished.db'), path);
        copyFileSync(join(directory, 'unfinished.db-wal'), `${path}-wal`);
        database.close();
      },
    ],
  ])('starts anew where a start was killed that %s', async (_, prepare) => {
    const path = newPath();
    prepare(path);

    const store = await openStore({ path });

    expect((await store.append(write('s-1', newEvents(1)))).kind).toBe('appended');
  });

  it.each<[string, (path: string) => void]>([
    [
      'is no SQLite file',
      (path) => {
        writeFileSync(path, 'Dear diary');
      },
    ],
    [
      'is a SQLite file of something else',
      (path) => {
        const database = new DatabaseSync(path);
        database.exec('CREATE TABLE recipes (name TEXT)');
        database.close();
      },
    ],
    [
      'was written by a newer version',
      (path) => {
        const database = openDurableDatabase(path, EVENT_LOG_FORMAT);
        database.exec('PRAGMA user_version = 2');
        database.close();
      },
    ],
    [
      'is a directory',
      (path) => {
        mkdirSync(path);
      },
    ],
  ])('refuses, in one line, and leaves alone what %s', async (what, prepare) => {
    const path = newPath();
    prepare(path);
    const before = what === 'is a directory' ? undefined : readFileSync(path);

    await expect(openStore({ path })).rejects.toThrow(StoreRefusedError);
    await expect(openStore({ path })).rejects.toThrow(oneLineNaming(path));
    expect(() => openSqliteEventReader(path)).toThrow(StoreRefusedError);
    if (before) expect(readFileSync(path).equals(before)).toBe(true);
  });

  it('refuses a directory that is not there', async () => {
    const path = join(directory, 'missing', 'events.db');

    await expect(openStore({ path })).rejects.toThrow(StoreRefusedError);
    await expect(openStore({ path })).rejects.toThrow(oneLineNaming(join(directory, 'missing')));
  });

  it.each(['3.51.2', '3.50.9', '2.99.99', 'of unknown version'])('refuses SQLite %s', (version) => {
    expect(() => {
      requireSafeSqlite(version);
    }).toThrow(StoreRefusedError);
  });

  it.each(['3.51.3', '3.52.0', '4.0.0'])('accepts SQLite %s', (version) => {
    expect(() => {
      requireSafeSqlite(version);
    }).not.toThrow();
  });
});

describe('a reader beside the store', () => {
  it('reads the same log', async () => {
    const path = newPath();
    const store = await openStore({ path });
    await store.append(write('s-1', newEvents(2)));

    const reader = openReader(path);

    expect(reader.logId).toBe(store.logId);
    expect(await logOf(reader)).toEqual(await logOf(store));
    expect(await reader.head()).toBe(await store.head());
  });

  it('reads large events few at a time, and says how large they are', async () => {
    const path = newPath();
    const store = await openStore({ path });
    const large = (n: number) => newEvent({ data: { n, text: 'x'.repeat(400_000) } });
    await store.append(write('a', [large(0), large(1)]));
    for (let n = 2; n < 12; n++) await store.append(write(`a-${String(n)}`, [large(n)]));
    const counts: number[] = [];
    for await (const { events, size = 0, caughtUp } of openReader(path).readAll()) {
      expect(size).toBeGreaterThan(events.length * 400_000);
      expect(caughtUp).toBe(counts.length === 2);
      counts.push(events.length);
    }
    expect(counts).toEqual([5, 5, 2]);
    await store.close();
  });

  it('goes on with its subscription when it is told of a commit', async () => {
    const path = newPath();
    const store = await openStore({ path });
    const reader = openReader(path);
    const batches: AsyncIterator<EventBatch> = reader.subscribe()[Symbol.asyncIterator]();
    await batches.next();
    const next = batches.next();
    const stop = store.onCommit(() => {
      reader.notify();
    });

    await store.append(write('s-1', newEvents(1)));

    expect((await next).value).toMatchObject({ events: await logOf(store), caughtUp: true });
    stop();
  });

  it('reads on when nobody writes any more', async () => {
    const path = newPath();
    const store = await openStore({ path });
    await store.append(write('s-1', newEvents(2)));
    await store.close();

    expect(await logOf(openReader(path))).toHaveLength(2);
  });

  it('refuses a log that is not there', () => {
    expect(() => openSqliteEventReader(newPath())).toThrow(StoreRefusedError);
  });
});

/** One line, so that it can be the whole message of a service that does not start. */
function oneLineNaming(path: string): RegExp {
  return new RegExp(`^[^\\n]*${path.replaceAll('.', '\\.')}[^\\n]*$`);
}
