export * from './golden-examples';
