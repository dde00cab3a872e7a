import { END, START } from '@eventstore/db-client';
import type { AllStreamResolvedEvent, ResolvedEvent } from '@eventstore/db-client';
import {
  type AppendOutcome,
  type CanonicalBatch,
  canonically,
  type EventBatch,
  type EventStore,
  formatPosition,
  parsePosition,
  placeInAppend,
  type PlacedWrite,
  type Position,
  type ReadStreamOptions,
  type StoredEvent,
  StoreRefusedError,
  StoreUnavailableError,
  type StreamWrite,
  type SubscribeOptions,
} from '@tierbook/eventing';
import { appendUntilAnswered, type WireWrite, type Written } from './appender';
import { connect, type Connection, PATIENCE, type Patience, release } from './connection';
import { follow } from './follow';
import { identityOf, type LogIdentity, refuseOldServer } from './log-id';
import { KnownTimes } from './known-times';
import { type Edge, LogReader } from './log-reader';
import { storedEventOf, wireEventOf } from './stored-events';
import { WholeAppends } from './whole-appends';

/** Events asked for at once. */
const PAGE = 250;
/** Beyond this, waiting would only make callers time out. */
const MAX_WAITING = 10_000;
const MAX_WAITING_BYTES = 64_000_000;

export interface EventStoreDbOptions {
  /** A connection string: `esdb://` or `esdb+discover://`. */
  readonly url: string;
  /** The log is the streams whose names begin with `<namespace>.`; others in the database are not seen. */
  readonly namespace: string;
  /** For who only reads: refuses where there is no log yet. */
  readonly mustExist?: boolean;
  readonly patience?: Patience;
}

/**
 * Opens the log in EventStoreDB, and begins it where the namespace has none.
 *
 * @throws StoreUnavailableError while the server is away or refuses the credentials.
 * @throws StoreRefusedError for a URL that cannot be used, a server that is too old, a log that is not there.
 */
export async function openEventStoreDbEventStore({
  url,
  namespace,
  mustExist = false,
  patience = PATIENCE,
}: EventStoreDbOptions): Promise<EventStoreDbEventStore> {
  const connection = connect(url);
  try {
    await refuseOldServer(connection, patience);
    const identity = await identityOf(connection, patience, namespace, mustExist);
    return new EventStoreDbEventStore(connection, patience, namespace, identity);
  } catch (error) {
    await release(connection);
    throw error;
  }
}

/** The log in EventStoreDB: the streams of one namespace, in the order of $all. */
export class EventStoreDbEventStore implements EventStore {
  readonly logId: string;
  readonly #connection: Connection;
  readonly #patience: Patience;
  readonly #prefix: string;
  readonly #reader: LogReader;
  readonly #closing = new AbortController();
  readonly #appending = new Set<Promise<unknown>>();
  #waitingBytes = 0;
  #closed: Promise<void> | undefined;
  readonly #origin: bigint;
  readonly #times = new KnownTimes((options) => this.readAll(options));
  /** The highest commit position of ours that was seen: the head stands there or after it. */
  #seen: bigint;

  constructor(
    connection: Connection,
    patience: Patience,
    namespace: string,
    { logId, origin }: LogIdentity,
  ) {
    this.#connection = connection;
    this.#patience = patience;
    this.#prefix = `${namespace}.`;
    this.#reader = new LogReader(connection, patience);
    this.logId = logId;
    this.#origin = origin;
    this.#seen = origin;
  }

  async append(writes: readonly StreamWrite[]): Promise<AppendOutcome> {
    const { writes: placed, bytes } = placeInAppend(writes);
    const wire = placed.map((write) => this.#wireWriteOf(write));
    this.#refuseIfItCannotWait(bytes);
    const appending = this.#appendInTurn(wire);
    this.#appending.add(appending);
    this.#waitingBytes += bytes;
    try {
      return await appending;
    } finally {
      this.#appending.delete(appending);
      this.#waitingBytes -= bytes;
    }
  }

  async *readStream(
    stream: string,
    { direction = 'forwards', fromRevision, limit = Infinity }: ReadStreamOptions = {},
  ): AsyncGenerator<readonly StoredEvent[]> {
    const isBackwards = direction === 'backwards';
    let from: bigint | Edge = isBackwards ? END : START;
    if (fromRevision !== undefined) from = BigInt(fromRevision);
    let left = limit;
    while (left > 0) {
      this.#refuseIfClosed();
      const count = Math.min(PAGE, left);
      const page = await this.#reader.stream(stream, { from, count, isBackwards });
      if (page === undefined) return;
      const events = page.map((resolved) => this.#known(stream, resolved));
      if (from === START && events[0]?.revision !== 0) throw truncated(stream);
      const last = events.at(-1);
      if (last === undefined) return;
      yield events;
      if (events.length < count || (isBackwards && last.revision === 0)) return;
      from = BigInt(last.revision + (isBackwards ? -1 : 1));
      left -= events.length;
    }
  }

  async *readAll({
    after,
  }: { readonly after?: Position | undefined } = {}): AsyncGenerator<EventBatch> {
    const appends = new WholeAppends();
    let given = this.#commitOf(after);
    let from = given === 0n ? this.#origin : given;
    for (let isEnd = false; !isEnd;) {
      this.#refuseIfClosed();
      const page = await this.#reader.all({ from, count: PAGE });
      for (const resolved of page) {
        const event = this.#ours(resolved);
        const commit = event && this.#commitOf(event.position);
        if (event === undefined || commit === undefined) continue;
        // A page begins with what the one before ended with.
        if (commit > from) appends.add(event, commit);
      }
      from = commitPositionOf(page.at(-1)) ?? from;
      isEnd = page.length < PAGE;
      if (isEnd) appends.release();
      if (!isEnd && !appends.isReady) continue;
      const { events, upTo = given } = appends.take();
      given = upTo;
      yield { events, upTo: this.#positionOf(given), caughtUp: isEnd };
    }
  }

  async *readBackwards({ before }: { readonly before?: Position | undefined } = {}): AsyncGenerator<
    readonly StoredEvent[]
  > {
    let from: bigint | Edge = before === undefined ? END : this.#commitOf(before);
    for (;;) {
      this.#refuseIfClosed();
      const page = await this.#reader.all({ from, count: PAGE, isBackwards: true });
      const events = page.flatMap((resolved) => this.#ours(resolved) ?? []);
      if (events.length > 0) yield events;
      const first = commitPositionOf(page.at(-1));
      if (first === undefined || page.length < PAGE || first <= this.#origin) return;
      from = first;
    }
  }

  readCanonical(options?: {
    readonly after?: Position | undefined;
  }): AsyncIterable<CanonicalBatch> {
    return canonically(this.readAll(options));
  }

  async *subscribe({ after, signal, types }: SubscribeOptions = {}): AsyncGenerator<EventBatch> {
    this.#refuseIfClosed();
    const closing = this.#closing.signal;
    const either = signal === undefined ? closing : AbortSignal.any([signal, closing]);
    const log = {
      connection: this.#connection,
      reader: this.#reader,
      patience: this.#patience,
      prefix: this.#prefix,
      origin: this.#origin,
      headSeen: () => this.#seen,
      positionOf: (commit: bigint) => this.#positionOf(commit),
      ours: (resolved: AllStreamResolvedEvent) => this.#ours(resolved),
    };
    yield* follow(log, this.#commitOf(after), types, either);
    if (signal?.aborted !== true) this.#refuseIfClosed();
  }

  async eventAt(position: Position): Promise<StoredEvent | undefined> {
    this.#refuseIfClosed();
    const parsed = parsePosition(position);
    if (parsed?.logId !== this.logId) return undefined;
    try {
      const [found] = await this.#reader.all({ from: parsed.ordinal, count: 1 });
      const event = found && this.#ours(found);
      return event?.position === position ? event : undefined;
    } catch (error) {
      if (error instanceof RangeError) return undefined;
      throw error;
    }
  }

  /** The server has no index of it: the log is read from its beginning, or from what was looked up before. */
  positionAt(time: string): Promise<Position | undefined> {
    return this.#times.positionAt(time);
  }

  /** Looks back from the end past what is not ours, no further than the last that was seen. */
  async head(): Promise<Position | undefined> {
    this.#refuseIfClosed();
    let from: bigint | Edge = END;
    for (;;) {
      const page = await this.#reader.all({ from, count: PAGE, isBackwards: true });
      for (const resolved of page) {
        const event = this.#ours(resolved);
        if (event !== undefined) return event.position;
      }
      const first = commitPositionOf(page.at(-1));
      if (first === undefined || page.length < PAGE) return undefined;
      if (first <= this.#origin) return undefined;
      if (first <= this.#seen) return this.#positionOf(this.#seen);
      from = first;
    }
  }

  /**
   * Asks the server once, and waits no longer than `answerMs`.
   * @throws StoreUnavailableError saying what is wrong.
   */
  async check(answerMs: number): Promise<void> {
    this.#refuseIfClosed();
    const once = { answerMs, budgetMs: 0 };
    const reader = new LogReader(this.#connection, once);
    await reader.all({ from: END, count: 1, isBackwards: true });
  }

  close(): Promise<void> {
    this.#closed ??= this.#closeOnce();
    return this.#closed;
  }

  async #closeOnce(): Promise<void> {
    await Promise.allSettled(this.#appending);
    this.#closing.abort();
    await release(this.#connection);
  }

  #wireWriteOf({ stream, expectedRevision, events }: PlacedWrite): WireWrite {
    if (!stream.startsWith(this.#prefix)) {
      throw new TypeError(
        `Stream ${stream} is not one of this log: they begin with ${this.#prefix}.`,
      );
    }
    for (const { id, type } of events) {
      if (type === '' || type.startsWith('$')) {
        throw new TypeError(
          `Event ${id} has the type '${type}', which the event store keeps for itself.`,
        );
      }
    }
    return { stream, expectedRevision, events: events.map(wireEventOf) };
  }

  #refuseIfItCannotWait(bytes: number): void {
    this.#refuseIfClosed();
    const waiting = this.#appending.size;
    if (waiting < MAX_WAITING && this.#waitingBytes + bytes <= MAX_WAITING_BYTES) return;
    throw new StoreUnavailableError(
      `The event store takes no appends: ${String(waiting)} wait already, try again.`,
    );
  }

  #refuseIfClosed(): void {
    if (this.#closed === undefined) return;
    throw new StoreUnavailableError('The event store has been closed.');
  }

  /** Stream by stream, so that what is there is always a beginning of it, which the same append completes. */
  async #appendInTurn(writes: readonly WireWrite[]): Promise<AppendOutcome> {
    if (writes.length > 1) {
      const conflict = await this.#conflictOf(writes);
      if (conflict !== undefined) return conflict;
    }
    let end = 0n;
    for (const write of writes) {
      const written = await appendUntilAnswered(this.#connection, this.#patience, write);
      if (written.kind === 'conflict') {
        return { kind: 'conflict', stream: write.stream, actual: written.actual };
      }
      const position = await this.#endOf(write, written);
      if (position > end) end = position;
    }
    this.#see(end);
    return { kind: 'appended', position: this.#positionOf(end) };
  }

  /** Before anything is written: a conflict in one stream leaves the others as they are. */
  async #conflictOf(writes: readonly WireWrite[]): Promise<AppendOutcome | undefined> {
    const conflicts = await Promise.all(writes.map((write) => this.#conflictIn(write)));
    return conflicts.find((conflict) => conflict !== undefined);
  }

  async #conflictIn({
    stream,
    expectedRevision,
    events,
  }: WireWrite): Promise<AppendOutcome | undefined> {
    const [last] =
      (await this.#reader.stream(stream, { from: END, count: 1, isBackwards: true })) ?? [];
    const actual = last?.event === undefined ? 'no_stream' : Number(last.event.revision);
    if (actual === expectedRevision) return undefined;
    const there: string[] = [];
    const range = { fromRevision: firstOf(expectedRevision), limit: events.length };
    for await (const page of this.readStream(stream, range))
      there.push(...page.map(({ id }) => id));
    const isWritten = events.every(({ id }, index) => there[index] === id);
    return isWritten ? undefined : { kind: 'conflict', stream, actual };
  }

  async #endOf(
    { stream, expectedRevision, events }: WireWrite,
    { position }: Extract<Written, { kind: 'written' }>,
  ): Promise<bigint> {
    if (position !== undefined) return position;
    // Written long ago, so that the server has to be asked where.
    const last = BigInt(firstOf(expectedRevision) + events.length - 1);
    const [found] = (await this.#reader.stream(stream, { from: last, count: 1 })) ?? [];
    const commit = found?.event?.position?.commit;
    if (commit === undefined) throw truncated(stream);
    return commit;
  }

  #known(stream: string, resolved: ResolvedEvent): StoredEvent {
    const event = storedEventOf(this.logId, resolved);
    if (event !== undefined) return event;
    throw new StoreRefusedError(
      `Stream ${stream} in the event store holds what Tierbook did not write.`,
    );
  }

  #ours(resolved: AllStreamResolvedEvent): StoredEvent | undefined {
    const { event } = resolved;
    if (event?.streamId.startsWith(this.#prefix) !== true || event.type.startsWith('$')) {
      return undefined;
    }
    this.#see(event.position.commit);
    return this.#known(event.streamId, resolved);
  }

  #see(commit: bigint): void {
    if (commit > this.#seen) this.#seen = commit;
  }

  #positionOf(commit: bigint): Position {
    return formatPosition(this.logId, commit);
  }

  #commitOf(position: Position | undefined): bigint {
    if (position === undefined) return 0n;
    const parsed = parsePosition(position);
    if (parsed?.logId === this.logId) return parsed.ordinal;
    throw new RangeError(`Position ${position} is not one of log ${this.logId}.`);
  }
}

function firstOf(expectedRevision: number | 'no_stream'): number {
  return expectedRevision === 'no_stream' ? 0 : expectedRevision + 1;
}

function commitPositionOf(resolved: AllStreamResolvedEvent | undefined): bigint | undefined {
  return resolved?.event?.position.commit ?? resolved?.link?.position.commit;
}

/** Retention or a deletion by hand hides what stands there; going on would decide on half a history. */
function truncated(stream: string): StoreRefusedError {
  return new StoreRefusedError(
    `Stream ${stream} has lost its beginning in the event store: take maxCount, maxAge and truncateBefore off it.`,
  );
}
