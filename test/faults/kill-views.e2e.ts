import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from '@jest/globals';
import type { NewEvent, StoredEvent } from '@tierbook/eventing';
import { random } from '@tierbook/eventing/testing';
import { PROJECTIONS } from '@tierbook/read-models';
import { openSqliteEventStore } from '@tierbook/sqlite';
import { type Service, startService } from '../e2e/harness/service';
import { Client, subscribed } from './harness/client';
import { type Known, startLoad } from './harness/load';
import { differencesOf, flawsOf, readLog } from './harness/oracle';
import { newDirectory } from './harness/process';
import { seedOfRun } from './harness/random';

const SEED = seedOfRun();
/** 100 of them take some ten minutes. */
const ROUNDS = Number(process.env['KILL_VIEWS_ROUNDS'] ?? 3);
const CONNECTIONS = 20;
/** So many that a rebuild takes longer than a process takes to be killed. */
const EVENTS = 5_000;
const EVENTS_OF_AN_APPEND = 100;

/** What goes on when the process is killed. */
const DOING = ['load', 'load and a rebuild', 'load and the step to a new version'] as const;

async function fill(dataDir: string): Promise<void> {
  const store = await openSqliteEventStore({ path: join(dataDir, 'events.db') });
  try {
    const log: StoredEvent[] = [];
    for await (const { events } of store.readAll()) log.push(...events);
    const ordered = log.find(({ type }) => type === 'SubscriptionOrdered');
    if (ordered === undefined) throw new Error('Nothing is ordered.');
    const { stream } = ordered;
    let expectedRevision = log.filter((each) => each.stream === stream).length - 1;
    for (let made = 0; made < EVENTS; made += EVENTS_OF_AN_APPEND) {
      const metadata = { ...ordered.metadata, commandId: randomUUID() };
      const events = Array.from({ length: EVENTS_OF_AN_APPEND }, () => renewed(ordered, metadata));
      await store.append([{ stream, expectedRevision, events }]);
      expectedRevision += EVENTS_OF_AN_APPEND;
    }
  } finally {
    await store.close();
  }
}

/** Turns automatic renewal on, which any decider takes. */
function renewed({ data }: StoredEvent, metadata: NewEvent['metadata']): NewEvent {
  const { customerId = '', subscriptionId = '' } = data;
  return {
    id: randomUUID(),
    type: 'SubscriptionAutoRenewChanged',
    schemaVersion: 1,
    data: { customerId, subscriptionId, autoRenew: true },
    metadata,
  };
}

/** As if a Tierbook with older projections had built a view. */
function makeOlder(dataDir: string, view: string): void {
  const database = new DatabaseSync(join(dataDir, 'views.db'));
  database.prepare('UPDATE builds SET version = version - 1 WHERE view = ?').run(view);
  database.close();
}

async function rebuild(service: Service, view: string): Promise<void> {
  const api = service.api(service.tokens.operator);
  const path = `/v1/operations/projections/${view}/rebuild`;
  // One may be under way from the round before; the kill may come before the answer.
  await api.send('POST', path).catch(() => undefined);
}

describe('kill -9', () => {
  it(
    `leaves the views what the log makes of them, ${String(ROUNDS)} times (seed ${String(SEED)})`,
    async () => {
      const next = random(SEED);
      const dataDir = newDirectory();
      const service = await startService({ dataDir });
      const first = new Client(service);
      const { offerId, customer, subscription } = await subscribed(first);
      const known: Known = { offerId, customers: [customer], subscriptions: [subscription] };
      await first.close();
      await service.stop();
      await fill(dataDir);

      for (let round = 1; round <= ROUNDS; round++) {
        const doing = DOING[round % DOING.length];
        const view = PROJECTIONS[next(PROJECTIONS.length)]?.view.name ?? '';
        if (doing === 'load and the step to a new version') makeOlder(dataDir, view);
        await service.start();
        const client = new Client(service, CONNECTIONS);
        const killAfterMs = next(400);
        const load = startLoad(client, known, CONNECTIONS, next);
        if (doing === 'load and a rebuild') await rebuild(service, view);
        setTimeout(() => {
          service.signal('SIGKILL');
        }, killAfterMs);
        await service.ended();
        await load.ended;
        await client.close();

        await service.start();
        const log = await readLog(dataDir);
        expect(flawsOf(log)).toEqual([]);
        const told = { round, doing, view, killAfterMs };
        expect({ ...told, wrong: await differencesOf(dataDir, log) }).toEqual({
          ...told,
          wrong: [],
        });
        await service.kill();
      }
    },
    120_000 + ROUNDS * 60_000,
  );
});
