export * from './access-tokens';
export * from './canonical-json';
export * from './credential-vault';
export * from './fingerprint';
export * from './invitation';
export type { KeyRing } from './key-ring';
export * from './keys';
export * from './principal';
export * from './role-table';
