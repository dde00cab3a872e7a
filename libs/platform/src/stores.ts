import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { MasterKeys, WrappedPersonalKeys } from '@tierbook/eventing';
import {
  isMongoUrl,
  requireMongoUrl,
  openMongoPersonalKeys,
  openMongoProjectionStore,
  openMongoReadStore,
  openMongoStateStore,
} from '@tierbook/mongodb';
import type { ProjectionStore, ReadStore } from '@tierbook/read-models';
import {
  openSqlitePersonalKeys,
  openSqlitePersonalKeysReader,
  openSqliteProjectionStore,
  openSqliteReadStore,
  openSqliteStateStore,
  openThreadedReadStore,
  type PersonalKeysReader,
} from '@tierbook/sqlite';
import type { StateStore } from '@tierbook/state';
import { ConfigurationError, schemeOf, sqlitePathOf, type Configuration } from './configuration';
import { refuseMissing } from './event-log';

/** Where a store is, and which setting says so. Plain data, so that it can be told to a thread. */
export type StorePlace = { readonly setting: string } & (
  | { readonly engine: 'sqlite'; readonly path: string }
  | { readonly engine: 'mongodb'; readonly url: string }
);

/** Where everything but the log is. */
export interface StorePlaces {
  readonly views: StorePlace;
  readonly state: StorePlace;
  readonly keys: StorePlace;
}

/**
 * Where the URLs say that the stores are.
 * @throws ConfigurationError for a URL of an engine that there is not, StoreRefusedError for one that names no database.
 */
export function storePlaces(configuration: Configuration): StorePlaces {
  const { readStoreUrl, stateStoreUrl, keyStoreUrl } = configuration;
  return {
    views: placeOf('READ_STORE_URL', readStoreUrl),
    state: placeOf('STATE_STORE_URL', stateStoreUrl),
    keys: placeOf('KEY_STORE_URL', keyStoreUrl),
  };
}

function placeOf(setting: string, url: string): StorePlace {
  if (isMongoUrl(url)) {
    requireMongoUrl({ setting, url });
    return { setting, engine: 'mongodb', url };
  }
  if (url.startsWith('sqlite:')) {
    return { setting, engine: 'sqlite', path: sqlitePathOf(setting, url) };
  }
  throw new ConfigurationError(
    `${setting} is '${schemeOf(url)}...': give sqlite:<path> or mongodb://<host>:<port>/<database>.`,
  );
}

/** @throws StoreRefusedError; StoreUnavailableError while a server is away. So do all that follow. */
export async function openStateStore(place: StorePlace): Promise<StateStore> {
  if (place.engine === 'mongodb') return openMongoStateStore(place);
  makeDirectoryOf(place.path);
  return openSqliteStateStore(place);
}

/** The personal keys, to make and destroy them too. */
export async function openPersonalKeys(
  place: StorePlace,
  masterKeys: MasterKeys,
): Promise<WrappedPersonalKeys> {
  if (place.engine === 'mongodb') return openMongoPersonalKeys({ ...place, masterKeys });
  makeDirectoryOf(place.path);
  return openSqlitePersonalKeys({ ...place, masterKeys });
}

/** The personal keys that there are, for who only reads. */
export async function openPersonalKeysReader(
  place: StorePlace,
  masterKeys: MasterKeys,
): Promise<PersonalKeysReader> {
  if (place.engine === 'mongodb') return openMongoPersonalKeys({ ...place, masterKeys });
  refuseMissing(place.path);
  return openSqlitePersonalKeysReader({ ...place, masterKeys });
}

/** The views, to query them. */
export async function openReadStore(place: StorePlace): Promise<ReadStore> {
  return place.engine === 'mongodb' ? openMongoReadStore(place) : openThreadedReadStore(place);
}

/** The views that there are, for who looks at them beside the service. */
export async function openViewsReader(
  place: StorePlace,
): Promise<ReadStore & Pick<ProjectionStore, 'builds'>> {
  if (place.engine === 'mongodb') return openMongoReadStore(place);
  refuseMissing(place.path);
  return openSqliteReadStore(place);
}

/** The views, to build them: who did before is fenced off. */
export async function openProjectionStore(place: StorePlace): Promise<ProjectionStore> {
  if (place.engine === 'mongodb') return openMongoProjectionStore(place);
  return openSqliteProjectionStore(place);
}

function makeDirectoryOf(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
}
