import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { StoreLockedError } from '@tierbook/eventing';
import { takeStoreLock } from '@tierbook/sqlite';
import { hasSeparateProjector, type Configuration } from './configuration';
import { eventLogPlace } from './event-log';

/** A lock that this process holds until it is closed, or the process ends, however it ends. */
export interface Lock {
  close(): Promise<void>;
}

/**
 * Keeps other processes off a service's data directory where the log is a server's and not every store is: the
 * embedded ones take one process, and the projector runs inside it. `undefined` where there is nothing to hold: an
 * embedded log brings its own lock, and stores that are all servers' are shared.
 *
 * @throws StoreLockedError, StoreRefusedError: one clear line each.
 */
export function holdDataDirectory(configuration: Configuration): Lock | undefined {
  const isEmbedded = eventLogPlace(configuration).engine === 'sqlite';
  if (isEmbedded || hasSeparateProjector(configuration)) return undefined;
  const { dataDir } = configuration;
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  return lockOf(takeStoreLock(join(dataDir, 'service'), `the data directory ${dataDir}`));
}

/**
 * Holds what a service holds while it runs; `undefined` where another process does.
 * @throws ConfigurationError, StoreRefusedError: one clear line each.
 */
export function standInForService(configuration: Configuration): Lock | undefined {
  const place = eventLogPlace(configuration);
  try {
    if (place.engine === 'sqlite') return lockOf(takeStoreLock(place.path));
    return holdDataDirectory(configuration);
  } catch (error) {
    if (error instanceof StoreLockedError) return undefined;
    throw error;
  }
}

function lockOf(lock: { close(): void }): Lock {
  return {
    close: () => {
      lock.close();
      return Promise.resolve();
    },
  };
}
