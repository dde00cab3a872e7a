/** What JSON can hold. */
export type StateValue =
  string | number | boolean | null | readonly StateValue[] | { readonly [key: string]: StateValue };

export interface StateRecord<T> {
  readonly key: string;
  readonly value: T;
  /** Counts up by one with each write of this key, from 1; from 1 again once it was removed. */
  readonly version: number;
}

/** What must hold for a write to happen: nothing, absence, or exactly this version. */
export type Expected = 'any' | 'absent' | { readonly version: number };

/**
 * What is neither log nor view and cannot be rebuilt: process-manager checkpoints, credential verifiers,
 * refusal log, parked and skipped keys, leases. Small JSON values by collection and key, durable when answered
 * (SQLite `synchronous=FULL`; MongoDB majority and journal). Every adapter runs `testing/state-store.contract.ts`.
 */
export interface StateStore {
  get<T extends StateValue>(collection: string, key: string): Promise<StateRecord<T> | undefined>;
  /** Writes when `expected` holds and answers the new version; else `undefined`, and nothing is written. */
  put(
    collection: string,
    key: string,
    value: StateValue,
    expected?: Expected,
  ): Promise<number | undefined>;
  /** Removes when `expected` holds; answers whether a record was removed. */
  remove(collection: string, key: string, expected?: Exclude<Expected, 'absent'>): Promise<boolean>;
  /**
   * At most `limit` records with keys that begin with `prefix`, after the key `after` (exclusive),
   * in the order of their keys' UTF-8 bytes.
   */
  list<T extends StateValue>(
    collection: string,
    options: { readonly prefix?: string; readonly after?: string; readonly limit: number },
  ): Promise<readonly StateRecord<T>[]>;
  close(): Promise<void>;
}
