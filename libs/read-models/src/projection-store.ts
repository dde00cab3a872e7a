import type { Position } from '@tierbook/eventing';
import type { AnyView } from './view';

/** How far a build has come. The event's id tells whether the log still is the one it was built from. */
export interface Checkpoint {
  readonly position: Position;
  readonly eventId: string;
}

/** One building of a view from the beginning of the log. At most one of a view's builds serves. */
export interface Build {
  readonly view: string;
  /** Counts up by one with each build of the view, from 1. */
  readonly generation: number;
  /** The definition's version that it is built with. */
  readonly version: number;
  /** Queries read this one. */
  readonly serving: boolean;
  readonly checkpoint: Checkpoint | undefined;
}

/** A build as the store knows it by: nothing more is needed to name it. */
export type BuildId = Pick<Build, 'view' | 'generation'>;

/** A document's new content; `null` removes it and leaves its position as a tombstone. */
export interface DocumentWrite {
  readonly key: string;
  readonly position: Position;
  readonly doc: object | null;
}

/** What stands under a key: a document, or the tombstone (`null`) of one that was removed. */
export type StoredDocument = Omit<DocumentWrite, 'key'>;

export interface BuildWrite {
  readonly build: BuildId;
  /** Each key at most once. */
  readonly documents: readonly DocumentWrite[];
  readonly checkpoint: Checkpoint;
}

/** The most tombstones that one purge forgets. */
export const MAX_PURGED = 1_000;

/**
 * What the projection runner writes. One runner at a time.
 * Every adapter runs `testing/read-store.contract.ts` whole.
 */
export interface ProjectionStore {
  /** All builds of all views that the store holds. */
  builds(): Promise<readonly Build[]>;
  /** A new empty build beside those that there are. */
  begin(view: AnyView): Promise<Build>;
  /**
   * What was ever written under these keys, tombstones too. On an engine without transactions a document can be
   * ahead of the checkpoint: an event at or before its position is in it already.
   */
  load(build: BuildId, keys: readonly string[]): Promise<ReadonlyMap<string, StoredDocument>>;
  /**
   * Writes each build's documents and its checkpoint: on engines with transactions all at once, on others
   * the documents first. A document whose stored position (a tombstone's too) is at or after the write's
   * stays as it is, so the same batch again changes nothing.
   */
  write(writes: readonly BuildWrite[]): Promise<void>;
  /**
   * Makes sure that what was overwritten or removed is gone from the store's files; `false` where a reader
   * keeps some of it there for now: ask again. Left out by a store that has no files of its own.
   */
  scrub?(): Promise<boolean>;
  /** This build serves from now on, at once, to direct readers too; the view's other builds are dropped. */
  promote(build: BuildId): Promise<void>;
  /**
   * Forgets the tombstones of what was removed at or before the position, at most `MAX_PURGED` of them; answers
   * how many. The position must be one that the build's checkpoint and every reader that goes on from a position
   * have passed: a write from before it would not meet the tombstone any more.
   */
  purge(build: BuildId, upTo: Position): Promise<number>;
  /** Drops a build and all that it holds. */
  discard(build: BuildId): Promise<void>;
  close(): Promise<void>;
}
