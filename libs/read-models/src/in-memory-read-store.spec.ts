import { InMemoryReadStore, readStoreContract } from './testing';

readStoreContract(() => {
  const store = new InMemoryReadStore();
  return Promise.resolve({ writer: store, reader: store });
});
