import { once } from 'node:events';
import { extname, join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { Worker } from 'node:worker_threads';
import {
  type AppendOutcome,
  type EventStore,
  formatPosition,
  OutcomeUnknownError,
  placeInAppend,
  type PlacedWrite,
  type Position,
  StoreFullError,
  StoreRefusedError,
  StoreUnavailableError,
  type StreamWrite,
} from '@tierbook/eventing';
import { openDurableDatabase } from '../durable-store/open-durable-database';
import { EVENT_LOG_FORMAT } from './event-log-format';
import { KnownEnds } from './known-ends';
import { SqliteEventReader } from './sqlite-event-reader';
import { requireSafeSqlite } from './sqlite-version';
import { takeStoreLock } from './store-lock';
import type {
  Answer,
  AppendCommand,
  Durability,
  Failure,
  FromWriter,
  StreamRows,
  ToWriter,
  WriterOptions,
} from './writer-messages';

/** Beyond this, waiting would only make callers time out. */
const MAX_WAITING = 10_000;
const MAX_WAITING_BYTES = 64_000_000;
const SQLITE_FULL = 13;

export interface SqliteEventStoreOptions {
  /** The log's file, created when it is missing. Its lock is `<name>.lock` beside it. */
  readonly path: string;
  /** Quota: the most that the log's file may grow to, in pages of 4096 bytes. None by default. */
  readonly maxPages?: number;
  /**
   * The disk failed in a way after which nobody knows what it holds. The store takes no appends any
   * more; the process should say so and exit, and start again on a sound disk.
   */
  readonly onFatal?: (error: Error) => void;
}

/**
 * Opens the log for reading and writing, as its only writer.
 *
 * @throws StoreLockedError when another process (or another store of this one) writes it.
 * @throws StoreRefusedError when the file is not a log that this version can go on with, or this
 *   Node's SQLite is not safe. The file is left as it was.
 */
export async function openSqliteEventStore(
  options: SqliteEventStoreOptions,
): Promise<SqliteEventStore> {
  requireSafeSqlite();
  const lock = takeStoreLock(options.path);
  let writer: Worker | undefined;
  try {
    openDurableDatabase(options.path, EVENT_LOG_FORMAT).close();
    const started = await startWriter({ path: options.path, maxPages: options.maxPages ?? null });
    writer = started.writer;
    requireDurability(options.path, started.durability);
    return new SqliteEventStore(options, lock, writer);
  } catch (error) {
    await writer?.terminate();
    lock.close();
    throw error;
  }
}

function requireDurability(path: string, { journalMode, synchronous }: Durability): void {
  if (journalMode === 'wal' && synchronous === 2) return;
  throw new StoreRefusedError(
    `The event log ${path} cannot be made durable here (journal mode ${journalMode}, synchronous ` +
      `${String(synchronous)}): put it on a local disk.`,
  );
}

function startWriter(
  workerData: WriterOptions,
): Promise<{ writer: Worker; durability: Durability }> {
  // Compiled, it lies beside this file as .mjs; from source Node strips its types.
  const file = `writer.worker${extname(__filename) === '.ts' ? '.mts' : '.mjs'}`;
  const writer = new Worker(join(__dirname, file), { workerData });
  return new Promise((resolve, reject) => {
    writer.once('error', reject);
    writer.once('message', (durability: Durability) => {
      writer.off('error', reject);
      resolve({ writer, durability });
    });
  });
}

interface Waiting {
  readonly command: AppendCommand;
  readonly bytes: number;
  readonly resolve: (outcome: AppendOutcome) => void;
  readonly reject: (error: Error) => void;
}

/** The log in one SQLite file: reads in the opening thread, writes in a thread of its own. */
export class SqliteEventStore extends SqliteEventReader implements EventStore {
  readonly #options: SqliteEventStoreOptions;
  readonly #ends: KnownEnds;
  readonly #lock: DatabaseSync;
  readonly #writer: Worker;
  readonly #listeners = new Set<(head: Position) => void>();
  /** Sent and not answered, in the order they were sent. */
  readonly #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #outbox: AppendCommand[] = [];
  #broken: Error | undefined;
  #writerIsGone = false;
  #closing: Promise<void> | undefined;

  constructor(options: SqliteEventStoreOptions, lock: DatabaseSync, writer: Worker) {
    const ends = new KnownEnds();
    super(options.path, ends);
    this.#ends = ends;
    this.#options = options;
    this.#lock = lock;
    this.#writer = writer;
    writer.on('message', (message: FromWriter) => {
      this.#hear(message);
    });
    writer.on('error', (error: Error) => {
      this.#break(error);
    });
    writer.on('exit', () => {
      this.#mournWriter();
    });
  }

  append(writes: readonly StreamWrite[]): Promise<AppendOutcome> {
    return new Promise((resolve, reject) => {
      const { writes: placed, bytes } = placeInAppend(writes);
      this.#refuseIfItCannotWait(bytes);
      const command = placed.map(rowsOf);
      this.#waiting.push({ command, bytes, resolve, reject });
      this.#waitingBytes += bytes;
      if (this.#outbox.length === 0) {
        setImmediate(() => {
          this.#send();
        });
      }
      this.#outbox.push(command);
    });
  }

  /**
   * Calls `listener` after each group of appends that became durable, with the position of its last
   * event: for `SqliteEventReader.notify` in other threads. The answer ends it.
   */
  onCommit(listener: (head: Position) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  override close(): Promise<void> {
    this.#closing ??= this.#closeOnce();
    return this.#closing;
  }

  async #closeOnce(): Promise<void> {
    this.#send();
    if (!this.#writerIsGone) {
      this.#post('close');
      await once(this.#writer, 'exit');
    }
    await super.close();
    this.#lock.close();
  }

  #refuseIfItCannotWait(bytes: number): void {
    if (this.#closing) throw this.#unavailable('it has been closed');
    if (this.#broken) throw this.#broken;
    if (this.#waiting.length >= MAX_WAITING || this.#waitingBytes + bytes > MAX_WAITING_BYTES) {
      throw this.#unavailable(`${String(this.#waiting.length)} appends wait already, try again`);
    }
  }

  /** What one turn of the event loop appends crosses to the writer's thread as one message. */
  #send(): void {
    if (this.#outbox.length === 0) return;
    const commands = this.#outbox;
    this.#outbox = [];
    this.#post(commands);
  }

  #post(message: ToWriter): void {
    this.#writer.postMessage(message);
  }

  #hear(message: FromWriter): void {
    switch (message.kind) {
      case 'ready':
        return;
      case 'answers':
        this.#answer(message.answers);
        return;
      case 'failed': {
        const error = this.#errorOf(message.failure);
        if (message.failure.fatal) this.#break(error);
        this.#ends.forget();
        for (const waiting of this.#taken(message.count)) waiting.reject(error);
        return;
      }
      case 'broken':
        this.#break(this.#errorOf(message.failure));
    }
  }

  #answer(answers: readonly Answer[]): void {
    let head = 0;
    const types = new Set<string>();
    const waiting = this.#taken(answers.length);
    for (const [index, answer] of answers.entries()) {
      if (typeof answer === 'number') {
        head = Math.max(head, answer);
        for (const { stream, first, rows } of waiting[index]?.command ?? []) {
          this.#ends.written(stream, first + rows.length - 1);
          for (const [, type] of rows) types.add(type);
        }
        waiting[index]?.resolve({
          kind: 'appended',
          position: formatPosition(this.logId, answer),
        });
      } else if ('conflict' in answer) {
        const { conflict: stream, actual } = answer;
        waiting[index]?.resolve({ kind: 'conflict', stream, actual });
      } else {
        waiting[index]?.reject(
          new TypeError(`Event id ${answer.takenId} stands elsewhere in the log already.`),
        );
      }
    }
    if (head > 0) this.#announce(formatPosition(this.logId, head), types);
  }

  #announce(head: Position, types: ReadonlySet<string>): void {
    this.notify(types);
    for (const listener of this.#listeners) listener(head);
  }

  #taken(count: number): Waiting[] {
    const taken = this.#waiting.splice(0, count);
    for (const { bytes } of taken) this.#waitingBytes -= bytes;
    return taken;
  }

  #errorOf({ code, message, untried }: Failure): Error {
    if (code === SQLITE_FULL) {
      return new StoreFullError(
        `The disk or the quota of the event log ${this.#options.path} is full: free some space.`,
      );
    }
    return untried ? this.#unavailable(message) : this.#outcomeUnknown(message);
  }

  #outcomeUnknown(why: string): OutcomeUnknownError {
    return new OutcomeUnknownError(
      `Writing the event log ${this.#options.path} failed (${why}): repeat the same append.`,
    );
  }

  #unavailable(why: string): StoreUnavailableError {
    return new StoreUnavailableError(
      `The event log ${this.#options.path} takes no appends: ${why}.`,
    );
  }

  #mournWriter(): void {
    this.#writerIsGone = true;
    if (this.#closing === undefined) this.#break(new Error('its writer has ended'));
    const error = this.#outcomeUnknown('its writer has ended');
    for (const waiting of this.#taken(this.#waiting.length)) waiting.reject(error);
  }

  /** Takes no appends any more and tells the host, once. */
  #break(error: Error): void {
    this.#ends.forget();
    if (this.#broken) return;
    this.#broken = this.#unavailable(error.message);
    this.#options.onFatal?.(error);
  }
}

function rowsOf({ stream, expectedRevision, events }: PlacedWrite): StreamRows {
  return {
    stream,
    first: expectedRevision === 'no_stream' ? 0 : expectedRevision + 1,
    rows: events.map(({ id, type, schemaVersion, json }) => [
      id,
      type,
      schemaVersion,
      json.data,
      json.personal ?? null,
      json.metadata,
    ]),
  };
}
