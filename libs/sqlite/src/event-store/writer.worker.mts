import { DatabaseSync } from 'node:sqlite';
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import type {
  Answer,
  AppendCommand,
  Durability,
  Failure,
  FromWriter,
  StreamRows,
  ToWriter,
  WriterOptions,
} from './writer-messages.js';

// The log's only writer. It commits in groups and never waits for company: a group is what queued
// while the one before it was being committed. Runs from source and compiled, so it imports only
// Node's own modules.

/** More would make the first of a group wait long for the last. */
const MAX_GROUP = 256;
/** WAL frames (pages of 4096 bytes) after which they are copied into the database. */
const CHECKPOINT_FRAMES = 4_000;
/** More than the pages of any small append, so that a success says that there is room again. */
const PROBE_BYTES = 65_536;
/** Others never write the log, but a curious `sqlite3` may hold its lock for a moment. */
const BUSY_TIMEOUT_MS = 5_000;
const SQLITE_IOERR = 10;

if (parentPort === null) throw new Error('The event writer runs as a worker thread.');
const port = parentPort;
const options = workerData as WriterOptions;

const database = new DatabaseSync(options.path, { timeout: BUSY_TIMEOUT_MS });
// Checkpoints are made below, after the callers have been answered: SQLite's own run inside COMMIT,
// and swallow their I/O errors.
database.exec(
  'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -16000',
);
if (options.maxPages !== null) {
  database.exec(`PRAGMA max_page_count = ${String(options.maxPages)}`);
}

const begin = database.prepare('BEGIN IMMEDIATE');
const commit = database.prepare('COMMIT');
const lastRevision = database.prepare(
  'SELECT revision FROM events WHERE stream = ? ORDER BY revision DESC LIMIT 1',
);
// `+ 0` as in durable-store/limited.ts, which cannot be imported here.
const idsFrom = database.prepare(
  'SELECT id, position FROM events WHERE stream = ? AND revision >= ? ORDER BY revision LIMIT ? + 0',
);
const byId = database.prepare('SELECT 1 FROM events WHERE id = ?');
const insert = database.prepare(
  `INSERT INTO events (stream, revision, id, type, schema_version, data, personal, metadata)
   VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
);
const walFrames = database.prepare('PRAGMA wal_checkpoint(NOOP)');
const checkpoint = database.prepare('PRAGMA wal_checkpoint(PASSIVE)');

let queue: AppendCommand[] = [];
let closing = false;
/** Why the last group failed, until a probe succeeds; for good after an I/O error. */
let failure: Failure | undefined;

port.on('message', (message: ToWriter) => {
  take(message);
  while (queue.length > 0) {
    const group = queue.splice(0, MAX_GROUP);
    writeGroup(group);
    takeWaiting();
    checkpointIfDue();
  }
  if (closing) close();
});
say({ kind: 'ready', ...durability() });

function durability(): Durability {
  const { journal_mode } = database.prepare('PRAGMA journal_mode').get() ?? {};
  const { synchronous } = database.prepare('PRAGMA synchronous').get() ?? {};
  return { journalMode: String(journal_mode), synchronous: Number(synchronous) };
}

function take(message: ToWriter): void {
  if (message === 'close') closing = true;
  else queue = queue.length === 0 ? [...message] : queue.concat(message);
}

/** Takes what came while a group was being committed, without going round the event loop. */
function takeWaiting(): void {
  for (;;) {
    const next = receiveMessageOnPort(port) as { message: ToWriter } | undefined;
    if (next === undefined) return;
    take(next.message);
  }
}

function writeGroup(group: readonly AppendCommand[]): void {
  try {
    if (failure !== undefined) probe(failure);
  } catch (error) {
    fail(group.length, error, true);
    return;
  }
  try {
    begin.run();
    const answers = group.map(appendOne);
    commit.run();
    say({ kind: 'answers', answers });
  } catch (error) {
    fail(group.length, error, false);
  }
}

/** Checks before the first insert, so that a conflict leaves the group's other commands alone. */
function appendOne(command: AppendCommand): Answer {
  let position = 0;
  const missing: StreamRows[] = [];
  for (const write of command) {
    const actual = Number(lastRevision.get(write.stream)?.['revision'] ?? -1);
    if (actual === write.first - 1) {
      missing.push(write);
      continue;
    }
    const repeated = positionOfRepeat(write, actual);
    if (repeated === undefined) {
      return { conflict: write.stream, actual: actual === -1 ? 'no_stream' : actual };
    }
    position = Math.max(position, repeated);
  }
  for (const { rows } of missing) {
    for (const [id] of rows) if (byId.get(id) !== undefined) return { takenId: id };
  }
  for (const write of missing) position = insertRows(write);
  return position;
}

/** The position of the write's last event, when the stream already holds these very events there. */
function positionOfRepeat({ stream, first, rows }: StreamRows, actual: number): number | undefined {
  if (actual < first + rows.length - 1) return undefined;
  const stored = idsFrom.all(stream, first, rows.length);
  const isRepeat = rows.every(([id], index) => stored[index]?.['id'] === id);
  return isRepeat ? Number(stored.at(-1)?.['position']) : undefined;
}

function insertRows({ stream, first, rows }: StreamRows): number {
  let position = 0;
  let revision = first;
  for (const [id, type, schemaVersion, data, personal, metadata] of rows) {
    const { lastInsertRowid } = insert.run(
      stream,
      revision++,
      id,
      type,
      schemaVersion,
      data,
      personal,
      metadata,
    );
    position = Number(lastInsertRowid);
  }
  return position;
}

/** Writes and frees a few pages, and forgets the failure when that is durable. */
function probe(last: Failure): void {
  if (last.fatal) throw new Error(last.message);
  const write = (value: string) => {
    database.exec(`UPDATE meta SET value = ${value} WHERE key = 'probe'`);
  };
  write(`zeroblob(${String(PROBE_BYTES)})`);
  write('NULL');
  failure = undefined;
}

/**
 * On a full disk SQLite rolls the whole transaction back by itself, and the next statement would be
 * committed alone: so whatever failed, the whole group goes.
 */
function fail(count: number, error: unknown, untried: boolean): void {
  failure = { ...failureOf(error), untried, fatal: failure?.fatal === true || isIoError(error) };
  try {
    if (database.isTransaction) database.exec('ROLLBACK');
  } catch {
    failure = { ...failure, fatal: true };
  }
  say({ kind: 'failed', count, failure });
}

function checkpointIfDue(): void {
  if (failure !== undefined) return;
  try {
    const { log, checkpointed } = walFrames.get() as { log: number; checkpointed: number };
    if (log - checkpointed >= CHECKPOINT_FRAMES) checkpoint.get();
  } catch (error) {
    // A full disk shows at the next append at the latest; until then the WAL holds all.
    if (!isIoError(error)) return;
    failure = { ...failureOf(error), untried: true, fatal: true };
    say({ kind: 'broken', failure });
  }
}

function close(): void {
  try {
    if (failure?.fatal !== true) database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    database.close();
  } catch {
    // What the WAL holds is durable: the next start goes on from there.
  }
  port.close();
}

function failureOf(error: unknown): { code: number; message: string } {
  const { errcode, message } = error as { errcode?: number; message?: string };
  return { code: (errcode ?? 0) & 0xff, message: message ?? String(error) };
}

function isIoError(error: unknown): boolean {
  return failureOf(error).code === SQLITE_IOERR;
}

function say(message: FromWriter): void {
  port.postMessage(message);
}
