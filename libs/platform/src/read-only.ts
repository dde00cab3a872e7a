import { existsSync, statSync } from 'node:fs';
import { eventSchemas } from '@tierbook/domain';
import { CachedPersonalKeys, EventCodec, systemClock, type EventReader } from '@tierbook/eventing';
import type { KeyMaterial } from '@tierbook/identity';
import { beginIndexCheck, openSqliteStateReader, type IndexCheck } from '@tierbook/sqlite';
import type { StateStore } from '@tierbook/state';
import type { Configuration } from './configuration';
import { eventLogPlace, openReadableLog } from './event-log';
import { readOnlyKeys } from './read-only-keys';
import { openPersonalKeysReader, openStateStore, storePlaces } from './stores';

/** Something opened that must be closed. */
interface Closable {
  close(): Promise<void>;
}

/**
 * Opens the log that the configuration names for reading alone, also beside a running service.
 * @throws ConfigurationError, StoreRefusedError: one clear line each; also where there is no log yet.
 *   StoreUnavailableError while a server is away.
 */
export async function openEventReader(
  configuration: Configuration,
): Promise<{ readonly reader: EventReader } & Closable> {
  return openReadableLog(eventLogPlace(configuration));
}

/**
 * Begins to check that reads by stream find every event of the log, which no hash of them shows; `undefined` for
 * an engine whose files are not ours.
 */
export function beginLogIndexCheck(configuration: Configuration): IndexCheck | undefined {
  const place = eventLogPlace(configuration);
  return place.engine === 'sqlite' ? beginIndexCheck(place.path) : undefined;
}

/**
 * What unseals the log's personal data, with a connection of its own to the personal keys; it seals nothing.
 * @throws ConfigurationError, StoreRefusedError: one clear line each; also where `keys` are not those of the store.
 */
export async function openUnsealing(
  configuration: Configuration,
  keys: KeyMaterial,
): Promise<{ readonly codec: EventCodec } & Closable> {
  const reader = await openPersonalKeysReader(storePlaces(configuration).keys, keys.personalData);
  const codec = new EventCodec(
    new CachedPersonalKeys(readOnlyKeys(reader), systemClock),
    eventSchemas,
  );
  return { codec, close: () => reader.close() };
}

/** A codec for who has no keys: all personal data reads as `Erased`, whether it was erased or not. */
export function sealedCodec(): EventCodec {
  const destroyed = { kind: 'destroyed', at: new Date(0).toISOString() } as const;
  const find = () => Promise.resolve(destroyed);
  return new EventCodec({ find, obtain: find }, eventSchemas);
}

/**
 * The state that lies beside the log, to be read; `undefined` where there is no such file.
 * @throws ConfigurationError, StoreRefusedError; StoreUnavailableError while a server is away.
 */
export async function openStateReader(
  configuration: Configuration,
): Promise<StateStore | undefined> {
  const place = storePlaces(configuration).state;
  if (place.engine === 'mongodb') return openStateStore(place);
  return existsSync(place.path) ? openSqliteStateReader(place) : undefined;
}

/**
 * Bytes on disk of the log's file and of what waits beside it to be merged into it (the WAL); undefined where
 * the log is in no file of ours.
 */
export function eventLogBytes(
  configuration: Configuration,
): { readonly file: number; readonly wal: number } | undefined {
  const place = eventLogPlace(configuration);
  if (place.engine !== 'sqlite') return undefined;
  const { path } = place;
  const bytesOf = (file: string) => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  return { file: bytesOf(path), wal: bytesOf(`${path}-wal`) };
}
