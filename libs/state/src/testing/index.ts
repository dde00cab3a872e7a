export * from './in-memory-state-store';
export * from './state-store.contract';
