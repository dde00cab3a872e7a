export {
  type EventStoreDbOptions,
  openEventStoreDbEventStore,
  EventStoreDbEventStore,
} from './event-store/eventstoredb-event-store';
export { connect, type Connection, PATIENCE, type Patience } from './event-store/connection';
