import { performance } from 'node:perf_hooks';
import { getSQLiteEventStore, sqliteConnection } from '@event-driven-io/emmett-sqlite';

/*
 * Appends one event after another with Emmett, in this very process, and says how many a second.
 * `mode`: `documented` opens the store as Emmett's documentation does, which opens the file anew for each
 * append; `one-connection` gives it one connection to keep. Both commit in WAL with SQLite's own default,
 * synchronous FULL.
 */
const [mode, fileName] = process.argv.slice(2);
const connection = mode === 'one-connection' ? sqliteConnection({ fileName }) : undefined;
const store = getSQLiteEventStore({
  fileName,
  schema: { autoMigration: 'CreateOrUpdate' },
  ...(connection && { connectionOptions: { singleton: true, connection } }),
});

async function append({ streams, event }, number) {
  await store.appendToStream(`customer-${streams[number % streams.length]}`, [event]);
}

let next = 0;
let failed = 0;

// Opening a connection, Emmett sets it to WAL without waiting for that or hearing that it failed.
process.on('uncaughtException', () => {
  failed += 1;
});

async function appendFor(job) {
  const started = performance.now();
  const deadline = started + job.seconds * 1000;
  let appends = 0;
  failed = 0;
  while (performance.now() < deadline) {
    try {
      await append(job, next++);
      appends += 1;
    } catch {
      failed += 1;
    }
  }
  return { perSecond: (appends / (performance.now() - started)) * 1000, appends, failed };
}

/** Starts so many at once; answers how many failed. */
async function appendAtOnce(job) {
  const outcomes = await Promise.allSettled(
    Array.from({ length: job.atOnce }, () => append(job, next++)),
  );
  return { failed: outcomes.filter(({ status }) => status === 'rejected').length };
}

let job;
process.on('message', async (message) => {
  job = { ...job, ...message };
  if (message.event) process.send('ready');
  else process.send(await (message.atOnce ? appendAtOnce(job) : appendFor(job)));
});
process.on('disconnect', () => process.exit());
