import { StoreLockedError } from '@tierbook/eventing';
import type { KeyMaterial } from '@tierbook/identity';
import { openSqliteEventStore } from '@tierbook/sqlite';
import { sqlitePathOf, type Configuration } from '../configuration';
import type { Logger } from '../logging';
import { existing } from '../read-only';
import type { ProjectorOptions } from './projector-messages';
import { ProjectorThread } from './projector-thread';

/** Where the projector of a service with this configuration reads and writes. */
export function projectorPaths(configuration: Configuration): Omit<ProjectorOptions, 'masterKeys'> {
  return {
    eventsPath: sqlitePathOf('EVENT_STORE_URL', configuration.eventStoreUrl),
    viewsPath: sqlitePathOf('READ_STORE_URL', configuration.readStoreUrl),
    keysPath: sqlitePathOf('KEY_STORE_URL', configuration.keyStoreUrl),
    statePath: sqlitePathOf('STATE_STORE_URL', configuration.stateStoreUrl),
  };
}

/** The projector without a service around it. */
export interface ProjectorAlone {
  readonly projector: ProjectorThread;
  /** The log, which nobody writes to meanwhile. */
  readonly head: () => ReturnType<Awaited<ReturnType<typeof openSqliteEventStore>>['head']>;
  close(): Promise<void>;
}

/**
 * Runs the projector in this process, which holds the log meanwhile; `undefined` where another process does.
 * @throws ConfigurationError, StoreRefusedError: one clear line each; also where there is no log yet.
 */
export async function openProjectorAlone(
  configuration: Configuration,
  keys: KeyMaterial,
  logger: Logger,
): Promise<ProjectorAlone | undefined> {
  const path = existing('EVENT_STORE_URL', configuration.eventStoreUrl);
  try {
    const log = await openSqliteEventStore({ path });
    try {
      const masterKeys = keys.personalData;
      const paths = projectorPaths(configuration);
      const projector = await ProjectorThread.start({ ...paths, masterKeys, logger });
      const close = async () => {
        await projector.stop();
        await log.close();
      };
      return { projector, head: () => log.head(), close };
    } catch (error) {
      await log.close();
      throw error;
    }
  } catch (error) {
    if (error instanceof StoreLockedError) return undefined;
    throw error;
  }
}
