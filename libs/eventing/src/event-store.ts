import { setImmediate } from 'node:timers/promises';
import type { NewEvent, StoredEvent } from './envelope';
import type { Position } from './position';

/** The most that one append may hold: bytes of data and sealed personal data, summed over its events. */
export const MAX_APPEND_BYTES = 1_000_000;

/** Events for one stream, to be appended right after a revision that the writer has seen. */
export interface StreamWrite {
  readonly stream: string;
  /** The stream's last revision, or `no_stream` when it must not exist yet. Never "any". */
  readonly expectedRevision: number | 'no_stream';
  /** At least one. */
  readonly events: readonly NewEvent[];
}

export type AppendOutcome =
  /** Durable. `position` is that of the last event written. */
  | { readonly kind: 'appended'; readonly position: Position }
  /** Nothing was written: the stream is not at the expected revision. `actual` is its last revision. */
  | {
      readonly kind: 'conflict';
      readonly stream: string;
      readonly actual: number | 'no_stream';
    };

/** Events in log order that never split one append. */
export interface EventBatch {
  readonly events: readonly StoredEvent[];
  /** The place to go on from: at or after the last event (skipped foreign events move it too). */
  readonly upTo: Position;
  /** The reader has reached the end of the log as it stood when the batch was read. */
  readonly caughtUp: boolean;
  /** The characters of its events as they are kept, where the store knows. */
  readonly size?: number;
}

/** An event as an auditor reads it: its canonical text (`canonicalEvent`). */
export interface CanonicalEvent {
  readonly id: string;
  readonly position: Position;
  readonly text: string;
}

/** As `EventBatch`, but that it may split an append: nothing in its events is looked at. */
export interface CanonicalBatch {
  readonly events: readonly CanonicalEvent[];
  readonly upTo: Position;
  readonly caughtUp: boolean;
}

export interface ReadStreamOptions {
  readonly direction?: 'forwards' | 'backwards';
  /** First revision to read, inclusive: by default the first one, or the last when reading backwards. */
  readonly fromRevision?: number;
  /** At most so many events. */
  readonly limit?: number;
}

export interface SubscribeOptions {
  /** Exclusive; `undefined` is the beginning of the log. */
  readonly after?: Position | undefined;
  /** Ends the iteration, without an error, when it aborts. */
  readonly signal?: AbortSignal;
  /**
   * Only events of these types; all of them by default. Others are passed by unread, so a subscriber to
   * what is rare costs an append of anything else nothing; `upTo` moves over them, though not at each.
   */
  readonly types?: ReadonlySet<string> | undefined;
}

/** What reads a log. A projector needs no more. */
export interface EventReader {
  /** Id of this log: the beginning of each of its positions. */
  readonly logId: string;
  /** A stream's events in batches, in order; nothing where the stream does not exist. */
  readStream(stream: string, options?: ReadStreamOptions): AsyncIterable<readonly StoredEvent[]>;
  /**
   * Whether the stream surely has no event after this revision: known without reading, by who is told of every
   * append. `false` where only reading tells; left out by an engine where it always does.
   */
  endsAt?(stream: string, revision: number): boolean;
  /** The log after a position up to its end as it stands when reached; then the iteration ends. */
  readAll(options?: { readonly after?: Position | undefined }): AsyncIterable<EventBatch>;
  /**
   * The log before a position (exclusive; its end by default), the last event first. Made for people, who
   * page back: unlike `readAll` it may split an append.
   */
  readBackwards(options?: {
    readonly before?: Position | undefined;
  }): AsyncIterable<readonly StoredEvent[]>;
  /** As `readAll`, each event as its canonical text. What was altered where it lies is altered here. */
  readCanonical(options?: { readonly after?: Position | undefined }): AsyncIterable<CanonicalBatch>;
  /**
   * Catch-up, then live, without gap or double, until cancelled. Pull-based: a slow consumer holds
   * back the reading and nothing piles up. An empty batch says that the log's end was reached (`caughtUp`), or that
   * other types were passed by.
   */
  subscribe(options?: SubscribeOptions): AsyncIterable<EventBatch>;
  /** The event at exactly this position, if the log has one. */
  eventAt(position: Position): Promise<StoredEvent | undefined>;
  /** Where the event of that id stands, if the log has it. Left out by an engine that has no index of ids. */
  positionOf?(id: string): Promise<Position | undefined>;
  /** Position of the last event, `undefined` when the log is empty. */
  head(): Promise<Position | undefined>;
  /**
   * Position of the last event that the log had at a time (RFC 3339, UTC, milliseconds); `undefined` where it had
   * none yet. The log's time at an event is the latest `recordedAt` up to it, so that it never falls.
   */
  positionAt(time: string): Promise<Position | undefined>;
}

/** A stream's events up to a position, in order. Others of the thread have their turn between its batches. */
export async function* eventsUpTo(
  reader: Pick<EventReader, 'readStream'>,
  stream: string,
  position: Position,
): AsyncGenerator<StoredEvent> {
  for await (const page of reader.readStream(stream)) {
    for (const event of page) {
      if (event.position > position) return;
      yield event;
    }
    await setImmediate();
  }
}

/** Where the event of that id stands, if the log has it: by the index of ids, or by reading the log where there is none. */
export async function positionOfEvent(
  reader: EventReader,
  id: string,
): Promise<Position | undefined> {
  if (reader.positionOf !== undefined) return reader.positionOf(id);
  for await (const { events } of reader.readCanonical()) {
    const found = events.find((event) => event.id === id);
    if (found !== undefined) return found.position;
  }
  return undefined;
}

/**
 * The log. Every adapter runs the whole contract suite (`testing/event-store.contract.ts`).
 */
export interface EventStore extends EventReader {
  /**
   * Appends to one stream or, in the given order, to several, each at an exact revision, and answers
   * once it is durable. The same events (same ids) at the same revisions again answer as the first time,
   * so an append whose outcome is unknown is repeated, never re-decided. On every engine a repeat
   * completes an append to several streams that was cut short; that it is all or nothing at once is
   * promised by SQLite only (docs/guarantees.md).
   *
   * Each event's `metadata.append` is filled in here (`placeInAppend`).
   *
   * @throws AppendTooLargeError above MAX_APPEND_BYTES; nothing was written.
   * @throws StoreFullError when the disk is full; nothing was written.
   * @throws OutcomeUnknownError when it may or may not have been written: repeat the same append.
   * @throws StoreUnavailableError when the store takes no writes now; nothing was written.
   */
  append(writes: readonly StreamWrite[]): Promise<AppendOutcome>;
  /** Stops accepting, lets what is queued finish, and releases the log. */
  close(): Promise<void>;
}
