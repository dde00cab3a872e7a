/** Secret keys of one purpose, by id. New things are made with `current`; the others still verify. */
export interface KeyRing {
  readonly current: string;
  /** 256 bits each. */
  readonly keys: ReadonlyMap<string, Buffer>;
}
