/** A key's life, as its store knows it. */
export type PersonalKey =
  | { readonly kind: 'present'; readonly key: Buffer }
  /** Destroyed: the tombstone is dated and never overwritten. */
  | { readonly kind: 'destroyed'; readonly at: string }
  /** Neither a key nor a tombstone: a fault wherever data under it exists. */
  | { readonly kind: 'absent' };

/**
 * The keys that personal data is sealed under, one per subject (`customer-<id>`, `reseller-<id>`, ...).
 * Every adapter runs `testing/personal-keys.contract.ts`.
 */
export interface PersonalKeys {
  /**
   * The subject's 256-bit key, made when there is none. Durable before it is answered, so that no event
   * can be sealed under a key that a crash forgets. A destroyed subject answers its tombstone.
   */
  obtain(subject: string): Promise<PersonalKey>;
  /** The subject's key as it stands now. */
  find(subject: string): Promise<PersonalKey>;
  /** Destroys the key and leaves a tombstone dated `at`; the first date stays. The key's bytes are gone from the store's files. */
  destroy(subject: string, at: string): Promise<void>;
  /**
   * A mark that is another one after any destruction by others than this object; it may change for other
   * reasons too. Cheap: it stands for asking for each key again. Left out by a store that has none.
   */
  mark?(): Promise<number | string>;
  /** Every tombstone, to be copied beside the audit head. */
  tombstones(): AsyncIterable<{ readonly subject: string; readonly at: string }>;
  close(): Promise<void>;
}

/** Personal keys that master keys wrap at rest, so that a master key can be replaced. */
export interface WrappedPersonalKeys extends PersonalKeys {
  /**
   * Wraps by the current master key what former ones wrap, little by little until told to stop, and answers
   * how many keys that were. What is made or destroyed meanwhile stays so.
   */
  rewrap(stopping?: AbortSignal): Promise<number>;
  /** How many keys each master key wraps, by its id. */
  wrappedBy(): Promise<ReadonlyMap<string, number>>;
}
