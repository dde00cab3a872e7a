import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type * as domain from '@tierbook/domain';
import type * as eventing from '@tierbook/eventing';
import type { Position, StoredEvent } from '@tierbook/eventing';
import type * as readModels from '@tierbook/read-models';
import type { Recorded } from '@tierbook/read-models';
import type * as mongodb from '@tierbook/mongodb';
import type * as sqlite from '@tierbook/sqlite';
import { MongoClient } from 'mongodb';
import type * as viewRecords from '../../../libs/mongodb/src/read-store/view-records';

// Builds the view of subscriptions from the log at a path, once, as the service does or by a bare loop, and
// tells how long it took. A process of its own each time, so that no run profits from the one before.

const load = createRequire(join(process.cwd(), 'dist', 'x.js'));
const built = (lib: string): unknown => load(join(process.cwd(), 'dist', 'libs', lib, 'src'));
const { eventSchemas } = built('domain') as typeof domain;
const { EventCodec, formatPosition } = built('eventing') as typeof eventing;
const { openProjectionState, replay, subscriptionsProjection } = built(
  'read-models',
) as typeof readModels;
const { openSqliteEventReader, openSqliteProjectionStore, openSqliteStateStore } = built(
  'sqlite',
) as typeof sqlite;

const { openMongoProjectionStore } = built('mongodb') as typeof mongodb;
const { indexesOf, newBuildRecord, storedView } = load(
  join(process.cwd(), 'dist', 'libs', 'mongodb', 'src', 'read-store', 'view-records.js'),
) as typeof viewRecords;

/** Events that the bare loop reads and writes at once. */
const PAGE = 1_000;

/** The service's own code, but for the thread that it runs in. */
async function asTheService(log: string, views: string): Promise<void> {
  const reader = openSqliteEventReader(log);
  const store = isMongo(views)
    ? await openMongoProjectionStore({ setting: 'READ_STORE_URL', url: views })
    : openSqliteProjectionStore({ path: views });
  const stateStore = openSqliteStateStore({ path: stateOf(log, views) });
  const refuse = () => Promise.reject(new Error('Nothing here is sealed.'));
  const codec = new EventCodec({ find: refuse, obtain: refuse }, eventSchemas);
  await replay({
    reader,
    store,
    projections: [subscriptionsProjection],
    state: await openProjectionState(stateStore),
    decode: (stored) => codec.decode(stored),
    upTo: await reader.head(),
  });
  await stateStore.close();
  await store.close();
  await reader.close();
}

/** Paged read, parse, the same fold, batched upsert: no ports, no schema versions, no indexes, no search. */
function bareLoop(log: string, views: string): void {
  const source = new DatabaseSync(log, { readOnly: true });
  const target = new DatabaseSync(views);
  target.exec(
    `PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -32000;
     PRAGMA wal_autocheckpoint = 4000;
     CREATE TABLE docs (key TEXT PRIMARY KEY, position INTEGER NOT NULL, doc TEXT NOT NULL)`,
  );
  const page = source.prepare(
    'SELECT position, type, revision, data, metadata FROM events WHERE position > ? ORDER BY position LIMIT ?',
  );
  const select = target.prepare(
    'SELECT key, doc FROM docs WHERE key IN (SELECT value FROM json_each(?))',
  );
  const upsert = target.prepare(
    'INSERT INTO docs VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET position = excluded.position, doc = excluded.doc',
  );
  const { keysOf, apply } = subscriptionsProjection;
  for (let after = 0; ;) {
    const rows = page.all(after, PAGE);
    const last = rows.at(-1);
    if (last === undefined) break;
    after = Number(last['position']);
    const events = rows.map((row) => ({
      position: formatPosition('0'.repeat(16), Number(row['position'])) satisfies Position,
      revision: Number(row['revision']),
      metadata: JSON.parse(String(row['metadata'])) as StoredEvent['metadata'],
      event: { type: String(row['type']), data: JSON.parse(String(row['data'])) as object },
    })) as unknown as readonly Recorded[];
    const changes = events.flatMap((event) => keysOf(event).map((key) => ({ event, key })));
    const keys = [...new Set(changes.map(({ key }) => key))];
    target.exec('BEGIN');
    const docs = new Map(
      select
        .all(JSON.stringify(keys))
        .map(({ key, doc }) => [
          String(key),
          JSON.parse(String(doc)) as ReturnType<typeof apply> & object,
        ]),
    );
    for (const { event, key } of changes) {
      const next = apply(docs.get(key), event, key);
      if (next !== null) docs.set(key, next);
    }
    for (const [key, doc] of docs) upsert.run(key, after, JSON.stringify(doc));
    target.exec('COMMIT');
  }
  source.close();
  target.close();
}

/**
 * The documents that the bare loop makes, written into MongoDB by guarded bulk writes, each once: nothing is read,
 * parsed or folded in that time. With the fields that are searched, and the indexes. Answers how long it took, in milliseconds.
 */
async function bulkWrites(log: string, url: string): Promise<number> {
  const scratch = `${log}-bulk`;
  removeFile(scratch);
  bareLoop(log, scratch);
  const source = new DatabaseSync(scratch, { readOnly: true });
  const documents = source
    .prepare('SELECT key, position, doc FROM docs ORDER BY position')
    .all()
    .map(({ key, position, doc }) => ({
      key: String(key),
      position: formatPosition('0'.repeat(16), Number(position)),
      doc: JSON.parse(String(doc)) as object,
    }));
  source.close();
  const client = new MongoClient(url, { writeConcern: { w: 'majority', journal: true } });
  const target = client.db().collection<{ _id: string; pos: string }>('documents');
  const build = newBuildRecord(subscriptionsProjection.view, 1);
  await target.createIndexes(indexesOf(build));
  const started = performance.now();
  for (let written = 0; written < documents.length; written += PAGE) {
    const page = documents.slice(written, written + PAGE).map((document) => ({
      replaceOne: {
        filter: { _id: document.key, pos: { $lt: document.position } },
        replacement: storedView(build.fields, document),
        upsert: true,
      },
    }));
    await target.bulkWrite(page, { ordered: false });
  }
  const milliseconds = performance.now() - started;
  await client.close();
  return milliseconds;
}

function isMongo(views: string): boolean {
  return views.startsWith('mongodb:');
}

function stateOf(log: string, views: string): string {
  return isMongo(views) ? `${log}-state` : `${views}-state`;
}

function removeFile(name: string): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(name + suffix, { force: true });
}

async function measure(how: string, log: string, views: string): Promise<number> {
  if (how === 'bulk') return bulkWrites(log, views);
  if (!isMongo(views)) removeFile(views);
  removeFile(stateOf(log, views));
  const started = performance.now();
  if (how === 'service') await asTheService(log, views);
  else bareLoop(log, views);
  return performance.now() - started;
}

const [, , how = '', log = '', views = ''] = process.argv;
void measure(how, log, views).then((milliseconds) => {
  process.send?.(milliseconds);
  process.disconnect();
});
