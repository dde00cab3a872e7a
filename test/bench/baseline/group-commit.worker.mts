import { DatabaseSync } from 'node:sqlite';
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { INSERT, makeDurable, type Row } from './row.mts';

// Commits together what came while the commit before was under way.

if (parentPort === null) throw new Error('Runs as a worker thread.');
const port = parentPort;
const database = new DatabaseSync(workerData as string);
makeDurable(database);
const insert = database.prepare(INSERT);

port.on('message', (first: readonly Row[]) => {
  let rows = first;
  while (rows.length > 0) {
    database.exec('BEGIN IMMEDIATE');
    const positions = rows.map((row) => Number(insert.run(...row).lastInsertRowid));
    database.exec('COMMIT');
    port.postMessage(positions);
    rows = waiting();
  }
});

function waiting(): readonly Row[] {
  const rows: Row[] = [];
  for (;;) {
    const next = receiveMessageOnPort(port) as { message: readonly Row[] } | undefined;
    if (next === undefined) return rows;
    rows.push(...next.message);
  }
}
