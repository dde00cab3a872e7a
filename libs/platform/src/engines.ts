import {
  CachedPersonalKeys,
  systemClock,
  type EventStore,
  type PersonalKeys,
  type WrappedPersonalKeys,
} from '@tierbook/eventing';
import type { KeyMaterial } from '@tierbook/identity';
import type { StateStore } from '@tierbook/state';
import type { Configuration } from './configuration';
import { erasuresFile, notingErasures } from './erasure-record';
import { eventLogPlace, openEventLog, type EventLog } from './event-log';
import { holdDataDirectory } from './service-lock';
import { openPersonalKeys, openStateStore, storePlaces } from './stores';

/** The stores that commands are decided and recorded with. */
export interface WriteEngines {
  readonly eventStore: EventStore;
  readonly stateStore: StateStore;
  readonly personalKeys: PersonalKeys;
  /** As the key store's own. */
  readonly rewrapKeys: WrappedPersonalKeys['rewrap'];
  /** As the log's own. */
  readonly onCommit: EventLog['onCommit'];
  /** As the log's own. */
  readonly checkLog: EventLog['check'];
  close(): Promise<void>;
}

/**
 * Opens the engines that the URLs name; what was opened is closed again when a later one fails.
 *
 * @param onFatal called when the log's disk failed: the process must end.
 * @throws ConfigurationError, StoreLockedError, StoreRefusedError: one clear line each;
 *   StoreUnavailableError while a server is away.
 */
export async function openWriteEngines(
  configuration: Configuration,
  keys: KeyMaterial,
  onFatal: (error: Error) => void,
): Promise<WriteEngines> {
  const events = eventLogPlace(configuration);
  const places = storePlaces(configuration);
  const opened: { close(): Promise<void> }[] = [];
  const close = async (): Promise<void> => {
    for (const store of opened.toReversed()) await store.close();
  };
  try {
    const held = holdDataDirectory(configuration);
    if (held !== undefined) opened.push(held);
    const { store: eventStore, onCommit, check: checkLog } = await openEventLog(events, onFatal);
    opened.push(eventStore);
    const stateStore = await openStateStore(places.state);
    opened.push(stateStore);
    const keyStore = await openPersonalKeys(places.keys, keys.personalData);
    opened.push(keyStore);
    const noting = await notingErasures(keyStore, erasuresFile(configuration.auditCheckpointFile));
    return {
      eventStore,
      stateStore,
      personalKeys: new CachedPersonalKeys(noting, systemClock),
      rewrapKeys: (stopping) => keyStore.rewrap(stopping),
      onCommit,
      checkLog,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
