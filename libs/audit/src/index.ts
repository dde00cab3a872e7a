export * from './refusal-log';
