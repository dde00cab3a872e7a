export * from './access-tokens';
export * from './credential-vault';
export * from './fingerprint';
export * from './invitation';
export type { KeyRing } from './key-ring';
export * from './key-rotation';
export {
  generateKeyFile,
  KeyFileError,
  keysFromEnvironment,
  loadOrCreateDevelopmentKeys,
  type KeyMaterial,
} from './keys';
export * from './plans';
export * from './principal';
export * from './references';
export * from './role-table';
