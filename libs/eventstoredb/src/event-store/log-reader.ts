import {
  type AllStreamResolvedEvent,
  BACKWARDS,
  type Direction,
  type END,
  ErrorType,
  FORWARDS,
  type ResolvedEvent,
  type START,
} from '@eventstore/db-client';
import { StoreRefusedError } from '@tierbook/eventing';
import type { Connection, Patience } from './connection';
import { isUnknownPosition, typeOf } from './failures';
import { collect } from './read-page';

export type Edge = typeof START | typeof END;

export interface PageOptions {
  /** A revision or a commit position, inclusive where reading forwards; a position is excluded backwards. */
  readonly from: bigint | Edge;
  /** More than none: the server never answers a read of nothing. */
  readonly count: number;
  readonly isBackwards?: boolean;
}

/**
 * Reads pages, each again from its beginning where the server goes away meanwhile. The leader alone is
 * asked, since what is read decides; who is not names it, and the client follows.
 */
export class LogReader {
  readonly #connection: Connection;
  readonly #patience: Patience;

  constructor(connection: Connection, patience: Patience) {
    this.#connection = connection;
    this.#patience = patience;
  }

  /** Undefined where there is no such stream. */
  async stream(
    name: string,
    { from, count, isBackwards = false }: PageOptions,
  ): Promise<readonly ResolvedEvent[] | undefined> {
    try {
      return await this.#read((client, signal) => {
        const direction: Direction = isBackwards ? BACKWARDS : FORWARDS;
        const options = { fromRevision: from, maxCount: count, direction, requiresLeader: true };
        return collect<ResolvedEvent>(client.readStream(name, options), signal);
      });
    } catch (error) {
      if (typeOf(error) === ErrorType.STREAM_NOT_FOUND) return undefined;
      if (typeOf(error) === ErrorType.STREAM_DELETED) throw tombstoned(name);
      throw error;
    }
  }

  /**
   * Of all streams, with those of others and the server's own.
   * @throws RangeError where no record stands at the position.
   */
  async all({
    from,
    count,
    isBackwards = false,
  }: PageOptions): Promise<readonly AllStreamResolvedEvent[]> {
    const fromPosition = typeof from === 'bigint' ? { commit: from, prepare: from } : from;
    const direction: Direction = isBackwards ? BACKWARDS : FORWARDS;
    try {
      return await this.#read((client, signal) =>
        collect<AllStreamResolvedEvent>(
          client.readAll({ fromPosition, maxCount: count, direction, requiresLeader: true }),
          signal,
        ),
      );
    } catch (error) {
      if (isUnknownPosition(error)) {
        throw new RangeError(`No event stands at ${String(from)}.`, { cause: error });
      }
      throw error;
    }
  }

  async #read<T>(
    work: (client: Connection['client'], signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    return this.#connection.read(this.#patience, async (client) => {
      const done = new AbortController();
      const timer = setTimeout(() => {
        done.abort();
      }, this.#patience.answerMs);
      try {
        return await work(client, done.signal);
      } finally {
        clearTimeout(timer);
      }
    });
  }
}

export function tombstoned(stream: string): StoreRefusedError {
  return new StoreRefusedError(
    `Stream ${stream} was deleted for good in the event store: restore it from a backup.`,
  );
}
