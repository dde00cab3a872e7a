import type {
  AllStreamResolvedEvent,
  AllStreamSubscription,
  Position,
} from '@eventstore/db-client';
import { NoAnswerError } from './failures';

/** Events that are told of at once while catching up. */
export const PAGE = 250;
/** Events that are held: more wait at the server. Who reads as fast as they come never stops the flow. */
const MAX_BUFFERED = 2 * PAGE;

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
  readonly #signal: AbortSignal;
  #buffer: AllStreamResolvedEvent[] = [];
  #taken = 0;
  #wake: () => void = () => undefined;

  /** @param subscribe is handed what must be called at a checkpoint. It does not throw: that would stop the feed without a word. */
  constructor(
    subscribe: (onCheckpoint: (_: unknown, position: Position) => void) => AllStreamSubscription,
    signal: AbortSignal,
  ) {
    this.#signal = signal;
    signal.addEventListener('abort', this.#onAbort);
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
    subscription.on('data', (event: AllStreamResolvedEvent) => {
      this.#buffer.push(event);
      const waiting = this.#buffer.length - this.#taken;
      if (waiting >= MAX_BUFFERED) subscription.pause();
      // While catching up nobody wants less than a page.
      if (waiting >= PAGE || this.isCaughtUp) this.#wake();
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
    const event = this.#buffer[this.#taken];
    if (event !== undefined) {
      this.#taken++;
      return event;
    }
    this.#buffer = [];
    this.#taken = 0;
    if (this.#subscription.isPaused()) this.#subscription.resume();
    return null;
  }

  /** Whether nothing that has come was left, neither here nor in the client. */
  get isDrained(): boolean {
    return this.#taken === this.#buffer.length && this.#subscription.readableLength === 0;
  }

  /** Resolves when something has come or happened: with false when only the time is over. */
  changed(ms: number | undefined): Promise<boolean> {
    if (this.failure !== undefined || this.#signal.aborted) return Promise.resolve(true);
    return new Promise((resolve) => {
      const done = (isChange: boolean) => {
        clearTimeout(timer);
        this.#wake = () => undefined;
        resolve(isChange);
      };
      const timer = ms === undefined ? undefined : setTimeout(done, ms, false);
      this.#wake = () => {
        done(true);
      };
    });
  }

  /** Nothing else ends the call at the server. */
  close(): void {
    this.#signal.removeEventListener('abort', this.#onAbort);
    this.#subscription.unsubscribe().catch(() => undefined);
  }

  readonly #onAbort = (): void => {
    this.#wake();
  };

  #fail(error: Error): void {
    this.failure ??= error;
    this.#wake();
  }
}
