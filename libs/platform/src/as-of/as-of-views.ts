import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { StoreLockedError, type EventReader, type Position } from '@tierbook/eventing';
import type { ReadStore } from '@tierbook/read-models';
import { openThreadedReadStore, takeStoreLock } from '@tierbook/sqlite';
import type { Logger } from '../logging';
import { VIEWS_FILE, type AsOfBuildOptions, type FromAsOfBuild } from './as-of-messages';

/** The views of so many moments are kept at most. */
const MOST_KEPT = 3;
/** What nobody has read for so long is removed. */
const KEPT_MS = 15 * 60_000;

export interface AsOfViewsOptions extends Omit<AsOfBuildOptions, 'position' | 'directory'> {
  readonly reader: EventReader;
  /** For this service's own use: it is emptied of what processes that are no more have left. */
  readonly directory: string;
  readonly logger: Pick<Logger, 'error'>;
}

/** The views of another moment are being built, or all that are kept are being read. */
export class AsOfBusyError extends Error {
  override readonly name = 'AsOfBusyError';
}

/** The views of the moment could not be built: the log says why. Asked again, they are tried again. */
export class AsOfFailedError extends Error {
  override readonly name = 'AsOfFailedError';
}

/** The views of a moment, while they are built. */
export interface Building {
  readonly eventsRead: number;
}

/** The views of a moment, to be read. */
export interface BuiltViews {
  readonly store: ReadStore;
  /** The view's keys that stand still before an event. */
  readonly parkedIn: (view: string) => ReadonlySet<string> | undefined;
}

/** The views of one moment. */
class Kept {
  eventsRead = 0;
  built: BuiltViews | undefined;
  failure: string | undefined;
  /** Reads under way. */
  reads = 0;
  isGone = false;
  worker: Worker | undefined;
  expiry: NodeJS.Timeout | undefined;

  constructor(readonly directory: string) {}

  get isBuilding(): boolean {
    return this.built === undefined && this.failure === undefined;
  }
}

/**
 * The views as they were, each moment's in a file of its own that is built when it is asked for: one at a time,
 * in a thread. The last few are kept. None outlives an erasure, of whose subject it may tell, nor this process.
 */
export class AsOfViews {
  readonly #options: AsOfViewsOptions;
  readonly #own: string;
  readonly #lock: { close(): void };
  /** The moment that was read last comes last. */
  readonly #kept = new Map<Position, Kept>();
  readonly #ending = new AbortController();
  readonly #watching: Promise<void>;

  constructor(options: AsOfViewsOptions) {
    this.#options = options;
    const { directory } = options;
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    for (const entry of readdirSync(directory, { withFileTypes: true }))
      if (entry.isDirectory()) removeIfLeft(join(directory, entry.name));
    this.#own = join(directory, randomUUID());
    // Before there is a directory: another process that starts now must not take it for one that was left.
    this.#lock = takeStoreLock(this.#own);
    mkdirSync(this.#own, { mode: 0o700 });
    this.#watching = this.#forgetErased().catch((err: unknown) => {
      options.logger.error({ err }, 'erasures not followed: views as of a moment are kept no more');
      this.#forgetAll();
      this.#ending.abort();
    });
  }

  /**
   * What the work makes of the views as they were at the position; while they are built, how far that is.
   * @throws AsOfBusyError, AsOfFailedError; what the work throws.
   */
  async read<T>(
    position: Position,
    work: (views: BuiltViews) => Promise<T>,
  ): Promise<{ readonly answer: T } | Building> {
    const kept = this.#kept.get(position) ?? this.#begin(position);
    const { built, failure, eventsRead } = kept;
    if (failure !== undefined) {
      this.#remove(position);
      throw this.#failed(position, failure);
    }
    if (built === undefined) return { eventsRead };
    this.#kept.delete(position);
    this.#kept.set(position, kept);
    clearTimeout(kept.expiry);
    kept.reads += 1;
    try {
      return { answer: await work(built) };
    } finally {
      kept.reads -= 1;
      if (kept.isGone) this.#discard(kept);
      else if (kept.reads === 0) this.#expireLater(position, kept);
    }
  }

  async close(): Promise<void> {
    this.#ending.abort();
    await this.#watching;
    // A thread that is being ended must not go on to write.
    for (const { worker } of this.#kept.values()) await worker?.terminate();
    this.#forgetAll();
    removeLocked(this.#own, this.#lock);
  }

  #begin(position: Position): Kept {
    if (this.#ending.signal.aborted)
      throw new AsOfBusyError('Views as of a moment are not built now.');
    const under = [...this.#kept].find(([, { isBuilding }]) => isBuilding);
    if (under !== undefined) {
      throw new AsOfBusyError(
        `The views as of ${under[0]} are being built, and one is built at a time.`,
      );
    }
    if (this.#kept.size >= MOST_KEPT) {
      const idle = [...this.#kept].find(([, { reads }]) => reads === 0);
      if (idle === undefined)
        throw new AsOfBusyError('The views of all moments that are kept are being read.');
      this.#remove(idle[0]);
    }
    const kept = new Kept(join(this.#own, randomUUID()));
    try {
      mkdirSync(kept.directory, { mode: 0o700 });
    } catch (error) {
      throw this.#failed(position, (error as Error).message);
    }
    this.#kept.set(position, kept);
    this.#build(position, kept);
    return kept;
  }

  /** Why is for the log: it may name files. */
  #failed(position: Position, reason: string): AsOfFailedError {
    this.#options.logger.error({ position, reason }, 'views as of a moment not built');
    return new AsOfFailedError(
      `The views as of ${position} could not be built: why, the log of the service says.`,
    );
  }

  #build(position: Position, kept: Kept): void {
    const { log, state, keys, masterKeys } = this.#options;
    const { directory } = kept;
    const workerData: AsOfBuildOptions = { log, state, keys, masterKeys, position, directory };
    const worker = new Worker(join(__dirname, 'as-of.worker.js'), { workerData });
    kept.worker = worker;
    let parked: ReadonlyMap<string, readonly string[]> | undefined;
    let failure = 'its thread ended';
    worker.on('message', (message: FromAsOfBuild) => {
      if (message.kind === 'progress') kept.eventsRead = message.eventsRead;
      else if (message.kind === 'built') parked = message.parked;
      else failure = message.reason;
    });
    worker.once('error', (error: unknown) => {
      failure = error instanceof Error ? error.message : String(error);
    });
    // Only then has it closed its files.
    worker.once('exit', () => {
      kept.worker = undefined;
      if (kept.isGone) this.#discard(kept);
      else if (parked === undefined) kept.failure = failure;
      else {
        kept.built = opened(directory, parked);
        this.#expireLater(position, kept);
      }
    });
  }

  #expireLater(position: Position, kept: Kept): void {
    kept.expiry = setTimeout(() => {
      if (this.#kept.get(position) === kept) this.#remove(position);
    }, KEPT_MS);
    kept.expiry.unref();
  }

  /** Of an erased subject, the views of any moment may tell. */
  async #forgetErased(): Promise<void> {
    const { reader } = this.#options;
    const { signal } = this.#ending;
    const types = new Set(['PersonalDataErased']);
    for await (const { events } of reader.subscribe({
      after: await reader.head(),
      signal,
      types,
    })) {
      if (events.length > 0) this.#forgetAll();
    }
  }

  #forgetAll(): void {
    for (const position of [...this.#kept.keys()]) this.#remove(position);
  }

  #remove(position: Position): void {
    const kept = this.#kept.get(position);
    if (kept === undefined) return;
    this.#kept.delete(position);
    kept.isGone = true;
    clearTimeout(kept.expiry);
    if (kept.worker !== undefined) void kept.worker.terminate();
    else if (kept.reads === 0) this.#discard(kept);
  }

  #discard({ built, directory }: Kept): void {
    void built?.store.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

function opened(directory: string, parked: ReadonlyMap<string, readonly string[]>): BuiltViews {
  const standing = new Map([...parked].map(([view, keys]) => [view, new Set(keys)]));
  return {
    store: openThreadedReadStore({ path: join(directory, VIEWS_FILE) }),
    parkedIn: (view) => standing.get(view),
  };
}

/** Removes what a process has left that is no more. */
function removeIfLeft(directory: string): void {
  try {
    removeLocked(directory, takeStoreLock(directory));
  } catch (error) {
    if (!(error instanceof StoreLockedError)) throw error;
  }
}

/** The lock, beside the directory, goes last: without the directory nobody asks for it. */
function removeLocked(directory: string, lock: { close(): void }): void {
  rmSync(directory, { recursive: true, force: true });
  lock.close();
  rmSync(`${directory}.lock`, { force: true });
}
