import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { StoreUnavailableError, type Position } from '@tierbook/eventing';
import {
  PROJECTIONS,
  ViewBehindError,
  ViewProgress,
  type ControlRequest,
  type ParkedKey,
  type ViewStatus,
} from '@tierbook/read-models';
import type { Logger } from '../logging';
import { DEFAULT_WAIT_MS, type Projector, type ProjectorStatus } from './projector';
import { Paced } from './paced';
import {
  errorOf,
  type FromProjector,
  type ProjectorOptions,
  type ToProjector,
} from './projector-messages';
import { Rate } from './rate';

const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 5_000;
/** How long the thread is not told of commits while nobody waits for a view: seldom ones, and many. */
const TOLD_AFTER = { leastMs: 3, mostMs: 100 };
/** A thread that ran so long before it failed is tried again at once. */
const STEADY_MS = 60_000;

/** Who waits for the answer to something asked. */
interface Asking {
  readonly resolve: (parked: ParkedKey | undefined) => void;
  readonly reject: (error: Error) => void;
}

export interface ProjectorThreadOptions extends ProjectorOptions {
  readonly logger: Pick<Logger, 'error'>;
}

/** Keeps the views current in a thread of its own, and knows how far each one is. */
export class ProjectorThread implements Projector {
  readonly #options: ProjectorThreadOptions;
  readonly #progress = new ViewProgress(PROJECTIONS.map(({ view }) => view.name));
  #worker: Worker | undefined;
  #exited: Promise<void> = Promise.resolve();
  #state: ProjectorStatus['thread'] = 'running';
  #failures = 0;
  #lastFailure: string | undefined;
  #retryMs = FIRST_RETRY_MS;
  #retry: NodeJS.Timeout | undefined;
  /** A batch of many commits writes once what they have in common: pages, checkpoints, the transaction. */
  readonly #telling = new Paced(() => {
    this.#tell('committed');
  }, TOLD_AFTER);
  readonly #rates = new Map<string, Rate>();
  readonly #parked = new Map<string, ReadonlySet<string>>();
  readonly #asking = new Map<number, Asking>();
  #asked = 0;

  private constructor(options: ProjectorThreadOptions) {
    this.#options = options;
  }

  /**
   * Starts the thread and resolves once the views file is there to be read; views may still be catching up.
   * The log and the keys must exist.
   *
   * @throws StoreRefusedError when a file is not what it should be.
   */
  static async start(options: ProjectorThreadOptions): Promise<ProjectorThread> {
    const thread = new ProjectorThread(options);
    await thread.#launch();
    return thread;
  }

  /** There are new events. The thread is told of what comes in quick succession together, and before anybody waits for it. */
  notify(): void {
    this.#telling.ask();
  }

  /**
   * Resolves once the view reflects the position, which is one of this log and not beyond its head.
   *
   * @throws ViewBehindError when it does not within `timeoutMs`, or the view is paused.
   */
  async waitFor(view: string, position: Position, timeoutMs = DEFAULT_WAIT_MS): Promise<void> {
    const { position: reached, state } = this.#progress.of(view);
    if (reached !== undefined && reached >= position) return;
    if (state === 'paused') {
      throw new ViewBehindError(view, `stands still, and somebody has to see to it`);
    }
    this.#telling.hurry();
    const giveUp = new AbortController();
    const timer = setTimeout(() => {
      giveUp.abort(new ViewBehindError(view, `has not reached position ${position} yet`));
    }, timeoutMs);
    try {
      await this.#progress.waitFor(view, position, giveUp.signal);
    } finally {
      clearTimeout(timer);
    }
  }

  status(): ProjectorStatus {
    return {
      thread: this.#state,
      failures: this.#failures,
      ...(this.#lastFailure === undefined ? {} : { lastFailure: this.#lastFailure }),
      views: this.#progress.all().map((status) => ({
        ...status,
        eventsPerSecond: this.#rates.get(status.view)?.perSecond() ?? 0,
      })),
    };
  }

  /** The keys of a view's documents that stand still before an event; `undefined` where none does. */
  parkedIn(view: string): ReadonlySet<string> | undefined {
    return this.#parked.get(view);
  }

  /** Whether any document of any view stands still. */
  get hasParked(): boolean {
    return this.#parked.size > 0;
  }

  /**
   * Has the thread do something.
   * @throws ControlRefusedError; StoreUnavailableError while the thread does not run.
   */
  control(request: ControlRequest): Promise<ParkedKey | undefined> {
    return new Promise((resolve, reject) => {
      if (this.#worker === undefined) throw notRunning();
      const number = ++this.#asked;
      this.#asking.set(number, { resolve, reject });
      this.#tell({ number, request });
    });
  }

  /** Lets the batch under way finish and ends the thread. */
  async stop(): Promise<void> {
    this.#state = 'stopped';
    clearTimeout(this.#retry);
    this.#tell('stop');
    await this.#exited;
  }

  #note(status: ViewStatus): void {
    const { view, parked, events } = status;
    const rate = this.#rates.get(view) ?? new Rate();
    this.#rates.set(view, rate);
    rate.note(events);
    if (parked === undefined) this.#parked.delete(view);
    else this.#parked.set(view, new Set(parked));
    this.#progress.update(status);
  }

  #tell(message: ToProjector): void {
    this.#worker?.postMessage(message);
  }

  /** Resolves when the thread is prepared; rejects when it fails before. */
  #launch(): Promise<void> {
    const { log, views, state, keys, masterKeys, isShared } = this.#options;
    const workerData: ProjectorOptions = { log, views, state, keys, masterKeys, isShared };
    const worker = new Worker(join(__dirname, 'projector.worker.js'), { workerData });
    const startedAt = performance.now();
    let failure: Error | undefined;
    this.#worker = worker;
    this.#exited = new Promise((resolve) => {
      worker.once('exit', () => {
        resolve();
      });
    });
    return new Promise((resolve, reject) => {
      let isPrepared = false;
      worker.on('message', (message: FromProjector) => {
        switch (message.kind) {
          case 'prepared':
            isPrepared = true;
            if (this.#state === 'restarting') this.#state = 'running';
            resolve();
            // A commit may have come before the thread listened.
            this.#tell('committed');
            break;
          case 'progress':
            for (const status of message.changed) this.#note(status);
            break;
          case 'done':
            this.#asking.get(message.number)?.resolve(message.parked);
            this.#asking.delete(message.number);
            break;
          case 'refused':
            this.#asking.get(message.number)?.reject(errorOf(message.error));
            this.#asking.delete(message.number);
            break;
          case 'failed':
            failure = errorOf(message.error);
            break;
        }
      });
      worker.once('error', (error: unknown) => {
        failure = error instanceof Error ? error : new Error(String(error));
      });
      worker.once('exit', (code) => {
        this.#worker = undefined;
        for (const { reject: refuse } of this.#asking.values()) refuse(notRunning());
        this.#asking.clear();
        const error = failure ?? new Error(`The projector thread ended with code ${String(code)}.`);
        reject(error);
        if (this.#state === 'stopped') return;
        // The first start is the caller's to judge; later ones are tried again until they succeed.
        if (!isPrepared && this.#failures === 0) return;
        this.#restartLater(error, performance.now() - startedAt >= STEADY_MS);
      });
    });
  }

  #restartLater(error: Error, wasSteady: boolean): void {
    if (wasSteady) this.#retryMs = FIRST_RETRY_MS;
    const retryInMs = this.#retryMs;
    this.#retryMs = Math.min(retryInMs * 2, LAST_RETRY_MS);
    this.#state = 'restarting';
    this.#failures++;
    this.#lastFailure = error.message;
    this.#options.logger.error({ reason: error.message, retryInMs }, 'projector failed');
    this.#retry = setTimeout(() => {
      // Its failure is handled where the thread's end is.
      this.#launch().catch(() => undefined);
    }, retryInMs);
  }
}

function notRunning(): StoreUnavailableError {
  return new StoreUnavailableError('The projector does not run now: see its last failure.');
}
