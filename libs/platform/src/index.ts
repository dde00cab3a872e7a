export * from './configuration';
export * from './engines';
export * from './logging';
export * from './nest-providers';
export * from './new-id';
export * from './read-only';
export * from './tierbook';
