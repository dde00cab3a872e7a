export { isMongoUrl, requireMongoUrl, type MongoPlace } from './connection/open-database';
export { WriterFencedError } from './connection/failures';
export {
  openMongoPersonalKeys,
  type MongoPersonalKeysOptions,
} from './personal-keys/mongo-personal-keys';
export { openMongoProjectionStore } from './read-store/mongo-projection-store';
export { openMongoReadStore } from './read-store/mongo-read-store';
export { openMongoStateStore } from './state-store/mongo-state-store';
