import { setInterval } from 'node:timers/promises';
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { eventSchemas } from '@tierbook/domain';
import { CachedPersonalKeys, EventCodec, StoreRefusedError, systemClock } from '@tierbook/eventing';
import {
  openProjectionState,
  perform,
  PROJECTIONS,
  ProjectionRunner,
  type Build,
  type ControlRequest,
  type ProjectionStore,
} from '@tierbook/read-models';
import { openReadableLog } from '../event-log';
import { readOnlyKeys } from '../read-only-keys';
import { openPersonalKeysReader, openProjectionStore, openStateStore } from '../stores';
import {
  failureOf,
  masterKeysIn,
  type FromProjector,
  type ProjectorOptions,
  type ToProjector,
} from './projector-messages';

async function runProjector(host: MessagePort, options: ProjectorOptions): Promise<void> {
  const opened: { close(): Promise<void> }[] = [];
  const open = async <T extends { close(): Promise<void> }>(opening: Promise<T>): Promise<T> => {
    const store = await opening;
    opened.push(store);
    return store;
  };
  try {
    await runWith(host, options, open);
  } finally {
    // A connection left open would keep the thread from ending, and so from being started again.
    for (const store of opened.toReversed()) await store.close();
  }
}

async function runWith(
  host: MessagePort,
  options: ProjectorOptions,
  open: <T extends { close(): Promise<void> }>(opening: Promise<T>) => Promise<T>,
): Promise<void> {
  const tell = (message: FromProjector) => {
    host.postMessage(message);
  };
  const log = await open(openReadableLog(options.log));
  const keysReader = await open(openPersonalKeysReader(options.keys, masterKeysIn(options)));
  const store = await open(openProjectionStore(options.views));
  const stateStore = await open(openStateStore(options.state));
  if (options.isShared) refuseNewer(await store.builds());
  const codec = new EventCodec(
    new CachedPersonalKeys(readOnlyKeys(keysReader), systemClock),
    eventSchemas,
  );
  const runner = new ProjectionRunner({
    reader: log.reader,
    store,
    projections: PROJECTIONS,
    state: await openProjectionState(stateStore),
    decode: (stored) => codec.decode(stored),
    onProgress: (changed) => {
      tell({ kind: 'progress', changed });
    },
  });
  const answer = async (number: number, request: ControlRequest): Promise<void> => {
    try {
      tell({ kind: 'done', number, parked: await perform(runner, request) });
    } catch (error) {
      tell({ kind: 'refused', number, error: failureOf(error) });
    }
  };
  const stopped = new Promise<void>((resolve) => {
    host.on('message', (message: ToProjector) => {
      if (message === 'committed') log.notify();
      else if (message === 'stop') resolve();
      else void answer(message.number, message.request);
    });
  });
  const running = runner.run(() => {
    tell({ kind: 'prepared' });
  });
  const watch = new AbortController();
  try {
    // A store that processes share is a server's, which looks after its own files.
    const watched = options.isShared ? [] : [lost(store, watch.signal)];
    await Promise.race([stopped, running, ...watched]);
  } finally {
    watch.abort();
    runner.stop();
    await running;
  }
}

/** How often it is asked whether the views are still there, so that an idle projector notices that they are gone. */
const WATCH_MS = 500;

/** Rejects when the views' file is not there any more, is another one, or cannot be read. */
async function lost(store: ProjectionStore, signal: AbortSignal): Promise<void> {
  const watched = setInterval(WATCH_MS, store, { signal, ref: false });
  for await (const each of watched) await each.builds();
}

/**
 * Where others share the views, an older Tierbook that took its turn would build them back.
 * @throws StoreRefusedError
 */
function refuseNewer(builds: readonly Build[]): void {
  for (const { view } of PROJECTIONS) {
    const newer = builds.find((build) => build.view === view.name && build.version > view.version);
    if (newer === undefined) continue;
    throw new StoreRefusedError(
      `The view ${view.name} was built by a newer Tierbook (version ${String(newer.version)}, this one has ${String(view.version)}): upgrade this process.`,
    );
  }
}

const host = parentPort;
if (host !== null) {
  runProjector(host, workerData as ProjectorOptions)
    .catch((error: unknown) => {
      host.postMessage({ kind: 'failed', error: failureOf(error) } satisfies FromProjector);
    })
    .finally(() => {
      host.close();
    });
}
