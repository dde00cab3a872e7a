import { setTimeout as pause } from 'node:timers/promises';
import {
  type AllStreamResolvedEvent,
  END,
  eventTypeFilter,
  START,
  streamNameFilter,
} from '@eventstore/db-client';
import {
  type EventBatch,
  type Position,
  type StoredEvent,
  StoreUnavailableError,
} from '@tierbook/eventing';
import { backoffMs, type Connection, type Patience } from './connection';
import { isDenied, isTooSlow, isTransient, NoAnswerError } from './failures';
import { Feed, PAGE } from './feed';
import type { LogReader } from './log-reader';
import { WholeAppends } from './whole-appends';

/** In windows of 32 events: how often the server says how far it has looked. */
const CHECKPOINT_INTERVAL = 32;
/** How long is waited for what is known to be missing: the rest of an append, or where the log has come to. */
const REST_MS = 1_000;

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
  types: ReadonlySet<string> | undefined,
  signal: AbortSignal,
): AsyncGenerator<EventBatch> {
  const following = new Following(log, after, types);
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
  readonly #types: ReadonlySet<string> | undefined;
  /** An event of the log up to which all has been given on or passed by: the place of a batch. */
  #given: bigint;
  /** The place that was told last. */
  #told: bigint;
  /** As `given`, though others' events count too: where the next subscription begins. */
  #resumeAt: bigint;
  #isEndTold = false;

  constructor(log: Followed, after: bigint, types: ReadonlySet<string> | undefined) {
    this.#log = log;
    this.#types = types;
    this.#given = after;
    this.#told = after;
    this.#resumeAt = after === 0n ? log.origin : after;
  }

  /** What one subscription brings until it fails or the signal ends it. */
  async *untilItEnds(signal: AbortSignal): AsyncGenerator<EventBatch> {
    const appends = new WholeAppends();
    const { from, first } = await this.#anchor();
    if (first !== undefined) this.#add(appends, first);
    const feed = this.#open(from, signal);
    try {
      while (!signal.aborted) {
        const isDrained = this.#drain(feed, appends);
        if (feed.failure !== undefined) throw feed.failure;
        if (isDrained && appends.size === 0) this.#passBy(feed.consideredUpTo);
        const batch = this.#batch(appends, isDrained && feed.isCaughtUp);
        if (batch !== undefined) yield batch;
        else if (!(await feed.changed(this.#waitFor(feed, appends)))) {
          if (!feed.isConfirmed) throw new NoAnswerError('the subscription was not confirmed');
          if (appends.size > 0) appends.release();
          else await this.#catchUpByReading(appends);
        }
      }
    } finally {
      feed.close();
    }
  }

  /** The server filters by one thing alone: by type where some are asked for, else by the namespace. */
  #open(from: bigint | typeof START, signal: AbortSignal): Feed {
    const { connection, prefix } = this.#log;
    return new Feed((checkpointReached) => {
      const common = { checkpointInterval: CHECKPOINT_INTERVAL, checkpointReached };
      const filter =
        this.#types === undefined
          ? streamNameFilter({ prefixes: [prefix], ...common })
          : eventTypeFilter({ prefixes: [...this.#types], ...common });
      const fromPosition = from === START ? START : { commit: from, prepare: from };
      const options = { highWaterMark: PAGE };
      return connection.client.subscribeToAll({ fromPosition, filter }, options);
    }, signal);
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
      if (next === null) return feed.isDrained;
      this.#add(appends, next);
    }
    return false;
  }

  #add(appends: WholeAppends, resolved: AllStreamResolvedEvent): void {
    const commit = commitOf(resolved);
    if (commit <= this.#given) return;
    const event = this.#log.ours(resolved);
    if (event === undefined || this.#types?.has(event.type) === false) return;
    appends.add(event, commit);
    // Of an append's events, some may be of types not asked for.
    if (this.#types !== undefined) appends.release();
  }

  /** All up to there is of no concern. */
  #passBy(commit: bigint): void {
    if (commit > this.#resumeAt) this.#resumeAt = commit;
    const head = this.#log.headSeen();
    const isEvent = head > this.#log.origin;
    if (isEvent && this.#given < head && head <= this.#resumeAt) this.#given = head;
  }

  /**
   * Other types were appended, as this process knows, and the server says seldom how far it has looked:
   * what is left of the log is read, so that the place moves on.
   */
  async #catchUpByReading(appends: WholeAppends): Promise<void> {
    const page = await this.#log.reader.all({ from: this.#resumeAt, count: PAGE });
    for (const resolved of page) this.#add(appends, resolved);
    const last = page.at(-1);
    if (appends.size === 0 && last !== undefined) this.#passBy(commitOf(last));
  }

  #batch(appends: WholeAppends, isAtEnd: boolean): EventBatch | undefined {
    const isDue = appends.isReady && (isAtEnd || appends.size >= PAGE);
    const isEnd = isAtEnd && appends.size === 0 && this.#isAtHead();
    if (!isDue && !(isEnd && !this.#isEndTold) && this.#given === this.#told) return undefined;
    const { events, upTo } = appends.take();
    this.#given = upTo ?? this.#given;
    this.#told = this.#given;
    if (this.#given > this.#resumeAt) this.#resumeAt = this.#given;
    const caughtUp = isAtEnd && appends.size === 0 && this.#isAtHead();
    this.#isEndTold ||= caughtUp;
    return { events, upTo: this.#log.positionOf(this.#given), caughtUp };
  }

  /** An append that was answered is not missing. */
  #isAtHead(): boolean {
    return this.#resumeAt >= this.#log.headSeen();
  }

  /** How long until something has to be done though nothing comes; `undefined` is for ever. */
  #waitFor(feed: Feed, appends: WholeAppends): number | undefined {
    if (!feed.isConfirmed) return this.#log.patience.answerMs;
    const isMissing = appends.size > 0 || (this.#types !== undefined && !this.#isAtHead());
    return isMissing && feed.isCaughtUp ? REST_MS : undefined;
  }
}

function commitOf({ event, link, commitPosition }: AllStreamResolvedEvent): bigint {
  return event?.position.commit ?? link?.position.commit ?? commitPosition ?? 0n;
}
