import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import {
  type EventReader,
  type EventStore,
  type Position,
  StoreRefusedError,
  StoreUnavailableError,
} from '@tierbook/eventing';
import { openEventStoreDbEventStore } from '@tierbook/eventstoredb';
import { openSqliteEventReader, openSqliteEventStore } from '@tierbook/sqlite';
import { type Configuration, ConfigurationError, schemeOf, sqlitePathOf } from './configuration';

/** Which log, and on which engine. Plain data, so that it can be told to a thread. */
export type EventLogPlace =
  | { readonly engine: 'sqlite'; readonly path: string }
  | { readonly engine: 'eventstoredb'; readonly url: string; readonly namespace: string };

/** A log to write to. */
export interface EventLog {
  readonly store: EventStore;
  /** Calls the listener after this process's commits, where readers elsewhere do not hear of them by themselves. */
  readonly onCommit: (listener: (head: Position) => void) => void;
  /**
   * Whether the log can be read now; answers soon, whatever the answer.
   * @throws an error that says in one line why it cannot.
   */
  readonly check: () => Promise<void>;
}

/** A log to read, beside who writes it. */
export interface ReadableLog {
  readonly reader: EventReader;
  /** There are new events. */
  notify(): void;
  close(): Promise<void>;
}

/** Health checks come every few seconds, and ask again. */
const CHECK_MS = 2_000;

/**
 * The log that EVENT_STORE_URL names.
 * @throws ConfigurationError for a URL of an engine that there is not.
 */
export function eventLogPlace({
  eventStoreUrl: url,
  namespace,
}: Pick<Configuration, 'eventStoreUrl' | 'namespace'>): EventLogPlace {
  if (/^esdb(\+discover)?:\/\//.test(url)) return { engine: 'eventstoredb', url, namespace };
  if (url.startsWith('sqlite:')) {
    return { engine: 'sqlite', path: sqlitePathOf('EVENT_STORE_URL', url) };
  }
  throw new ConfigurationError(
    `EVENT_STORE_URL is '${schemeOf(url)}...': give sqlite:<path>, esdb://<host>:<port> or esdb+discover://<host>.`,
  );
}

/**
 * Opens the log to write to it, and begins it where there is none.
 *
 * @param onFatal called when the log's disk failed: the process must end.
 * @throws StoreLockedError, StoreRefusedError; StoreUnavailableError while a server is away.
 */
export async function openEventLog(
  place: EventLogPlace,
  onFatal: (error: Error) => void,
): Promise<EventLog> {
  if (place.engine === 'eventstoredb') {
    const store = await openEventStoreDbEventStore(place);
    return { store, onCommit: () => undefined, check: () => store.check(CHECK_MS) };
  }
  mkdirSync(dirname(place.path), { recursive: true, mode: 0o700 });
  const store = await openSqliteEventStore({ path: place.path, onFatal });
  return {
    store,
    onCommit: (listener) => void store.onCommit(listener),
    check: async () => {
      try {
        await store.head();
      } catch (cause) {
        throw new StoreUnavailableError('The event log cannot be read.', { cause });
      }
    },
  };
}

/**
 * Opens a log that there is for reading alone.
 * @throws StoreRefusedError where there is none; StoreUnavailableError while a server is away.
 */
export async function openReadableLog(place: EventLogPlace): Promise<ReadableLog> {
  if (place.engine === 'eventstoredb') {
    const reader = await openEventStoreDbEventStore({ ...place, mustExist: true });
    return { reader, notify: () => undefined, close: () => reader.close() };
  }
  refuseMissing(place.path);
  const reader = openSqliteEventReader(place.path);
  return {
    reader,
    notify: () => {
      reader.notify();
    },
    close: () => reader.close(),
  };
}

/** @throws StoreRefusedError where there is no such file. */
export function refuseMissing(path: string): void {
  if (existsSync(path)) return;
  throw new StoreRefusedError(
    `There is no ${path}: start the service once (\`npm start\`), or name its directory by DATA_DIR or --data-dir.`,
  );
}
