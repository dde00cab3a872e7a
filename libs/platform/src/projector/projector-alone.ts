import type { Position } from '@tierbook/eventing';
import type { KeyMaterial } from '@tierbook/identity';
import type { Configuration } from '../configuration';
import { eventLogPlace, openReadableLog } from '../event-log';
import type { Logger } from '../logging';
import { standInForService } from '../service-lock';
import { openReadStore, openStateStore, storePlaces } from '../stores';
import type { Projector } from './projector';
import { startProjector } from './start-projector';
import { RemoteProjector } from './remote-projector';

/** A projector, and the log that it follows, for who is no service. */
export interface ProjectorHere {
  readonly projector: Projector;
  readonly head: () => Promise<Position | undefined>;
  close(): Promise<void>;
}

/**
 * Runs the projector in this process, in the place of a service that does not run; `undefined` where one does.
 * @throws ConfigurationError, StoreRefusedError: one clear line each; also where there is no log yet.
 *   StoreUnavailableError while a server is away.
 */
export async function openProjectorAlone(
  configuration: Configuration,
  keys: KeyMaterial,
  logger: Logger,
): Promise<ProjectorHere | undefined> {
  const log = await openReadableLog(eventLogPlace(configuration));
  const opened: { close(): Promise<void> }[] = [log];
  const close = async () => {
    for (const each of opened.toReversed()) await each.close();
  };
  try {
    const lock = standInForService(configuration);
    if (lock === undefined) {
      await close();
      return undefined;
    }
    opened.push(lock);
    const projector = await startProjector(configuration, keys, logger, { isShared: false });
    opened.push({ close: () => projector.stop() });
    return { projector, head: () => log.reader.head(), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * The projector that runs, wherever, for processes that share every store; it says how it stands within a moment of
 * the first time that it is asked.
 *
 * @throws StoreRefusedError; StoreUnavailableError while a server is away.
 */
export async function openSharedProjector(configuration: Configuration): Promise<ProjectorHere> {
  const places = storePlaces(configuration);
  const opened: { close(): Promise<void> }[] = [];
  const close = async () => {
    for (const each of opened.toReversed()) await each.close();
  };
  try {
    const log = await openReadableLog(eventLogPlace(configuration));
    opened.push(log);
    const state = await openStateStore(places.state);
    opened.push(state);
    const views = await openReadStore(places.views);
    opened.push(views);
    const projector = await RemoteProjector.start(state, views);
    opened.push({ close: () => projector.stop() });
    return { projector, head: () => log.reader.head(), close };
  } catch (error) {
    await close();
    throw error;
  }
}
