import { join } from 'node:path';
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { eventSchemas } from '@tierbook/domain';
import { CachedPersonalKeys, EventCodec, systemClock } from '@tierbook/eventing';
import { AS_OF_PROJECTIONS, openProjectionState, replay } from '@tierbook/read-models';
import { openSqliteProjectionStore, openSqliteStateStore } from '@tierbook/sqlite';
import { openReadableLog } from '../event-log';
import { masterKeysIn } from '../projector/projector-messages';
import { readOnlyKeys } from '../read-only-keys';
import { openPersonalKeysReader, openStateStore } from '../stores';
import {
  PARKED_FILE,
  VIEWS_FILE,
  type AsOfBuildOptions,
  type FromAsOfBuild,
} from './as-of-messages';

/** Builds the views of a moment into a directory, with the code that rebuilds them. */
async function build(options: AsOfBuildOptions, tell: (message: FromAsOfBuild) => void) {
  const opened: { close(): Promise<void> }[] = [];
  const open = async <T extends { close(): Promise<void> }>(
    opening: T | Promise<T>,
  ): Promise<T> => {
    const store = await opening;
    opened.push(store);
    return store;
  };
  const file = (name: string) => ({ path: join(options.directory, name) });
  try {
    const log = await open(openReadableLog(options.log));
    const keys = await open(openPersonalKeysReader(options.keys, masterKeysIn(options)));
    const decisions = await open(openStateStore(options.state));
    const store = await open(openSqliteProjectionStore(file(VIEWS_FILE)));
    const parking = await open(openSqliteStateStore(file(PARKED_FILE)));
    const codec = new EventCodec(
      new CachedPersonalKeys(readOnlyKeys(keys), systemClock),
      eventSchemas,
    );
    let read = 0;
    const views = await replay({
      reader: log.reader,
      decode: (stored) => codec.decode(stored),
      store,
      state: await openProjectionState(parking, { decisions }),
      projections: AS_OF_PROJECTIONS,
      upTo: options.position,
      onRead: (events) => {
        read += events;
        tell({ kind: 'progress', eventsRead: read });
      },
    });
    const stopped = views.find(({ state }) => state === 'paused');
    if (stopped !== undefined) throw new Error(`${stopped.view}: ${stopped.reason ?? 'paused'}`);
    const parked = views.map(({ view, parked: keysOf = [] }) => [view, keysOf] as const);
    return new Map(parked.filter(([, standing]) => standing.length > 0));
  } finally {
    for (const store of opened.toReversed()) await store.close();
  }
}

const host: MessagePort | null = parentPort;
if (host !== null) {
  const tell = (message: FromAsOfBuild): void => {
    host.postMessage(message);
  };
  build(workerData as AsOfBuildOptions, tell)
    .then((parked) => {
      tell({ kind: 'built', parked });
    })
    .catch((error: unknown) => {
      tell({ kind: 'failed', reason: error instanceof Error ? error.message : String(error) });
    })
    .finally(() => {
      host.close();
    });
}
