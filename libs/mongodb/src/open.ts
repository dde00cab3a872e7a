import type { openMongoPersonalKeys as openKeys } from './personal-keys/mongo-personal-keys';
import type { openMongoProjectionStore as openProjections } from './read-store/mongo-projection-store';
import type { openMongoReadStore as openViews } from './read-store/mongo-read-store';
import type { openMongoStateStore as openState } from './state-store/mongo-state-store';

// The driver is loaded with the first store that is opened: it takes a while, and most services need none.

export const openMongoPersonalKeys: typeof openKeys = async (options) => {
  const { openMongoPersonalKeys: open } = await import('./personal-keys/mongo-personal-keys.ts');
  return open(options);
};

export const openMongoProjectionStore: typeof openProjections = async (place) => {
  const { openMongoProjectionStore: open } = await import('./read-store/mongo-projection-store.ts');
  return open(place);
};

export const openMongoReadStore: typeof openViews = async (place) => {
  const { openMongoReadStore: open } = await import('./read-store/mongo-read-store.ts');
  return open(place);
};

export const openMongoStateStore: typeof openState = async (place) => {
  const { openMongoStateStore: open } = await import('./state-store/mongo-state-store.ts');
  return open(place);
};
