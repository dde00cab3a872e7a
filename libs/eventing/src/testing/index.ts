export * from './in-memory-personal-keys';
export * from './personal-keys.contract';
