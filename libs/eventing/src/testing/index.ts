export * from './event-store.contract';
export * from './in-memory-event-store';
export * from './in-memory-personal-keys';
export * from './in-memory-plan-ids';
export * from './new-event';
export * from './personal-keys.contract';
export * from './random';
export * from './given-when-then';
