export * from './refusal-log';
export * from './transparency/checkpoint';
export * from './transparency/merkle';
export * from './transparency/merkle-tree';
export * from './transparency/proofs';
export * from './transparency/restored-tree';
export * from './transparency/transparency-log';
export * from './transparency/verify-log';
