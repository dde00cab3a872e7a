/** Secret keys of one purpose, by id. New things are made with `current`; the others still verify. */
export interface KeyRing {
  readonly current: string;
  /** 256 bits each. */
  readonly keys: ReadonlyMap<string, Buffer>;
}

/**
 * The key of this id.
 * @throws Error when the ring lacks it: a key was dropped that something recorded still names.
 */
export function keyOf(ring: KeyRing, kid: string, purpose: string): Buffer {
  const key = ring.keys.get(kid);
  if (key !== undefined) return key;
  throw new Error(`The ${purpose} key '${kid}' is not in the key file: put it back, it is in use.`);
}
