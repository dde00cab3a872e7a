import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { JsonObject, NewEvent } from '@tierbook/eventing';
import type * as sqlite from '@tierbook/sqlite';

// Makes a log of so many events on so many subscriptions, through the store's own append and no faster way:
// each is ordered, and then changed again and again, in turns. Nothing of it is personal.

const ROOT = process.cwd();
const built = join(ROOT, 'dist', 'libs', 'sqlite', 'src', 'index.js');
const { openSqliteEventStore } = createRequire(built)(built) as typeof sqlite;

const APPENDS_AT_ONCE = 200;

function golden(name: string): JsonObject {
  const file = join(ROOT, 'libs', 'domain', 'src', 'customer', 'golden', name);
  return (JSON.parse(readFileSync(file, 'utf8')) as { readonly data: JsonObject }).data;
}

const ORDERED = golden('SubscriptionOrdered.v2.json');

interface Subscription {
  readonly customerId: string;
  readonly subscriptionId: string;
  revision: number;
}

function eventOf({ customerId, subscriptionId, revision }: Subscription): NewEvent {
  const ids = { customerId, subscriptionId };
  const change = { ...ids, autoRenew: revision % 2 === 0 };
  const isFirst = revision < 0;
  const now = new Date().toISOString();
  return {
    id: randomUUID(),
    type: isFirst ? 'SubscriptionOrdered' : 'SubscriptionAutoRenewChanged',
    schemaVersion: isFirst ? 2 : 1,
    data: isFirst ? { ...ORDERED, ...ids } : change,
    metadata: {
      occurredAt: now,
      recordedAt: now,
      tenant: customerId,
      parties: [{ id: customerId, as: 'customer' }],
      actor: { kind: 'agent', id: 'bench', organisation: customerId },
      commandId: randomUUID(),
      fingerprint: { kid: 'bench', mac: 'A'.repeat(43) },
      correlationId: randomUUID(),
      causationId: randomUUID(),
    },
  };
}

async function fill(path: string, events: number, documents: number): Promise<void> {
  const store = await openSqliteEventStore({ path });
  const all: Subscription[] = Array.from({ length: documents }, () => ({
    customerId: randomUUID(),
    subscriptionId: randomUUID(),
    revision: -1,
  }));
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < events) {
      const subscription = all[next++ % all.length];
      if (subscription === undefined) return;
      const written = [eventOf(subscription)];
      const stream = `tierbook.customer-${subscription.customerId}`;
      const expectedRevision = subscription.revision < 0 ? 'no_stream' : subscription.revision;
      subscription.revision += 1;
      const outcome = await store.append([{ stream, expectedRevision, events: written }]);
      if (outcome.kind === 'conflict') throw new Error(`${stream} is in conflict.`);
    }
  };
  await Promise.all(Array.from({ length: APPENDS_AT_ONCE }, worker));
  await store.close();
}

void fill(String(process.argv[2]), Number(process.argv[3]), Number(process.argv[4])).then(() => {
  process.send?.('filled');
  process.disconnect();
});
