export * from './lease';
export * from './state-store';
