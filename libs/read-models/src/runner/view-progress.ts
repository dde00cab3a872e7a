import type { Position } from '@tierbook/eventing';

/** How a build stands that is made beside the one that serves. */
export interface RebuildStatus {
  /** The projection's version that it is built with. */
  readonly version: number;
  readonly position?: Position;
  /** The event that stands in its way, and why; absent while it moves. */
  readonly stoppedBy?: string;
}

/** How a view stands. */
export interface ViewStatus {
  readonly view: string;
  /** What reads of it reflect; absent before the first event, and while none serves yet. */
  readonly position?: Position;
  /** The projection's version that the serving build was made with. */
  readonly version?: number;
  /**
   * `building`: no build serves that today's projection keeps current.
   * `paused`: an event stands in the way, or somebody holds it, and the view stays as it is.
   */
  readonly state: 'building' | 'live' | 'paused';
  readonly pausedBy?: 'event' | 'operator';
  /** Why it is paused: names the event and its position, or who. */
  readonly reason?: string;
  /** The keys of documents that stand still before an event. */
  readonly parked?: readonly string[];
  readonly rebuild?: RebuildStatus;
  /** Events read for it since the runner started. */
  readonly events: number;
}

interface Waiter {
  readonly position: Position;
  readonly resolve: () => void;
}

/** How far each view is, and who waits for it to be further. */
export class ViewProgress {
  readonly #status = new Map<string, ViewStatus>();
  readonly #waiters = new Map<string, Set<Waiter>>();

  constructor(views: Iterable<string>) {
    for (const view of views) this.#status.set(view, { view, state: 'building', events: 0 });
  }

  /** Takes in how a view stands now, and lets go who waited for it. */
  update(status: ViewStatus): void {
    this.#status.set(status.view, status);
    const { position } = status;
    if (position === undefined) return;
    for (const waiter of this.#waiters.get(status.view) ?? []) {
      if (waiter.position <= position) waiter.resolve();
    }
  }

  /** Every view, in the order given at first. */
  all(): readonly ViewStatus[] {
    return [...this.#status.values()];
  }

  /** @throws RangeError for a view that there is not. */
  of(view: string): ViewStatus {
    const status = this.#status.get(view);
    if (status === undefined) throw new RangeError(`There is no view ${view}.`);
    return status;
  }

  /**
   * Resolves once the view reflects the position, which is one of this log.
   * Rejects with the signal's reason when that aborts first.
   */
  async waitFor(view: string, position: Position, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const reached = this.of(view).position;
    if (reached !== undefined && reached >= position) return;
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    const waiter: Waiter = {
      position,
      resolve: () => {
        resolve(undefined);
      },
    };
    const abort = () => {
      reject(signal?.reason as Error);
    };
    const waiters = this.#waiters.get(view) ?? new Set();
    this.#waiters.set(view, waiters.add(waiter));
    signal?.addEventListener('abort', abort);
    try {
      await promise;
    } finally {
      waiters.delete(waiter);
      signal?.removeEventListener('abort', abort);
    }
  }
}
