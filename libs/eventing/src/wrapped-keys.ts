import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  randomBytes,
  type KeyObject,
} from 'node:crypto';
import { StoreRefusedError } from './errors';

/** The keys that wrap the subjects' keys at rest: 256 bits each, by id. New keys are wrapped by `current`. */
export interface MasterKeys {
  readonly current: string;
  readonly keys: ReadonlyMap<string, Buffer>;
}

/** A secret sealed by the master key `kid`: AES-256-GCM (NIST SP 800-38D), the 16-byte tag at the end. */
export interface Wrapped {
  readonly kid: string;
  readonly nonce: Uint8Array;
  readonly wrapped: Uint8Array;
}

const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Wraps `secret` by the current master key, bound to `boundTo` as associated data. */
export function wrap(masterKeys: MasterKeys, boundTo: string, secret: Buffer): Wrapped {
  const kid = masterKeys.current;
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, masterKey(masterKeys, kid), nonce);
  cipher.setAAD(Buffer.from(boundTo));
  const wrapped = Buffer.concat([cipher.update(secret), cipher.final(), cipher.getAuthTag()]);
  return { kid, nonce, wrapped };
}

/**
 * Opens what `wrap` sealed.
 * @throws StoreRefusedError when the master key is not known or not the one, or the bytes were changed.
 */
export function unwrap(masterKeys: MasterKeys, boundTo: string, sealed: Wrapped): Buffer {
  const key = masterKey(masterKeys, sealed.kid);
  const tagAt = sealed.wrapped.length - TAG_BYTES;
  try {
    const decipher = createDecipheriv(ALGORITHM, key, sealed.nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.from(boundTo));
    decipher.setAuthTag(sealed.wrapped.subarray(tagAt));
    return Buffer.concat([decipher.update(sealed.wrapped.subarray(0, tagAt)), decipher.final()]);
  } catch (error) {
    throw new StoreRefusedError(
      `The key of ${boundTo} does not open under master key '${sealed.kid}': ` +
        'it was changed, or another key bears that id. Configure the right key or restore the file.',
      { cause: error },
    );
  }
}

function masterKey(masterKeys: MasterKeys, kid: string): KeyObject {
  const key = masterKeys.keys.get(kid);
  // As a KeyObject: a cipher takes raw bytes at five times the price.
  if (key !== undefined) return createSecretKey(key);
  throw new StoreRefusedError(
    `Master key '${kid}', which wraps personal keys, is not configured: add it to the key file.`,
  );
}
