/** What the opening thread and the writer's thread say to each other. Commands are answered in the order they came. */

/** One append, its JSON already written: what a thread pays for passing strings is a copy. */
export type AppendCommand = readonly StreamRows[];

export interface StreamRows {
  readonly stream: string;
  /** Revision of the first row. */
  readonly first: number;
  readonly rows: readonly EventRow[];
}

export type EventRow = readonly [
  id: string,
  type: string,
  schemaVersion: number,
  data: string,
  personal: string | null,
  metadata: string,
];

export type ToWriter = readonly AppendCommand[] | 'close';

/** The ordinal of the last event written, or why nothing was. */
export type Answer =
  | number
  | { readonly conflict: string; readonly actual: number | 'no_stream' }
  | { readonly takenId: string };

export type FromWriter =
  | ({ readonly kind: 'ready' } & Durability)
  /** A group has been committed: one answer a command. */
  | { readonly kind: 'answers'; readonly answers: readonly Answer[] }
  /** Nothing of a group of `count` commands was acknowledged. */
  | { readonly kind: 'failed'; readonly count: number; readonly failure: Failure }
  /** A fault outside any group: the writer takes nothing any more. */
  | { readonly kind: 'broken'; readonly failure: Failure };

/** What SQLite says that the settings are: it may leave them as they were without an error. */
export interface Durability {
  /** `wal`, unless the file system cannot do it. */
  readonly journalMode: string;
  /** 2 is FULL: each commit is synced before it is answered. */
  readonly synchronous: number;
}

export interface Failure {
  /** SQLite's result code, 0 when the error was not SQLite's. */
  readonly code: number;
  readonly message: string;
  /** Refused before anything was tried: nothing was written. */
  readonly untried: boolean;
  /** An I/O error: nobody knows what the disk holds, and the writer takes nothing any more. */
  readonly fatal: boolean;
}

/** What the writer's thread is started with. */
export interface WriterOptions {
  readonly path: string;
  /** The most that the log's file may grow to, in pages of 4096 bytes. */
  readonly maxPages: number | null;
}
