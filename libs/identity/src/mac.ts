import { createHmac, createSecretKey, timingSafeEqual, type KeyObject } from 'node:crypto';
import type { KeyRing } from './key-ring';

/** A MAC, and which key of its ring made it. */
export interface KeyedMac {
  readonly kid: string;
  /** HMAC-SHA256 (RFC 2104) in base64url without padding: 43 characters. */
  readonly mac: string;
}

/** HMAC-SHA256 of a text's UTF-8 bytes, in base64url. A KeyObject, as raw bytes cost seven times as much. */
export function mac(key: KeyObject, text: string): string {
  return createHmac('sha256', key).update(text).digest('base64url');
}

/** Compares in a time that does not tell where two texts differ. */
export function isSameMac(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** Makes MACs with a ring's current key, and verifies those of all its keys. */
export class MacKeys {
  private readonly current: string;
  private readonly keys: ReadonlyMap<string, KeyObject>;

  constructor(
    ring: KeyRing,
    private readonly purpose: string,
  ) {
    this.current = ring.current;
    this.keys = new Map([...ring.keys].map(([kid, key]) => [kid, createSecretKey(key)]));
  }

  sign(text: string): KeyedMac {
    return { kid: this.current, mac: mac(this.keyOf(this.current), text) };
  }

  /** @throws Error when the key is not in the ring: one that is in use was dropped. */
  verify(recorded: KeyedMac, text: string): boolean {
    return isSameMac(recorded.mac, mac(this.keyOf(recorded.kid), text));
  }

  private keyOf(kid: string): KeyObject {
    const key = this.keys.get(kid);
    if (key !== undefined) return key;
    throw new Error(
      `The ${this.purpose} key '${kid}' is not in the key file: put it back, it is in use.`,
    );
  }
}
