import type { openEventStoreDbEventStore as openStore } from './event-store/eventstoredb-event-store';

/** Loads the client with the first log that is opened: it takes a while, and most services need none. */
export const openEventStoreDbEventStore: typeof openStore = async (options) => {
  const { openEventStoreDbEventStore: open } =
    await import('./event-store/eventstoredb-event-store.ts');
  return open(options);
};
