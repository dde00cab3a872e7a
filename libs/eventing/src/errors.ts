/** An append above the limit that every engine shares. Nothing was written. */
export class AppendTooLargeError extends Error {
  override readonly name = 'AppendTooLargeError';
  constructor(
    readonly bytes: number,
    readonly limit: number,
  ) {
    super(
      `The append holds ${bytes} bytes; at most ${limit} fit. Split the command into smaller ones.`,
    );
  }
}

/** The disk (or the quota) is full. Nothing was written; reads go on. */
export class StoreFullError extends Error {
  override readonly name = 'StoreFullError';
}

/** The store takes no writes (or no reads) now. Nothing was written. */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError';
}

/** It may or may not have been written. Only repeating the very same append tells. */
export class OutcomeUnknownError extends Error {
  override readonly name = 'OutcomeUnknownError';
}

/** Another process holds the store. */
export class StoreLockedError extends Error {
  override readonly name = 'StoreLockedError';
}

/** The file or database is not what it should be: foreign, damaged, of a newer version, or on an unsafe engine. */
export class StoreRefusedError extends Error {
  override readonly name = 'StoreRefusedError';
}

/** An event in the log that this version cannot read: unknown type or a newer schema. */
export class UnreadableEventError extends Error {
  override readonly name = 'UnreadableEventError';
}

/** A personal key is neither present nor tombstoned: a fault, never to be read as erased. */
export class MissingPersonalKeyError extends Error {
  override readonly name = 'MissingPersonalKeyError';
}
