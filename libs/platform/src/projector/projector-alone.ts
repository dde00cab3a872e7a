import { StoreLockedError } from '@tierbook/eventing';
import type { KeyMaterial } from '@tierbook/identity';
import { openSqliteEventStore } from '@tierbook/sqlite';
import type { Configuration } from '../configuration';
import { eventLogPlace } from '../event-log';
import type { Logger } from '../logging';
import { existing } from '../read-only';
import { storePlaces } from '../stores';
import { ProjectorThread } from './projector-thread';

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
      const projector = await ProjectorThread.start({
        log: eventLogPlace(configuration),
        ...storePlaces(configuration),
        masterKeys,
        isShared: false,
        logger,
      });
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
