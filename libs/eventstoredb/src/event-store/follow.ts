import { setTimeout as pause } from 'node:timers/promises';
import { type AllStreamResolvedEvent, END, START, streamNameFilter } from '@eventstore/db-client';
import {
  type EventBatch,
  type Position,
  type StoredEvent,
  StoreUnavailableError,
} from '@tierbook/eventing';
import { backoffMs, type Connection, type Patience } from './connection';
import { isDenied, isTooSlow, isTransient, NoAnswerError } from './failures';
import { Feed } from './feed';
import type { LogReader } from './log-reader';
import { WholeAppends } from './whole-appends';

/** Events of a batch while catching up, and of the buffer behind it. */
const PAGE = 500;
/** In windows of 32 events: how often the server says how far it has looked. */
const CHECKPOINT_INTERVAL = 32;
/** How long the rest of an append to several streams is waited for. */
const REST_OF_APPEND_MS = 1_000;

/** One log to follow. */
export interface Followed {
  readonly connection: Connection;
  readonly reader: LogReader;
  readonly patience: Patience;
  /** Begins the names of its streams. */
  readonly prefix: string;
  /** Every event of the log comes after this commit position. */
  readonly origin: bigint;
  /** A commit position that the log has reached at least: an append that was answered is not missing at its end. */
  readonly headSeen: () => bigint;
  /** Writes a commit position as one of the log. */
  readonly positionOf: (commit: bigint) => Position;
  /** The event, where it is one of the log's. */
  readonly ours: (resolved: AllStreamResolvedEvent) => StoredEvent | undefined;
}

/**
 * The log after a commit position (0 is the beginning), by one subscription to $all that the server filters.
 * A subscription that ends because of the server is begun anew after the last batch that was taken, for as
 * long as it takes; `Connection.outage` tells meanwhile what is wrong.
 *
 * @throws RangeError where no record stands at `after`.
 */
export async function* follow(
  log: Followed,
  after: bigint,
  signal: AbortSignal,
): AsyncGenerator<EventBatch> {
  const following = new Following(log, after);
  for (let attempt = 0; !signal.aborted; attempt++) {
    try {
      for await (const batch of following.untilItEnds(signal)) {
        attempt = 0;
        yield batch;
      }
    } catch (error) {
      if (!endsForNow(error)) throw error;
      if (!isTooSlow(error)) log.connection.failed(error);
    }
    await pause(backoffMs(attempt), undefined, { signal }).catch(() => undefined);
  }
}

function endsForNow(error: unknown): boolean {
  return isTransient(error) || isDenied(error) || error instanceof StoreUnavailableError;
}

class Following {
  readonly #log: Followed;
  /** Of the last event that was given on: the place of a batch. */
  #given: bigint;
  /** All up to here has been given on, or is not ours: where the next subscription begins. */
  #resumeAt: bigint;
  #isEndTold = false;

  constructor(log: Followed, after: bigint) {
    this.#log = log;
    this.#given = after;
    this.#resumeAt = after === 0n ? log.origin : after;
  }

  /** What one subscription brings until it fails or the signal ends it. */
  async *untilItEnds(signal: AbortSignal): AsyncGenerator<EventBatch> {
    const appends = new WholeAppends();
    const { from, first } = await this.#anchor();
    if (first !== undefined) this.#add(appends, first);
    let considered = this.#resumeAt;
    const feed = this.#open(from, (position) => (considered = position));
    try {
      while (!signal.aborted) {
        const isDrained = this.#drain(feed, appends);
        if (feed.failure !== undefined) throw feed.failure;
        const isAtEnd = isDrained && feed.isCaughtUp;
        if (isAtEnd && appends.size === 0 && considered > this.#resumeAt)
          this.#resumeAt = considered;
        const batch = this.#batch(appends, isAtEnd);
        if (batch !== undefined) yield batch;
        else if (!(await feed.changed(this.#waitFor(feed, appends), signal))) {
          if (!feed.isConfirmed) throw new NoAnswerError('the subscription was not confirmed');
          appends.release();
        }
      }
    } finally {
      feed.close();
    }
  }

  #open(from: bigint | typeof START, onCheckpoint: (position: bigint) => void): Feed {
    const { connection, prefix } = this.#log;
    const filter = streamNameFilter({
      prefixes: [prefix],
      checkpointInterval: CHECKPOINT_INTERVAL,
      // Must not throw: the subscription would stand still without a word.
      checkpointReached: (_, { commit }) => {
        onCheckpoint(commit);
      },
    });
    const fromPosition = from === START ? START : { commit: from, prepare: from };
    return new Feed(
      connection.client.subscribeToAll({ fromPosition, filter }, { highWaterMark: PAGE }),
    );
  }

  /**
   * Where to subscribe. A subscription begins after the first record at or after its position: where the
   * record there is gone (a scavenge), it would leave out the next. That one is read here.
   */
  async #anchor(): Promise<{ from: bigint | typeof START; first?: AllStreamResolvedEvent }> {
    const { reader } = this.#log;
    const [first] = await reader.all({ from: this.#resumeAt, count: 1 });
    if (first !== undefined) {
      const from = commitOf(first);
      return from === this.#resumeAt ? { from } : { from, first };
    }
    const [last] = await reader.all({ from: END, count: 1, isBackwards: true });
    return { from: last === undefined ? START : commitOf(last) };
  }

  /** Takes what has come, up to a page; true when nothing is left. */
  #drain(feed: Feed, appends: WholeAppends): boolean {
    while (appends.size < PAGE || !appends.isReady) {
      const next = feed.next();
      if (next === null) return true;
      this.#add(appends, next);
    }
    return false;
  }

  #add(appends: WholeAppends, resolved: AllStreamResolvedEvent): void {
    if (commitOf(resolved) <= this.#given) return;
    const event = this.#log.ours(resolved);
    if (event !== undefined) appends.add(event, commitOf(resolved));
  }

  #batch(appends: WholeAppends, isAtEnd: boolean): EventBatch | undefined {
    if (!appends.isReady || (!isAtEnd && appends.size < PAGE)) {
      const isFirstEnd = !this.#isEndTold && isAtEnd && appends.size === 0 && this.#isAtHead();
      if (!isFirstEnd) return undefined;
    }
    const { events, upTo } = appends.take();
    this.#given = upTo ?? this.#given;
    this.#resumeAt = this.#given > this.#resumeAt ? this.#given : this.#resumeAt;
    const caughtUp = isAtEnd && appends.size === 0 && this.#isAtHead();
    this.#isEndTold ||= caughtUp;
    return { events, upTo: this.#log.positionOf(this.#given), caughtUp };
  }

  #isAtHead(): boolean {
    return this.#resumeAt >= this.#log.headSeen();
  }

  #waitFor(feed: Feed, appends: WholeAppends): number | undefined {
    if (!feed.isConfirmed) return this.#log.patience.answerMs;
    return appends.size > 0 && feed.isCaughtUp ? REST_OF_APPEND_MS : undefined;
  }
}

function commitOf({ event, link, commitPosition }: AllStreamResolvedEvent): bigint {
  return event?.position.commit ?? link?.position.commit ?? commitPosition ?? 0n;
}
