import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import {
  customer,
  customerReference,
  offer,
  partnership,
  partnershipRequest,
  provider,
  reseller,
} from '@tierbook/domain';
import { CachedPersonalKeys, EventCodec, systemClock } from '@tierbook/eventing';
import {
  openProjectionState,
  perform,
  PROJECTIONS,
  ProjectionRunner,
  type ControlRequest,
} from '@tierbook/read-models';
import {
  openSqlitePersonalKeysReader,
  openSqliteProjectionStore,
  openSqliteStateStore,
} from '@tierbook/sqlite';
import { openReadableLog } from '../event-log';
import { readOnlyKeys } from '../read-only-keys';
import type { Failure, FromProjector, ProjectorOptions, ToProjector } from './projector-messages';

const AGGREGATES = [
  customer,
  customerReference,
  offer,
  partnership,
  partnershipRequest,
  provider,
  reseller,
];

async function runProjector(host: MessagePort, options: ProjectorOptions): Promise<void> {
  const tell = (message: FromProjector) => {
    host.postMessage(message);
  };
  // Buffers cross threads as plain byte arrays.
  const keys = [...options.masterKeys.keys].map(([id, key]) => [id, Buffer.from(key)] as const);
  const masterKeys = { ...options.masterKeys, keys: new Map(keys) };
  const log = await openReadableLog(options.log);
  const keysReader = openSqlitePersonalKeysReader({ path: options.keysPath, masterKeys });
  const store = openSqliteProjectionStore({ path: options.viewsPath });
  const stateStore = openSqliteStateStore({ path: options.statePath });
  const codec = new EventCodec(
    new CachedPersonalKeys(readOnlyKeys(keysReader), systemClock),
    AGGREGATES.map(({ schemas }) => schemas),
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
  await Promise.race([stopped, running]);
  runner.stop();
  await running;
  await store.close();
  await stateStore.close();
  await keysReader.close();
  await log.close();
}

function failureOf(error: unknown): Failure {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : null;
  return typeof code === 'string' ? { name, message, code } : { name, message };
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
