import { setDefaultHighWaterMark } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { EventStoreDBClient } from '@eventstore/db-client';
import { StoreRefusedError, StoreUnavailableError } from '@tierbook/eventing';
import { isDenied, isTransient, NoAnswerError, NotSentError, textOf } from './failures';

/** How long is waited for what. */
export interface Patience {
  /** For one answer; the client's own deadlines are not always kept. Milliseconds. */
  readonly answerMs: number;
  /** For a call with all its repetitions: an election takes up to 6 s. Milliseconds. */
  readonly budgetMs: number;
}

export const PATIENCE: Patience = { answerMs: 6_000, budgetMs: 15_000 };

const FIRST_BACKOFF_MS = 100;
const LONGEST_BACKOFF_MS = 1_000;
/** Failures in a row after which the client is made anew: it does not look for a new leader by itself after each kind. */
const FAILURES_BEFORE_RENEWAL = 4;
const SHORTEST_RENEWAL_MS = 3_000;
/** Silence after which a connection is probed, and how long for an answer, where the URL does not say. */
const KEEP_ALIVE = { keepAliveInterval: '10000', keepAliveTimeout: '5000' };

/** Makes the client answer a refused append with a revision that is wrong. */
const NOT_THROWING = /[?&]throwOnAppendFailure=(?!true(?:&|$))/i;

/** Calls that one client may have in flight. */
const MAX_IN_FLIGHT = 1_000;

// The client queues what its connection does not take at once, and lets each of those fail twice when the
// connection breaks: the second time nobody hears, which ends the process. Its streams are made with Node's
// default of 16 messages; with room for all that is in flight there is no such queue.
setDefaultHighWaterMark(true, MAX_IN_FLIGHT + 1);

/** Since when the server has not answered, and the last reason. */
export interface Outage {
  readonly since: number;
  readonly reason: string;
}

interface Shared {
  readonly url: string;
  readonly connection: Connection;
  holders: number;
}

/**
 * The one connection of this process (or thread). Two clients in one process corrupt each other's appends:
 * the client keeps those in flight in one table for all.
 */
let shared: Shared | undefined;

/**
 * Connects, or shares the connection that there is. Nothing is sent yet. Each holder releases it.
 *
 * @throws StoreRefusedError for a URL that cannot be used, or another one than is in use.
 */
export function connect(url: string): Connection {
  if (NOT_THROWING.test(url)) {
    throw new StoreRefusedError(
      'EVENT_STORE_URL cannot be used: leave throwOnAppendFailure out, the client then hides conflicts.',
    );
  }
  shared ??= { url, connection: new Connection(url), holders: 0 };
  if (shared.url !== url) {
    throw new StoreRefusedError(
      'One process speaks to one EventStoreDB; it is connected to another already.',
    );
  }
  shared.holders++;
  return shared.connection;
}

/** The last holder's release ends the connection. */
export async function release(connection: Connection): Promise<void> {
  if (shared?.connection !== connection) return;
  shared.holders--;
  if (shared.holders > 0) return;
  await connection.dispose();
  shared = undefined;
}

/** One client, made anew when it is stuck, and what is known of the server's health. */
export class Connection {
  /** Says where, without credentials. */
  readonly place: string;
  readonly #url: string;
  #client: EventStoreDBClient;
  /** Counts the clients: what one was doing when it was replaced has not been done. */
  #generation = 0;
  #renewing: Promise<void> | undefined;
  readonly #inFlight = new Set<Promise<unknown>>();
  #failuresInARow = 0;
  #renewedAt = performance.now();
  #outage: Outage | undefined;

  constructor(url: string) {
    this.#url = withKeepAlive(url);
    this.place = placeOf(url);
    this.#client = this.#make();
  }

  get client(): EventStoreDBClient {
    return this.#client;
  }

  get generation(): number {
    return this.#generation;
  }

  get outage(): Outage | undefined {
    return this.#outage;
  }

  /**
   * One call, once: its answer, or its failure, within `answerMs`. Work that is not answered in time goes
   * on at the server.
   */
  async once<T>(answerMs: number, work: (client: EventStoreDBClient) => Promise<T>): Promise<T> {
    try {
      if (this.#renewing !== undefined) await within(answerMs, this.#renewing);
      if (this.#inFlight.size >= MAX_IN_FLIGHT)
        throw new NotSentError('too many calls wait already');
      const generation = this.#generation;
      const answer = await within(answerMs, this.#counted(work(this.#client)));
      // A client that is replaced ends what it reads as if it had come to its end.
      if (generation !== this.#generation) throw new NoAnswerError('the connection was made anew');
      this.succeeded();
      return answer;
    } catch (error) {
      if (isTransient(error) || isDenied(error)) this.failed(error);
      else this.succeeded();
      throw error;
    }
  }

  /**
   * One reading call, repeated while the server is away. Where it has been away for long already, it is
   * tried once only, so that nobody queues up behind an outage.
   *
   * @throws StoreUnavailableError when the server stays away, or refuses the credentials.
   */
  async read<T>(patience: Patience, work: (client: EventStoreDBClient) => Promise<T>): Promise<T> {
    const begun = performance.now();
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.once(patience.answerMs, work);
      } catch (error) {
        if (isDenied(error)) throw this.denied(error);
        if (!isTransient(error)) throw error;
        const since = Math.min(begun, this.#outage?.since ?? begun);
        if (performance.now() - since >= patience.budgetMs) throw this.unavailable(error);
        await pause(backoffMs(attempt));
      }
    }
  }

  succeeded(): void {
    this.#failuresInARow = 0;
    this.#outage = undefined;
  }

  failed(error: unknown): void {
    this.#outage = {
      since: this.#outage?.since ?? performance.now(),
      reason: isDenied(error) ? `it refuses the credentials (${textOf(error)})` : textOf(error),
    };
    this.#failuresInARow++;
    const age = performance.now() - this.#renewedAt;
    if (this.#failuresInARow >= FAILURES_BEFORE_RENEWAL && age >= SHORTEST_RENEWAL_MS) {
      this.#renewing ??= this.#renew().finally(() => {
        this.#renewing = undefined;
      });
    }
  }

  unavailable(cause: unknown): StoreUnavailableError {
    const message = `The event store at ${this.place} (EVENT_STORE_URL) does not answer: ${textOf(cause)}.`;
    return new StoreUnavailableError(message, { cause });
  }

  denied(cause: unknown): StoreUnavailableError {
    const message =
      `The event store at ${this.place} refuses the credentials in EVENT_STORE_URL, ` +
      `or they may not do this: ${textOf(cause)}. Reading $all needs a grant.`;
    return new StoreUnavailableError(message, { cause });
  }

  async dispose(): Promise<void> {
    await this.#renewing;
    await this.#client.dispose();
  }

  #counted<T>(work: Promise<T>): Promise<T> {
    this.#inFlight.add(work);
    const done = () => this.#inFlight.delete(work);
    work.then(done, done);
    return work;
  }

  /**
   * Everything that the old client has in flight is cancelled and has ended before a new one is used: two
   * clients' appends must never be in flight together. Where something does not end, the old one stays.
   */
  async #renew(): Promise<void> {
    this.#generation++;
    this.#renewedAt = performance.now();
    this.#failuresInARow = 0;
    await this.#client.dispose();
    await Promise.race([Promise.allSettled(this.#inFlight), pause(LONGEST_BACKOFF_MS)]);
    if (this.#inFlight.size === 0) this.#client = this.#make();
  }

  #make(): EventStoreDBClient {
    try {
      return EventStoreDBClient.connectionString(this.#url);
    } catch (error) {
      throw new StoreRefusedError(`EVENT_STORE_URL cannot be used: ${withoutSecrets(error)}`, {
        cause: error,
      });
    }
  }
}

/** @throws NoAnswerError when the work is not done by then; it goes on. */
function within<T>(ms: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new NoAnswerError(`no answer within ${String(ms)} ms`));
    }, ms);
    work.then(
      (answer) => {
        clearTimeout(timer);
        resolve(answer);
      },
      (error: unknown) => {
        clearTimeout(timer);
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- as the client threw it
        reject(error);
      },
    );
  });
}

/** Ever longer, and never the same for two. */
export function backoffMs(attempt: number): number {
  const longest = Math.min(FIRST_BACKOFF_MS * 2 ** attempt, LONGEST_BACKOFF_MS);
  return longest * (0.5 + Math.random() / 2);
}

function withKeepAlive(url: string): string {
  const missing = Object.entries(KEEP_ALIVE).filter(
    ([key]) => !url.toLowerCase().includes(`${key.toLowerCase()}=`),
  );
  return missing.reduce(
    (text, [key, value]) => `${text}${text.includes('?') ? '&' : '?'}${key}=${value}`,
    url.trim(),
  );
}

/** The hosts: what stands before them may be a password. */
function placeOf(url: string): string {
  return /^[^:]+:\/\/(?:.*@)?([^/?]*)/.exec(url.trim())?.[1] ?? 'unknown';
}

/** The client quotes what it cannot read of the URL, and the password may be there. */
function withoutSecrets(error: unknown): string {
  const text = textOf(error);
  const where = /at position (\d+), expected (.+)\.$/s.exec(text);
  return where === null ? text : `expected ${where[2] ?? ''} at character ${where[1] ?? ''}.`;
}
