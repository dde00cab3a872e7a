import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { spawn } from 'node:child_process';
import { EventStoreDBClient, NO_STREAM, streamNameFilter } from '@eventstore/db-client';
import type { Options } from './harness/benchmark.mts';
import { atExit } from './harness/cleanup.mts';
import type { Verdict } from './harness/figures.mts';
import { ROOT } from './harness/places.mts';
import { type Sample, takeTurns } from './harness/rounds.mts';
import type { eventstoredb, NewEvent } from './load/adapter-types.ts';

const AT_ONCE = 128;
const MUST = { must: 0.9, aim: 0.97 };

const { openEventStoreDbEventStore } = createRequire(import.meta.url)(
  join(ROOT, 'dist', 'libs', 'eventstoredb', 'src', 'index.js'),
) as typeof eventstoredb;

/**
 * P7: the adapter against the client that it uses, doing the same: appends at 128 at once, and catching up
 * on the whole log. Against the wire double in a process of its own, or the server that EVENTSTORE_URL names;
 * the double is slower than a server, and weighs on both alike.
 */
export async function benchmark({ rounds, seconds, events }: Options): Promise<Verdict[]> {
  const url = process.env['EVENTSTORE_URL'] ?? (await startDouble());
  console.log(
    `against ${process.env['EVENTSTORE_URL'] === undefined ? 'the wire double' : 'a server'}`,
  );
  const namespace = `bench${randomUUID().slice(0, 8)}`;
  const store = await openEventStoreDbEventStore({ url, namespace });
  // Two clients in one process disturb each other's appends in flight: they take turns, and none is then.
  const client = EventStoreDBClient.connectionString(url);

  const appends = await takeTurns(
    [
      {
        name: 'adapter, 128 at once',
        measure: () =>
          appendFor(seconds, async (event) => {
            const stream = `${namespace}.a-${randomUUID()}`;
            await store.append([{ stream, expectedRevision: 'no_stream', events: [event] }]);
          }),
      },
      {
        name: 'client, 128 at once',
        measure: () =>
          appendFor(seconds, async ({ id, type, data, metadata, schemaVersion }) => {
            await client.appendToStream(
              `${namespace}.b-${randomUUID()}`,
              {
                ...{ id, type, data, contentType: 'application/json' },
                metadata: { ...metadata, append: { index: 0, of: 1 }, schemaVersion },
              },
              { expectedRevision: NO_STREAM },
            );
          }),
      },
    ],
    rounds,
  );
  await fill(store, namespace, Math.min(events, 20_000));
  const reads = await takeTurns(
    [
      {
        name: 'adapter, catch-up',
        measure: () =>
          rateOf(async () => {
            let count = 0;
            for await (const batch of store.subscribe()) {
              count += batch.events.length;
              if (batch.caughtUp) break;
            }
            return count;
          }),
      },
      {
        name: 'client, catch-up',
        measure: () => rateOf(() => catchUp(client, namespace)),
      },
    ],
    rounds,
  );
  return [
    {
      name: 'P7 appends',
      value: ratio(appends, 'adapter, 128 at once', 'client, 128 at once'),
      ...MUST,
    },
    { name: 'P7 catch-up', value: ratio(reads, 'adapter, catch-up', 'client, catch-up'), ...MUST },
  ];
}

function ratio(
  medianOf: (contestant: string, figure: string) => number,
  ours: string,
  theirs: string,
): number {
  return medianOf(ours, 'events/s') / medianOf(theirs, 'events/s');
}

async function startDouble(): Promise<string> {
  const launcher = join(ROOT, 'libs', 'eventstoredb', 'src', 'testing', 'double', 'launch.cjs');
  const child = spawn(process.execPath, [launcher], { stdio: ['pipe', 'pipe', 'inherit'] });
  atExit(() => child.kill('SIGKILL'));
  for await (const port of createInterface(child.stdout))
    return `esdb://127.0.0.1:${port}?tls=false`;
  throw new Error('The wire double did not start.');
}

function newEvent(commandId: string = randomUUID()): NewEvent {
  const at = new Date().toISOString();
  const id = randomUUID();
  return {
    id,
    type: 'Measured',
    schemaVersion: 1,
    data: { text: 'x'.repeat(200) },
    metadata: {
      occurredAt: at,
      recordedAt: at,
      tenant: 'provider-1',
      parties: [],
      actor: { kind: 'service', id: 'bench', organisation: 'provider-1' },
      commandId,
      fingerprint: { kid: 'k1', mac: 'bWFj' },
      correlationId: id,
      causationId: id,
    },
  };
}

async function appendFor(
  seconds: number,
  append: (event: NewEvent) => Promise<void>,
): Promise<Sample> {
  const begun = performance.now();
  const end = begun + seconds * 1_000;
  let count = 0;
  const caller = async () => {
    while (performance.now() < end) {
      await append(newEvent());
      count++;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, caller));
  return { 'events/s': (count * 1_000) / (performance.now() - begun) };
}

async function fill(
  store: eventstoredb.EventStoreDbEventStore,
  namespace: string,
  count: number,
): Promise<void> {
  for (let n = 0; n < count; n += 100) {
    const commandId = randomUUID();
    const events = Array.from({ length: 100 }, () => newEvent(commandId));
    await store.append([
      { stream: `${namespace}.f-${String(n)}`, expectedRevision: 'no_stream', events },
    ]);
  }
}

async function rateOf(read: () => Promise<number>): Promise<Sample> {
  const begun = performance.now();
  const count = await read();
  return { 'events/s': (count * 1_000) / (performance.now() - begun) };
}

function catchUp(client: EventStoreDBClient, namespace: string): Promise<number> {
  const filter = streamNameFilter({ prefixes: [`${namespace}.`], checkpointInterval: 32 });
  const subscription = client.subscribeToAll({ filter });
  let count = 0;
  return new Promise((resolve, reject) => {
    subscription
      .on('error', reject)
      .on('data', () => {
        count++;
      })
      .on('caughtUp', () => {
        // What came before it is in the buffer still.
        setImmediate(() => {
          void subscription.unsubscribe().then(() => {
            resolve(count);
          });
        });
      });
  });
}
