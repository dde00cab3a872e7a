import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { DatabaseSync } from 'node:sqlite';
import { Worker } from 'node:worker_threads';
import { INSERT, makeDurable, type Row, type RowTemplate } from './row.mts';

// The least that can take an order over HTTP and make it durable: node:http, node:sqlite, no framework, no
// check. `none` does not store it; `commit` commits each by itself; `group` commits in a worker, in groups.

const [mode, port, path, templatePath] = process.argv.slice(2);
const template = JSON.parse(readFileSync(String(templatePath), 'utf8')) as RowTemplate;
const revisions = new Map<string, number>();

type Store = (row: Row) => Promise<number> | number;
const store = openStore();

const server = createServer((request, response) => {
  let text = '';
  request.setEncoding('utf8');
  request.on('data', (chunk: string) => {
    text += chunk;
  });
  request.on('end', () => {
    const order = JSON.parse(text) as object;
    const customerId = String(request.url).split('/')[3] ?? '';
    const row = rowOf(customerId, order);
    void Promise.resolve(store(row)).then((position) => {
      const answer = JSON.stringify({
        resource: { type: 'subscription', id: row[2], href: request.url },
        revision: row[1],
        position,
        warnings: [],
      });
      response.writeHead(201, {
        'Content-Type': 'application/json; charset=utf-8',
        'Content-Length': Buffer.byteLength(answer),
      });
      response.end(answer);
    });
  });
});
server.keepAliveTimeout = 60_000;
server.listen(Number(port), '127.0.0.1', () => process.send?.('listening'));
process.on('disconnect', () => {
  process.exit();
});

function rowOf(customerId: string, order: object): Row {
  const stream = `tierbook.customer-${customerId}`;
  const revision = (revisions.get(stream) ?? -1) + 1;
  revisions.set(stream, revision);
  const id = timeOrderedId();
  return [
    stream,
    revision,
    id,
    template.type,
    template.schemaVersion,
    JSON.stringify({ ...template.data, customerId, subscriptionId: id, ...order }),
    template.personal,
    JSON.stringify({ ...template.metadata, commandId: id, recordedAt: new Date().toISOString() }),
  ];
}

/** Ids that grow, as UUIDv7 does, so that the index over them grows at its end. */
function timeOrderedId(): string {
  const time = Date.now().toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}

function openStore(): Store {
  if (mode === 'none') return () => 0;
  const database = new DatabaseSync(String(path));
  makeDurable(database);
  for (const row of database
    .prepare('SELECT stream, max(revision) AS revision FROM events GROUP BY stream')
    .iterate()) {
    revisions.set(String(row['stream']), Number(row['revision']));
  }
  if (mode === 'commit') {
    const insert = database.prepare(INSERT);
    return (row) => Number(insert.run(...row).lastInsertRowid);
  }
  database.close();
  return inGroups();
}

function inGroups(): Store {
  const worker = new Worker(new URL('group-commit.worker.mts', import.meta.url), {
    workerData: path,
  });
  const answered: ((position: number) => void)[] = [];
  let outbox: Row[] = [];
  worker.on('message', (positions: readonly number[]) => {
    for (const [index, resolve] of answered.splice(0, positions.length).entries()) {
      resolve(positions[index] ?? 0);
    }
  });
  return (row) =>
    new Promise((resolve) => {
      answered.push(resolve);
      if (outbox.length === 0) {
        setImmediate(() => {
          worker.postMessage(outbox);
          outbox = [];
        });
      }
      outbox.push(row);
    });
}
