export type {
  EventStoreDbEventStore,
  EventStoreDbOptions,
} from './event-store/eventstoredb-event-store';
export { openEventStoreDbEventStore } from './open';
