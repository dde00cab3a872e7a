export * from '../in-memory-read-store';
export * from './read-store.contract';
export * from './recorded';
export * from './sample-events';
