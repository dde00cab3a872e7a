import type { KeyMaterial } from '@tierbook/identity';
import type { Configuration } from '../configuration';
import { eventLogPlace } from '../event-log';
import type { Logger } from '../logging';
import { storePlaces } from '../stores';
import { ProjectorThread } from './projector-thread';

/**
 * Starts the thread that builds this configuration's views. `isShared`: other processes do so by turns, and its
 * caller's turn has come. Throws as `ProjectorThread.start`.
 */
export function startProjector(
  configuration: Configuration,
  keys: KeyMaterial,
  logger: Logger,
  { isShared }: { readonly isShared: boolean },
): Promise<ProjectorThread> {
  return ProjectorThread.start({
    log: eventLogPlace(configuration),
    ...storePlaces(configuration),
    masterKeys: keys.personalData,
    isShared,
    logger,
  });
}
