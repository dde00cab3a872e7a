import { randomUUID } from 'node:crypto';

/** A new UUIDv7 (RFC 9562): 48 bits of Unix time in milliseconds, and 74 random ones. */
export function newId(): string {
  const time = Date.now().toString(16).padStart(12, '0');
  // Version 4 has its variant and so many random bits in the same places.
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}
