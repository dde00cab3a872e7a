import { InMemoryStateStore, stateStoreContract } from './testing';

stateStoreContract(() => Promise.resolve(new InMemoryStateStore()));
