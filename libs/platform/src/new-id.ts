import { randomBytesOf } from '@tierbook/eventing';
import { v7 } from 'uuid';

/** A new UUIDv7 (RFC 9562). */
export function newId(): string {
  return v7({ rng: () => randomBytesOf(16) });
}
