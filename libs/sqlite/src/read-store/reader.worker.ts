import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { ViewBehindError, type ViewDefinition } from '@tierbook/read-models';
import type { FromReader, ToReader, Unnumbered } from './reader-messages';
import { openSqliteReadStore } from './sqlite-read-store';
import { DamagedViewsError } from './views-file';

/** Answers one question after another; it ends when its host closes the port. */
function serve(host: MessagePort, path: string): void {
  const store = openSqliteReadStore({ path });
  const answer = async (asked: ToReader): Promise<Unnumbered<FromReader>> => {
    const view = asked.view as unknown as ViewDefinition<object>;
    if (asked.kind === 'find') return { kind: 'found', page: await store.find(view, asked.query) };
    if (asked.kind === 'list') return { kind: 'listed', page: await store.list(view, asked.query) };
    for await (const rows of store.scan(view, asked.scan)) return { kind: 'scanned', rows };
    return { kind: 'scanned', rows: [] };
  };
  host.on('message', (asked: ToReader) => {
    void answer(asked)
      .catch((error: unknown): Unnumbered<FromReader> => {
        if (error instanceof ViewBehindError) {
          return { kind: 'behind', view: error.view, why: error.why };
        }
        if (error instanceof DamagedViewsError) return { kind: 'damaged' };
        return { kind: 'failed', message: error instanceof Error ? error.message : String(error) };
      })
      .then((answered) => {
        host.postMessage({ ...answered, id: asked.id });
      });
  });
}

if (parentPort !== null) serve(parentPort, String(workerData));
