import { eventStoreContract } from './testing/event-store.contract';
import { InMemoryEventStore } from './testing/in-memory-event-store';

eventStoreContract('InMemoryEventStore', () => Promise.resolve(new InMemoryEventStore()));
