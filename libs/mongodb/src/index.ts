export { isMongoUrl, requireMongoUrl, type MongoPlace } from './connection/mongo-url';
export * from './open';
export type { MongoPersonalKeysOptions } from './personal-keys/mongo-personal-keys';
