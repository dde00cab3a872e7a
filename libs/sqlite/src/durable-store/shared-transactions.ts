import type { DatabaseSync } from 'node:sqlite';
import { StoreUnavailableError } from '@tierbook/eventing';
import { isIoError, writeFailure } from './sqlite-errors';

interface Job {
  readonly work: () => void;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Writes what is asked for within one turn of the event loop in one transaction, so that all of it
 * shares one fsync, and answers each caller once it is durable.
 *
 * When a statement or the COMMIT fails, the whole transaction is rolled back and every caller in it is
 * refused: on a full disk SQLite rolls back by itself, and what followed would be committed alone.
 * After an I/O error nothing is written any more: an fsync must not be tried again.
 */
export class SharedTransactions {
  private queue: Job[] = [];
  private refusal: string | undefined;

  constructor(
    private readonly database: DatabaseSync,
    private readonly path: string,
  ) {}

  /**
   * Runs `work` in the next transaction, after what was asked for before, and answers its result.
   * @throws StoreFullError when the disk is full; nothing was written.
   * @throws OutcomeUnknownError on an I/O error.
   * @throws StoreUnavailableError when no write is taken now; nothing was written.
   */
  run<T>(work: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.refusal !== undefined) throw new StoreUnavailableError(this.refusal);
      let result: { readonly value: T } | undefined;
      if (this.queue.length === 0) {
        setImmediate(() => {
          this.flush();
        });
      }
      this.queue.push({
        work: () => {
          result = { value: work() };
        },
        resolve: () => {
          if (result !== undefined) resolve(result.value);
        },
        reject,
      });
    });
  }

  /** Writes what is queued and takes no more. */
  close(): void {
    this.flush();
    this.refusal ??= `${this.path} is closed.`;
  }

  private flush(): void {
    const jobs = this.queue;
    this.queue = [];
    if (jobs.length === 0) return;
    try {
      if (this.refusal !== undefined) throw new StoreUnavailableError(this.refusal);
      this.database.exec('BEGIN IMMEDIATE');
      for (const job of jobs) job.work();
      this.database.exec('COMMIT');
    } catch (error) {
      this.rollBack();
      if (isIoError(error)) {
        this.refusal = `${this.path} takes no writes after an I/O error: start again.`;
      }
      const reason = writeFailure(this.path, error);
      for (const job of jobs) job.reject(reason);
      return;
    }
    for (const job of jobs) job.resolve();
  }

  private rollBack(): void {
    if (this.database.isOpen && this.database.isTransaction) this.database.exec('ROLLBACK');
  }
}
