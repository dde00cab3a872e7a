import type { PersonalKeys } from '@tierbook/eventing';
import type { PersonalKeysReader } from '@tierbook/sqlite';

/** The keys for who only reads: unseals by them, and makes and destroys none. */
export function readOnlyKeys(reader: PersonalKeysReader): PersonalKeys {
  const refuse = () => Promise.reject(new Error('Who only reads makes and destroys no keys.'));
  return {
    find: (subject) => reader.find(subject),
    mark: () => reader.mark(),
    tombstones: () => reader.tombstones(),
    close: () => reader.close(),
    obtain: refuse,
    destroy: refuse,
  };
}
