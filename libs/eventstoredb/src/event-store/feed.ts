import type {
  AllStreamResolvedEvent,
  AllStreamSubscription,
  Position,
} from '@eventstore/db-client';
import { NoAnswerError } from './failures';

/**
 * One subscription of the client, read on demand: what has come waits in a bounded buffer, and beyond it
 * at the server, which drops a live subscriber that is too slow.
 */
export class Feed {
  /** The server said that the end was reached; what came before may still be in the buffer. */
  isCaughtUp = false;
  isConfirmed = false;
  /** The last checkpoint: what does not match was passed by up to this commit position. */
  consideredUpTo = 0n;
  /** Why nothing more comes. */
  failure: Error | undefined;
  readonly #subscription: AllStreamSubscription;
  #wake: () => void = () => undefined;

  /** @param subscribe is handed what must be called at a checkpoint. It does not throw: that would stop the feed without a word. */
  constructor(
    subscribe: (onCheckpoint: (_: unknown, position: Position) => void) => AllStreamSubscription,
  ) {
    const subscription = subscribe((_, { commit }) => {
      this.consideredUpTo = commit;
      this.#wake();
    });
    this.#subscription = subscription;
    subscription.on('confirmation', () => {
      this.isConfirmed = true;
      this.#wake();
    });
    subscription.on('caughtUp', () => {
      this.isCaughtUp = true;
      this.#wake();
    });
    subscription.on('readable', () => {
      this.#wake();
    });
    // Stays: a dead subscription may fail once more. After it neither end nor close comes.
    subscription.on('error', (error) => {
      this.#fail(error);
    });
    subscription.on('close', () => {
      this.#fail(new NoAnswerError('the subscription has ended'));
    });
  }

  /** The next event that has come, without waiting. */
  next(): AllStreamResolvedEvent | null {
    return this.#subscription.read() as AllStreamResolvedEvent | null;
  }

  /** Resolves when something has come or happened: with false when only the time is over. */
  changed(ms: number | undefined, signal: AbortSignal): Promise<boolean> {
    if (this.failure !== undefined || signal.aborted) return Promise.resolve(true);
    return new Promise((resolve) => {
      const done = (isChange: boolean) => {
        clearTimeout(timer);
        signal.removeEventListener('abort', wake);
        this.#wake = () => undefined;
        resolve(isChange);
      };
      const wake = () => {
        done(true);
      };
      const timer = ms === undefined ? undefined : setTimeout(done, ms, false);
      this.#wake = wake;
      signal.addEventListener('abort', wake);
    });
  }

  /** Nothing else ends the call at the server. */
  close(): void {
    this.#subscription.unsubscribe().catch(() => undefined);
  }

  #fail(error: Error): void {
    this.failure ??= error;
    this.#wake();
  }
}
