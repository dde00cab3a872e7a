import { KeyFileError, newRingKey, readKeyFields, replaceKeyFile, type RingName } from './keys';

/** A key of a ring of the key file, without the key itself. */
export interface KeyOnFile {
  readonly ring: RingName;
  readonly kid: string;
  /** `current` makes new things; `waiting` has not yet, `former` does no longer; all three verify and open. */
  readonly status: 'current' | 'waiting' | 'former';
  /** RFC 3339, UTC: since when another is current. */
  readonly replacedAt?: string;
}

/** The rings whose keys are replaced while what the former ones made goes on. */
export const ROTATED_RINGS = [
  'tokens',
  'audit',
  'personalData',
  'credentialVault',
  'fingerprints',
] as const;
export type RotatedRing = (typeof ROTATED_RINGS)[number];

interface RingOnFile {
  readonly current: string;
  readonly keys: Readonly<Record<string, unknown>>;
  readonly replacedAt?: Readonly<Record<string, string>>;
}

/**
 * The keys of the rings that are rotated, in the order in which they were made.
 * @throws KeyFileError as reading the keys does.
 */
export function keysOnFile(path: string): readonly KeyOnFile[] {
  const fields = readKeyFields(path);
  return ROTATED_RINGS.flatMap((ring) => {
    const { current, keys, replacedAt = {} } = fields[ring] as RingOnFile;
    return Object.keys(keys).map((kid): KeyOnFile => {
      if (kid === current) return { ring, kid, status: 'current' };
      const at = replacedAt[kid];
      return at === undefined
        ? { ring, kid, status: 'waiting' }
        : { ring, kid, status: 'former', replacedAt: at };
    });
  });
}

/**
 * Adds a new key to the ring, and answers its id. It makes nothing yet: every process is to know it first.
 * The file is replaced whole or not at all, as by all that follow.
 * @throws KeyFileError
 */
export function addKey(path: string, ring: RotatedRing): string {
  const { kid, key } = newRingKey(ring);
  changeRing(path, ring, (before) => ({ ...before, keys: { ...before.keys, [kid]: key } }));
  return kid;
}

/**
 * Makes this key of the ring the current one; the one before goes on verifying and opening.
 * @throws KeyFileError where the ring has no such key.
 */
export function useKey(path: string, ring: RotatedRing, kid: string, now: Date): void {
  changeRing(path, ring, (before) => {
    requireKey(before, ring, kid);
    if (before.current === kid) return before;
    const replacedAt = { ...without(before.replacedAt, kid), [before.current]: now.toISOString() };
    return { ...before, current: kid, replacedAt };
  });
}

/**
 * Takes a key that is not current out of the ring: what it alone verifies or opens is refused from then on.
 * Whether anything is must be known before.
 * @throws KeyFileError for the current key, and where the ring has no such key.
 */
export function dropKey(path: string, ring: RotatedRing, kid: string): void {
  changeRing(path, ring, (before) => {
    requireKey(before, ring, kid);
    if (before.current === kid) {
      throw new KeyFileError(`'${kid}' is the current key of ${ring}: use another one first.`);
    }
    return {
      ...before,
      keys: without(before.keys, kid),
      replacedAt: without(before.replacedAt, kid),
    };
  });
}

function without<T>(
  members: Readonly<Record<string, T>> | undefined,
  name: string,
): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(members ?? {}).filter(([each]) => each !== name));
}

function requireKey({ keys }: RingOnFile, ring: RotatedRing, kid: string): void {
  if (Object.hasOwn(keys, kid)) return;
  throw new KeyFileError(
    `There is no key '${kid}' in ${ring}: \`tierbook keys list\` shows those that there are.`,
  );
}

function changeRing(
  path: string,
  ring: RotatedRing,
  change: (before: RingOnFile) => RingOnFile,
): void {
  const fields = readKeyFields(path);
  const before = fields[ring] as RingOnFile;
  const after = change(before);
  if (after !== before) replaceKeyFile(path, { ...fields, [ring]: after });
}
