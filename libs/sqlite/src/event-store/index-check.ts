import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

/** What the thread is given. */
export interface IndexCheckOptions {
  /** Of the log's file. */
  readonly path: string;
}

/** What it finds: one line, where an event is not found by the file's indexes. */
export interface IndexCheckResult {
  readonly fault: string | undefined;
}

/** A check of the log's indexes, under way in a thread of its own. */
export interface IndexCheck {
  /** One line that says what is wrong; never rejects. */
  readonly fault: Promise<string | undefined>;
  stop(): Promise<void>;
}

/** Begins to check that reads by stream find every event of the log at the path (`SqliteEventReader.checkIndexes`). */
export function beginIndexCheck(path: string): IndexCheck {
  const workerData: IndexCheckOptions = { path };
  const worker = new Worker(join(__dirname, 'index-check.worker.js'), { workerData });
  const fault = new Promise<string | undefined>((resolve) => {
    worker.once('message', (result: IndexCheckResult) => {
      resolve(result.fault);
    });
    worker.once('error', (error: unknown) => {
      resolve(error instanceof Error ? error.message : String(error));
    });
    worker.once('exit', () => {
      resolve('The check of its indexes ended before it was done.');
    });
  });
  return {
    fault,
    stop: async () => {
      await worker.terminate();
    },
  };
}
