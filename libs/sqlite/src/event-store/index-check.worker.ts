import { parentPort, workerData } from 'node:worker_threads';
import type { IndexCheckOptions, IndexCheckResult } from './index-check';
import { openSqliteEventReader } from './sqlite-event-reader';

/** @throws StoreRefusedError where the file cannot be read. */
async function check({ path }: IndexCheckOptions): Promise<IndexCheckResult> {
  const reader = openSqliteEventReader(path);
  try {
    return { fault: await reader.checkIndexes() };
  } finally {
    await reader.close();
  }
}

const host = parentPort;
if (host !== null) {
  void check(workerData as IndexCheckOptions)
    .catch((error: unknown) => ({ fault: error instanceof Error ? error.message : String(error) }))
    .then((result: IndexCheckResult) => {
      host.postMessage(result);
    })
    .finally(() => {
      host.close();
    });
}
