export * from './backup/sqlite-backup';
export { openSqliteStateReader, openSqliteStateStore } from './state-store/sqlite-state-store';
export {
  openSqlitePersonalKeys,
  openSqlitePersonalKeysReader,
  type PersonalKeysReader,
  type SqlitePersonalKeysOptions,
} from './personal-keys/sqlite-personal-keys';
export { beginIndexCheck, type IndexCheck } from './event-store/index-check';
export * from './event-store/sqlite-event-reader';
export * from './event-store/sqlite-event-store';
export * from './event-store/sqlite-version';
export { takeStoreLock } from './event-store/store-lock';
export { openSqliteProjectionStore, openSqliteReadStore } from './read-store/sqlite-read-store';
export { openThreadedReadStore } from './read-store/threaded-read-store';
