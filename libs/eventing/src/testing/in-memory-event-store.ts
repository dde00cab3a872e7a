import { randomBytes } from 'node:crypto';
import { canonically } from '../canonical-event';
import type { SealedPersonal, StoredEvent } from '../envelope';
import { StoreUnavailableError } from '../errors';
import {
  type AppendOutcome,
  type CanonicalBatch,
  type EventBatch,
  type EventStore,
  type ReadStreamOptions,
  type StreamWrite,
  type SubscribeOptions,
} from '../event-store';
import type { JsonObject } from '../json';
import { type PlacedEvent, type PlacedWrite, placeInAppend } from '../place-in-append';
import { formatPosition, parsePosition, type Position } from '../position';

/** Small, so that tests meet the seams between batches. */
const PAGE = 100;

/** As a database would keep it: text, so that no caller shares an object with the log. */
interface Row {
  readonly stream: string;
  readonly revision: number;
  readonly ordinal: number;
  readonly event: PlacedEvent;
}

/** The EventStore of tests: keeps the whole contract, in memory, and nothing else. */
export class InMemoryEventStore implements EventStore {
  readonly #log: Row[] = [];
  readonly #streams = new Map<string, Row[]>();
  #closed = false;
  readonly #sleepers = new Set<() => void>();

  /** @param logId sixteen hexadecimal digits: the same for what is to stand for another copy of one log. */
  constructor(readonly logId = randomBytes(8).toString('hex')) {}

  append(writes: readonly StreamWrite[]): Promise<AppendOutcome> {
    return new Promise((resolve) => {
      resolve(this.#appendNow(writes));
    });
  }

  async *readStream(
    stream: string,
    options: ReadStreamOptions = {},
  ): AsyncGenerator<readonly StoredEvent[]> {
    const { direction = 'forwards', limit = Infinity } = options;
    const step = direction === 'forwards' ? 1 : -1;
    let next = options.fromRevision ?? (step === 1 ? 0 : Infinity);
    let left = limit;
    while (left > 0) {
      this.#refuseIfClosed();
      const rows = this.#streams.get(stream) ?? [];
      const found =
        step === 1
          ? rows.filter(({ revision }) => revision >= next)
          : rows.filter(({ revision }) => revision <= next).reverse();
      const page = found.slice(0, Math.min(PAGE, left));
      const last = page.at(-1);
      if (last === undefined) return;
      yield page.map((row) => this.#stored(row));
      next = last.revision + step;
      left -= page.length;
      await Promise.resolve();
    }
  }

  async *readAll({
    after,
  }: { readonly after?: Position | undefined } = {}): AsyncGenerator<EventBatch> {
    let from = this.#ordinalOf(after);
    for (;;) {
      const batch = this.#read(from);
      yield batch;
      if (batch.caughtUp) return;
      from = this.#ordinalOf(batch.upTo);
      await Promise.resolve();
    }
  }

  async *readBackwards({ before }: { readonly before?: Position | undefined } = {}): AsyncGenerator<
    readonly StoredEvent[]
  > {
    let end = before === undefined ? this.#log.length : this.#ordinalOf(before) - 1;
    while (end > 0) {
      this.#refuseIfClosed();
      const start = Math.max(0, end - PAGE);
      yield this.#log
        .slice(start, end)
        .reverse()
        .map((row) => this.#stored(row));
      end = start;
      await Promise.resolve();
    }
  }

  readCanonical(options?: {
    readonly after?: Position | undefined;
  }): AsyncIterable<CanonicalBatch> {
    return canonically(this.readAll(options));
  }

  async *subscribe({ after, signal, types }: SubscribeOptions = {}): AsyncGenerator<EventBatch> {
    let from = this.#ordinalOf(after);
    for (let first = true; signal?.aborted !== true; first = false) {
      const batch = this.#read(from);
      if (batch.events.length > 0 || first) {
        from = this.#ordinalOf(batch.upTo);
        yield { ...batch, events: batch.events.filter(({ type }) => types?.has(type) ?? true) };
      } else {
        await this.#nextAppend(signal);
      }
    }
  }

  eventAt(position: Position): Promise<StoredEvent | undefined> {
    const parsed = parsePosition(position);
    const row = parsed?.logId === this.logId ? this.#log[Number(parsed.ordinal) - 1] : undefined;
    return Promise.resolve(row && this.#stored(row));
  }

  head(): Promise<Position | undefined> {
    const last = this.#log.at(-1);
    return Promise.resolve(last && formatPosition(this.logId, last.ordinal));
  }

  async positionAt(time: string): Promise<Position | undefined> {
    let last: Position | undefined;
    for await (const { events } of this.readAll()) {
      for (const { position, metadata } of events) {
        if (metadata.recordedAt > time) return last;
        last = position;
      }
    }
    return last;
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#notify();
    return Promise.resolve();
  }

  #appendNow(writes: readonly StreamWrite[]): AppendOutcome {
    this.#refuseIfClosed();
    const placed = placeInAppend(writes).writes;
    const missing = placed.filter((write) => !this.#isWritten(write));
    for (const { stream, expectedRevision } of missing) {
      const actual = this.#lastRevision(stream);
      if (actual !== expectedRevision) return { kind: 'conflict', stream, actual };
    }
    for (const write of missing) this.#write(write);
    if (missing.length > 0) this.#notify();
    return { kind: 'appended', position: this.#lastPosition(placed) };
  }

  #isWritten({ stream, expectedRevision, events }: PlacedWrite): boolean {
    const first = firstRevision(expectedRevision);
    const rows = this.#streams.get(stream);
    return events.every(({ id }, index) => rows?.[first + index]?.event.id === id);
  }

  #lastRevision(stream: string): number | 'no_stream' {
    return this.#streams.get(stream)?.at(-1)?.revision ?? 'no_stream';
  }

  #write({ stream, expectedRevision, events }: PlacedWrite): void {
    const rows = this.#streams.get(stream) ?? [];
    this.#streams.set(stream, rows);
    events.forEach((event, index) => {
      const revision = firstRevision(expectedRevision) + index;
      const row = { stream, revision, ordinal: this.#log.length + 1, event };
      rows.push(row);
      this.#log.push(row);
    });
  }

  #lastPosition(writes: readonly PlacedWrite[]): Position {
    const ordinals = writes.flatMap(({ stream, expectedRevision, events }) => {
      const last = firstRevision(expectedRevision) + events.length - 1;
      return this.#streams.get(stream)?.[last]?.ordinal ?? [];
    });
    return formatPosition(this.logId, Math.max(...ordinals));
  }

  #read(from: number): EventBatch {
    this.#refuseIfClosed();
    let end = Math.min(from + PAGE, this.#log.length);
    while (end < this.#log.length && this.#log[end]?.event.metadata.append.index !== 0) end++;
    const events = this.#log.slice(from, end).map((row) => this.#stored(row));
    const upTo = formatPosition(this.logId, Math.max(from, end));
    return { events, upTo, caughtUp: end >= this.#log.length };
  }

  #ordinalOf(position: Position | undefined): number {
    if (position === undefined) return 0;
    const parsed = parsePosition(position);
    if (parsed?.logId !== this.logId) {
      throw new RangeError(`Position ${position} is not one of log ${this.logId}.`);
    }
    return Number(parsed.ordinal);
  }

  #stored({
    stream,
    revision,
    ordinal,
    event: { id, type, schemaVersion, json },
  }: Row): StoredEvent {
    return {
      id,
      stream,
      revision,
      position: formatPosition(this.logId, ordinal),
      type,
      schemaVersion,
      data: JSON.parse(json.data) as JsonObject,
      ...(json.personal !== undefined && { personal: JSON.parse(json.personal) as SealedPersonal }),
      metadata: JSON.parse(json.metadata) as StoredEvent['metadata'],
    };
  }

  #notify(): void {
    for (const wake of this.#sleepers) wake();
  }

  #nextAppend(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        this.#sleepers.delete(wake);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      this.#sleepers.add(wake);
      signal?.addEventListener('abort', wake);
    });
  }

  #refuseIfClosed(): void {
    if (this.#closed) throw new StoreUnavailableError('The event store has been closed.');
  }
}

function firstRevision(expectedRevision: number | 'no_stream'): number {
  return expectedRevision === 'no_stream' ? 0 : expectedRevision + 1;
}
