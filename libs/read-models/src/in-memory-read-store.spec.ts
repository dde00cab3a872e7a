import { InMemoryReadStore, readStoreContract } from './testing';

readStoreContract(() => {
  const store = new InMemoryReadStore();
  const direct = (name: string) => Promise.resolve(store.direct(name));
  return Promise.resolve({ writer: store, reader: store, direct });
});
