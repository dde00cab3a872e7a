import { hash, timingSafeEqual } from 'node:crypto';
import type { KeyRing } from './key-ring';

/** A MAC, and which key of its ring made it. */
export interface KeyedMac {
  readonly kid: string;
  /** HMAC-SHA256 (RFC 2104) in base64url without padding: 43 characters. */
  readonly mac: string;
}

/** Bytes that SHA-256 takes at a time: B of RFC 2104. */
const BLOCK_BYTES = 64;

/**
 * A key of HMAC-SHA256 (RFC 2104), ready for use. The two hashes that a MAC is are taken at once, as Node's own Hmac is
 * a stream, which costs more to make than both of them.
 */
export class MacKey {
  readonly #inner: Uint8Array;
  readonly #outer: Uint8Array;

  /** @throws RangeError for a key of more than 64 bytes: none of ours is. */
  constructor(key: Uint8Array) {
    if (key.length > BLOCK_BYTES) {
      throw new RangeError(
        `A key has at most ${String(BLOCK_BYTES)} bytes, not ${String(key.length)}.`,
      );
    }
    const padded = Buffer.concat([key], BLOCK_BYTES);
    this.#inner = padded.map((byte) => byte ^ 0x36);
    this.#outer = padded.map((byte) => byte ^ 0x5c);
  }

  /** The MAC of a text's UTF-8 bytes, in base64url. */
  mac(text: string): string {
    const inner = hash('sha256', Buffer.concat([this.#inner, Buffer.from(text)]), 'buffer');
    return hash('sha256', Buffer.concat([this.#outer, inner]), 'base64url');
  }
}

/** Compares in a time that does not tell where two texts differ. */
export function isSameMac(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** Makes MACs with a ring's current key, and verifies those of all its keys. */
export class MacKeys {
  private readonly current: string;
  private readonly keys: ReadonlyMap<string, MacKey>;

  constructor(
    ring: KeyRing,
    private readonly purpose: string,
  ) {
    this.current = ring.current;
    this.keys = new Map([...ring.keys].map(([kid, key]) => [kid, new MacKey(key)]));
  }

  sign(text: string): KeyedMac {
    return { kid: this.current, mac: this.keyOf(this.current).mac(text) };
  }

  /** @throws Error when the key is not in the ring: one that is in use was dropped. */
  verify(recorded: KeyedMac, text: string): boolean {
    return isSameMac(recorded.mac, this.keyOf(recorded.kid).mac(text));
  }

  private keyOf(kid: string): MacKey {
    const key = this.keys.get(kid);
    if (key !== undefined) return key;
    throw new Error(
      `The ${this.purpose} key '${kid}' is not in the key file: put it back, it is in use.`,
    );
  }
}
