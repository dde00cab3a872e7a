import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import {
  type CanonicalBatch,
  type CanonicalEvent,
  type EventBatch,
  type EventReader,
  formatPosition,
  type JsonObject,
  parsePosition,
  type Position,
  type ReadStreamOptions,
  type SealedPersonal,
  type StoredEvent,
  StoreRefusedError,
  StoreUnavailableError,
  type SubscribeOptions,
} from '@tierbook/eventing';
import { openDurableDatabaseForReading } from '../durable-store/open-durable-database';
import { LIMITED } from '../durable-store/limited';
import { EVENT_LOG_FORMAT } from './event-log-format';
import type { KnownEnds } from './known-ends';

/** Events read at once. A page is read synchronously and holds its thread for about 2.5 ms. */
const PAGE = 250;
/** A page ends where its events have so many characters: memory stays bounded where they are large. */
const PAGE_CHARACTERS = 2_000_000;
/** Events passed by at once where only some types are asked for: about as long. */
const WINDOW = 1_000;
/** Groups of other types that a subscription to some types sleeps through before it moves on over them. */
const MAX_MISSED = 1_000;
const COLUMNS = 'position, id, stream, revision, type, schema_version, data, personal, metadata';
/**
 * An event is appended within so long after it was stamped; in that time others that were stamped later may have
 * been appended before it.
 */
const LONGEST_APPEND_MS = 60_000;
const SQLITE_CORRUPT = 11;
/**
 * `canonicalText` as SQLite puts it together, of parts that lie in canonical form: nothing is parsed, so that
 * what was changed in them shows, and one text an event leaves SQLite instead of seven. What was shifted from one
 * column into the next would be the same text: of all members only `personal` may be missing, so that only it can be.
 * So would bytes that are no text any more: `json_quote` refuses them, and of the other columns the types are looked at.
 */
const CANONICAL = `concat('{"data":', data, ',"id":', json_quote(id), ',"metadata":', metadata,
  iif(personal IS NULL, iif(instr(metadata, ',"personal":'), ' ', ''), ',"personal":' || personal),
  ',"revision":', revision, ',"schemaVersion":', schema_version, ',"stream":', json_quote(stream),
  ',"type":', json_quote(type), '}',
  iif(typeof(data) = 'text' AND typeof(metadata) = 'text' AND typeof(personal) IN ('text', 'null'), '', ' '))`;

interface EventRow {
  readonly position: number;
  readonly id: string;
  readonly stream: string;
  readonly revision: number;
  readonly type: string;
  readonly schema_version: number;
  readonly data: string;
  readonly personal: string | null;
  readonly metadata: string;
}

/** Events whose index entries are looked at in one read. */
const CHECKED_AT_ONCE = 5_000;
/** What the file's UNIQUE constraints are: by the id, and by stream and revision. */
const [BY_ID, BY_REVISION] = ['sqlite_autoindex_events_1', 'sqlite_autoindex_events_2'];
/** Of a stretch of the log: how many events, and the first that its stream and revision do not lead to. */
const CHECKED = `
  SELECT count(*) AS events, min(iif(isFound, NULL, position)) AS position FROM (
    SELECT position, EXISTS (
      SELECT 1 FROM events AS entry INDEXED BY ${BY_REVISION}
        JOIN events AS found NOT INDEXED ON found.position = entry.position
      WHERE entry.stream = event.stream AND entry.revision = event.revision
        AND entry.position = event.position AND found.id = event.id
    ) AS isFound
    FROM events AS event NOT INDEXED WHERE position > ? AND position <= ?
  )`;
/** How many entries the indexes have up to an event. */
const INDEXED = `
  SELECT (SELECT count(*) FROM events INDEXED BY ${BY_ID} WHERE position <= ?1) AS ids,
    (SELECT count(*) FROM events INDEXED BY ${BY_REVISION} WHERE position <= ?1) AS revisions`;

/** How the file's tables and indexes are declared, and what else would act on them. */
const DECLARED = 'SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name';

interface TimeRow {
  readonly position: number;
  /** `recordedAt`. */
  readonly time: string;
}

function sizeOf({ data, personal, metadata }: EventRow): number {
  return data.length + (personal?.length ?? 0) + metadata.length;
}

/** Whether any of the types committed is one asked for; not told which, it may be. */
function concerns(
  asked: ReadonlySet<string> | undefined,
  committed: ReadonlySet<string> | undefined,
): boolean {
  if (asked === undefined || committed === undefined) return true;
  return [...committed].some((type) => asked.has(type));
}

/** A subscription that waits for the next commit. */
interface Sleeper {
  readonly wake: () => void;
  readonly types: ReadonlySet<string> | undefined;
  /** Commits that had nothing for it. */
  missed: number;
}

/**
 * Reads the log at `path` beside its writer, in any thread or process: for the projector and the CLI.
 * Its subscriptions go on when `notify` is called, which the holder forwards from the store's `onCommit`.
 *
 * @throws StoreRefusedError when there is no log at the path, or not one that this version can read.
 */
export function openSqliteEventReader(path: string): SqliteEventReader {
  return new SqliteEventReader(path);
}

export class SqliteEventReader implements EventReader {
  readonly logId: string;
  readonly #path: string;
  readonly #ends: KnownEnds | undefined;
  readonly #database: DatabaseSync;
  readonly #forwards: StatementSync;
  readonly #backwards: StatementSync;
  readonly #after: StatementSync;
  readonly #canonicalAfter: StatementSync;
  readonly #before: StatementSync;
  readonly #at: StatementSync;
  readonly #withId: StatementSync;
  readonly #last: StatementSync;
  readonly #timeFrom: StatementSync;
  readonly #timesBack: StatementSync;
  readonly #typed: StatementSync;
  readonly #windowEnd: StatementSync;
  readonly #sleepers = new Set<Sleeper>();

  /** @param ends given by who is told of every append, to spare reads. */
  constructor(path: string, ends?: KnownEnds) {
    this.#path = path;
    this.#ends = ends;
    const database = openDurableDatabaseForReading(path, EVENT_LOG_FORMAT);
    const select = (rest: string) => database.prepare(`SELECT ${COLUMNS} FROM events ${rest}`);
    this.#database = database;
    this.#forwards = select(`WHERE stream = ? AND revision >= ? ORDER BY revision ${LIMITED}`);
    this.#backwards = select(
      `WHERE stream = ? AND revision <= ? ORDER BY revision DESC ${LIMITED}`,
    );
    this.#after = select(`WHERE position > ? ORDER BY position ${LIMITED}`);
    this.#before = select(`WHERE position < ? ORDER BY position DESC ${LIMITED}`);
    this.#canonicalAfter = database.prepare(
      `SELECT position, id, ${CANONICAL} FROM events WHERE position > ? ORDER BY position ${LIMITED}`,
    );
    this.#canonicalAfter.setReturnArrays(true);
    this.#at = select('WHERE position = ?');
    this.#withId = select('WHERE id = ?');
    this.#typed = select(
      'WHERE position > ? AND position <= ? AND type IN (SELECT value FROM json_each(?)) ORDER BY position',
    );
    this.#windowEnd = select('WHERE position > ? ORDER BY position LIMIT 1 OFFSET ?');
    this.#last = database.prepare('SELECT max(position) AS position FROM events');
    const times = `SELECT position, metadata ->> '$.recordedAt' AS time FROM events`;
    this.#timeFrom = database.prepare(`${times} WHERE position >= ? ORDER BY position LIMIT 1`);
    this.#timesBack = database.prepare(
      `${times} WHERE position <= ? ORDER BY position DESC LIMIT ${String(PAGE)}`,
    );
    this.logId = String(
      database.prepare(`SELECT value FROM meta WHERE key = 'log_id'`).get()?.['value'],
    );
  }

  endsAt(stream: string, revision: number): boolean {
    return this.#ends?.isBefore(stream, revision + 1) === true;
  }

  async *readStream(
    stream: string,
    { direction = 'forwards', fromRevision, limit = Infinity }: ReadStreamOptions = {},
  ): AsyncGenerator<readonly StoredEvent[]> {
    const [statement, step, start] =
      direction === 'forwards'
        ? [this.#forwards, 1, 0]
        : [this.#backwards, -1, Number.MAX_SAFE_INTEGER];
    let next = fromRevision ?? start;
    let left = limit;
    while (left > 0 && next >= 0) {
      if (direction === 'forwards' && this.endsAt(stream, next - 1)) return;
      const size = Math.min(PAGE, left);
      const rows = this.#read(statement, stream, next, size);
      const last = rows.at(-1);
      if (direction === 'forwards' && rows.length < size) {
        this.#ends?.read(stream, last?.revision ?? next - 1);
      }
      if (last === undefined) return;
      yield rows.map((row) => this.#stored(row));
      if (rows.length < size) return;
      next = last.revision + step;
      left -= rows.length;
    }
  }

  async *readAll({
    after,
  }: { readonly after?: Position | undefined } = {}): AsyncGenerator<EventBatch> {
    let from = this.#ordinalOf(after);
    for (;;) {
      const { batch, upTo } = this.#readBatch(from);
      yield batch;
      if (batch.caughtUp) return;
      from = upTo;
    }
  }

  async *readBackwards({ before }: { readonly before?: Position | undefined } = {}): AsyncGenerator<
    readonly StoredEvent[]
  > {
    let end = before === undefined ? Number.MAX_SAFE_INTEGER : this.#ordinalOf(before);
    for (;;) {
      const rows = this.#read(this.#before, end, PAGE);
      const last = rows.at(-1);
      if (last === undefined) return;
      yield rows.map((row) => this.#stored(row));
      end = last.position;
    }
  }

  async *readCanonical({
    after,
  }: { readonly after?: Position | undefined } = {}): AsyncGenerator<CanonicalBatch> {
    let from = this.#ordinalOf(after);
    for (;;) {
      const rows = this.#read<readonly [number, string, string]>(this.#canonicalAfter, from, PAGE);
      const events = rows.map(([position, id, text]): CanonicalEvent => {
        // SQLite takes the order of a table's pages for that of its rows.
        if (position <= from) throw this.#damaged();
        from = position;
        return { id, position: formatPosition(this.logId, position), text };
      });
      const caughtUp = rows.length < PAGE;
      yield { events, upTo: formatPosition(this.logId, from), caughtUp };
      if (caughtUp) return;
    }
  }

  async *subscribe({ after, signal, types }: SubscribeOptions = {}): AsyncGenerator<EventBatch> {
    let from = this.#ordinalOf(after);
    for (let first = true; signal?.aborted !== true; first = false) {
      const { batch, upTo } =
        types === undefined ? this.#readBatch(from) : this.#readWindow(from, types);
      if (first || upTo > from) {
        from = upTo;
        yield batch;
      } else {
        await this.#nextCommit(signal, types);
      }
      // Passing by reads nothing that waits: others of this thread have their turn between windows.
      if (types !== undefined && !batch.caughtUp) await setImmediate();
    }
  }

  eventAt(position: Position): Promise<StoredEvent | undefined> {
    const parsed = parsePosition(position);
    if (parsed?.logId !== this.logId) return Promise.resolve(undefined);
    return this.#promise(() => {
      const [row] = this.#read(this.#at, parsed.ordinal);
      return row && this.#stored(row);
    });
  }

  positionOf(id: string): Promise<Position | undefined> {
    return this.#promise(() => {
      const [row] = this.#read(this.#withId, id);
      return row && formatPosition(this.logId, row.position);
    });
  }

  head(): Promise<Position | undefined> {
    return this.#promise(() => {
      const last = this.#lastPosition();
      return last === 0 ? undefined : formatPosition(this.logId, last);
    });
  }

  positionAt(time: string): Promise<Position | undefined> {
    return this.#promise(() => {
      let [low, high] = [0, this.#lastPosition() + 1];
      while (high - low > 1) {
        const middle = Math.floor((low + high) / 2);
        const [row] = this.#read<TimeRow>(this.#timeFrom, middle);
        if (row === undefined || row.time > time) high = middle;
        else low = middle;
      }
      const last = this.#beforeLater(low, time);
      return last === undefined ? undefined : formatPosition(this.logId, last);
    });
  }

  /**
   * Whether reads by stream find every event of the log, and nothing else: what was altered in the file's indexes, or
   * in how they and the tables are declared, changes no event, and shows in no hash of them. One line that says what
   * is wrong; `undefined` where nothing is.
   *
   * @throws StoreRefusedError where the file is damaged so that it cannot be read.
   */
  async checkIndexes(): Promise<string | undefined> {
    const advice = 'events are as they were, and reads by stream are not: restore the log.';
    const declared = this.#read<object>(this.#prepared(DECLARED));
    if (JSON.stringify(declared) !== declarationsOfALog()) {
      return `The tables and indexes of ${this.#path} are not declared as those of a log: ${advice}`;
    }
    const checked = this.#prepared(CHECKED);
    const last = this.#lastPosition();
    let events = 0;
    for (let from = 0; from < last; from += CHECKED_AT_ONCE) {
      const upTo = Math.min(last, from + CHECKED_AT_ONCE);
      const [row] = this.#read<{ events: number; position: number | null }>(checked, from, upTo);
      events += row?.events ?? 0;
      if (row !== undefined && row.position !== null) {
        const position = formatPosition(this.logId, row.position);
        return `An index of ${this.#path} does not lead to the event at ${position}: ${advice}`;
      }
      // Others of the thread have their turn.
      await setImmediate();
    }
    const [entries] = this.#read<{ ids: number; revisions: number }>(this.#prepared(INDEXED), last);
    if (entries?.ids === events && entries.revisions === events) return undefined;
    return `The indexes of ${this.#path} have ${String(entries?.ids)} and ${String(entries?.revisions)} entries of ${String(events)} events: ${advice}`;
  }

  /** There are new events: subscriptions go on, those to some types only if `types` (all by default) has one. */
  notify(types?: ReadonlySet<string>): void {
    for (const sleeper of this.#sleepers) {
      if (concerns(sleeper.types, types) || ++sleeper.missed > MAX_MISSED) sleeper.wake();
    }
  }

  /** Ends reading; subscriptions fail with StoreUnavailableError. */
  close(): Promise<void> {
    this.#ends?.forget();
    if (this.#database.isOpen) this.#database.close();
    this.notify();
    return Promise.resolve();
  }

  #readBatch(from: number): { batch: EventBatch; upTo: number } {
    const { rows, upTo, caughtUp } = this.#readPage(from);
    const size = rows.reduce((sum, row) => sum + sizeOf(row), 0);
    const events = rows.map((row) => this.#stored(row));
    const batch = { events, upTo: formatPosition(this.logId, upTo), caughtUp };
    return { batch: rows.length === 0 ? batch : { ...batch, size }, upTo };
  }

  /** A page, and the rest of the append that its last event came in. */
  #readPage(from: number): { rows: EventRow[]; upTo: number; caughtUp: boolean } {
    const { rows, isCut } = this.#readNext(from);
    let caughtUp = !isCut && rows.length < PAGE;
    if (!caughtUp) {
      rows.push(...this.#restOfAppend(rows.at(-1)));
      caughtUp = this.#read(this.#after, rows.at(-1)?.position ?? from, 1).length === 0;
    }
    return { rows, upTo: rows.at(-1)?.position ?? from, caughtUp };
  }

  /** The next events, as many as a page may have and as large. */
  #readNext(from: number): { rows: EventRow[]; isCut: boolean } {
    this.#checkOpen();
    const rows: EventRow[] = [];
    let size = 0;
    try {
      for (const each of this.#after.iterate(from, PAGE)) {
        const row = each as unknown as EventRow;
        rows.push(row);
        size += sizeOf(row);
        if (size >= PAGE_CHARACTERS) return { rows, isCut: true };
      }
      return { rows, isCut: false };
    } catch (error) {
      throw this.#readFailure(error);
    }
  }

  /** Of the next events, those of these types; the others are not parsed. */
  #readWindow(from: number, types: ReadonlySet<string>): { batch: EventBatch; upTo: number } {
    const last = Math.max(from, this.#lastPosition());
    const upTo = this.#endOfWindow(from) ?? last;
    const rows = this.#read(this.#typed, from, upTo, JSON.stringify([...types]));
    const events = rows.map((row) => this.#stored(row));
    return {
      batch: { events, upTo: formatPosition(this.logId, upTo), caughtUp: upTo >= last },
      upTo,
    };
  }

  /** Where the append ends in which the window does; `undefined` where the log ends before. */
  #endOfWindow(from: number): number | undefined {
    const [end] = this.#read(this.#windowEnd, from, WINDOW - 1);
    if (end === undefined) return undefined;
    const { index, of } = this.#stored(end).metadata.append;
    return end.position + of - 1 - index;
  }

  /** The last event up to this one before which none is later than the time. */
  #beforeLater(from: number, time: string): number | undefined {
    const earliest = new Date(Date.parse(time) - LONGEST_APPEND_MS).toISOString();
    let found: number | undefined;
    let next = from;
    for (;;) {
      const rows = this.#read<TimeRow>(this.#timesBack, next);
      for (const row of rows) {
        if (row.time > time) found = undefined;
        else found ??= row.position;
        if (row.time < earliest) return found;
      }
      const last = rows.at(-1);
      if (last === undefined) return found;
      next = last.position - 1;
    }
  }

  /** 0 in an empty log. */
  #lastPosition(): number {
    // `max` of an empty log is one row of NULL.
    return this.#read(this.#last)[0]?.position ?? 0;
  }

  /** An append is one transaction, so its events stand side by side. */
  #restOfAppend(last: EventRow | undefined): EventRow[] {
    if (last === undefined) return [];
    const { index, of } = this.#stored(last).metadata.append;
    return index === of - 1 ? [] : this.#read(this.#after, last.position, of - 1 - index);
  }

  /** @throws StoreRefusedError where the file has not the tables and indexes of a log. */
  #prepared(sql: string): StatementSync {
    this.#checkOpen();
    try {
      return this.#database.prepare(sql);
    } catch (cause) {
      throw new StoreRefusedError(
        `The event log ${this.#path} lacks what a log has: restore it from a backup.`,
        { cause },
      );
    }
  }

  #checkOpen(): void {
    if (this.#database.isOpen) return;
    throw new StoreUnavailableError(`The event log ${this.#path} has been closed.`);
  }

  #read<R = EventRow>(statement: StatementSync, ...parameters: (string | number | bigint)[]): R[] {
    this.#checkOpen();
    try {
      return statement.all(...parameters) as unknown as R[];
    } catch (error) {
      throw this.#readFailure(error);
    }
  }

  #damaged(cause?: unknown): StoreRefusedError {
    const message = `The event log ${this.#path} is damaged: restore it from a backup.`;
    return new StoreRefusedError(message, { cause });
  }

  #readFailure(error: unknown): Error {
    const { errcode, message } = error as { errcode?: number; message?: string };
    return ((errcode ?? 0) & 0xff) === SQLITE_CORRUPT
      ? this.#damaged(error)
      : new StoreUnavailableError(
          `The event log ${this.#path} cannot be read: ${message ?? String(error)}.`,
          { cause: error },
        );
  }

  #stored(row: EventRow): StoredEvent {
    const position = formatPosition(this.logId, row.position);
    try {
      return {
        id: row.id,
        stream: row.stream,
        revision: row.revision,
        position,
        type: row.type,
        schemaVersion: row.schema_version,
        data: JSON.parse(row.data) as JsonObject,
        ...(row.personal !== null && { personal: JSON.parse(row.personal) as SealedPersonal }),
        metadata: JSON.parse(row.metadata) as StoredEvent['metadata'],
      };
    } catch (cause) {
      throw new StoreRefusedError(
        `The event ${row.id} at ${position} in ${this.#path} was altered, and is no JSON: restore the log from a backup.`,
        { cause },
      );
    }
  }

  #ordinalOf(position: Position | undefined): number {
    if (position === undefined) return 0;
    const parsed = parsePosition(position);
    if (parsed?.logId !== this.logId) {
      throw new RangeError(`Position ${position} is not one of log ${this.logId}.`);
    }
    return Number(parsed.ordinal);
  }

  #nextCommit(
    signal: AbortSignal | undefined,
    types: ReadonlySet<string> | undefined,
  ): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        this.#sleepers.delete(sleeper);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      const sleeper: Sleeper = { wake, types, missed: 0 };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', wake);
    });
  }

  #promise<T>(read: () => T): Promise<T> {
    return new Promise((resolve) => {
      resolve(read());
    });
  }
}

/** What a log that was just laid out says of itself. */
function declarationsOfALog(): string {
  const database = new DatabaseSync(':memory:');
  try {
    database.exec(EVENT_LOG_FORMAT.schema);
    return JSON.stringify(database.prepare(DECLARED).all());
  } finally {
    database.close();
  }
}
