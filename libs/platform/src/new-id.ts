import { randomBytesOf } from '@tierbook/eventing';

const VARIANTS = '89ab';

/** A new UUIDv7 (RFC 9562): 48 bits of Unix time in milliseconds, and 74 random ones. */
export function newId(): string {
  const time = Date.now().toString(16).padStart(12, '0');
  const bytes = randomBytesOf(10);
  const random = bytes.toString('hex');
  const variant = VARIANTS[(bytes[9] ?? 0) % 4] ?? '';
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(0, 3)}-${variant}${random.slice(3, 6)}-${random.slice(6, 18)}`;
}
