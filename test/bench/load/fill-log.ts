import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { NewEvent, Position, StoredEvent } from '@tierbook/eventing';
import type * as sqlite from '@tierbook/sqlite';

// Makes the log at a path hold so many events: changes of the quantity of the subscriptions that it holds,
// through the store's own append and no faster way. Runs in the checkout, while no service has the log.

const built = join(process.cwd(), 'dist', 'libs', 'sqlite', 'src', 'index.js');
const { openSqliteEventStore } = createRequire(built)(built) as typeof sqlite;

const EVENTS_AT_ONCE = 100;
const APPENDS_AT_ONCE = 50;

/** A subscription, and where its customer's stream ends. */
interface Target {
  readonly order: StoredEvent;
  revision: number;
}

async function fill(path: string, wanted: number): Promise<Position | undefined> {
  const store = await openSqliteEventStore({ path });
  const targets = new Map<string, Target>();
  let held = 0;
  for await (const { events } of store.readAll()) {
    held += events.length;
    for (const event of events) note(event, targets);
  }
  const streams = [...targets.values()];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (held < wanted) {
      held += EVENTS_AT_ONCE;
      const target = streams[next++ % streams.length];
      if (target === undefined) throw new Error('The log holds no subscription.');
      const expectedRevision = target.revision;
      target.revision += EVENTS_AT_ONCE;
      const events = Array.from({ length: EVENTS_AT_ONCE }, (_, index) => change(target, index));
      const { stream } = target.order;
      const outcome = await store.append([{ stream, expectedRevision, events }]);
      if (outcome.kind === 'conflict')
        throw new Error(`${stream} is at ${String(outcome.actual)}.`);
    }
  };
  await Promise.all(Array.from({ length: APPENDS_AT_ONCE }, worker));
  const head = await store.head();
  await store.close();
  return head;
}

function note(event: StoredEvent, targets: Map<string, Target>): void {
  const target = targets.get(event.stream);
  if (target !== undefined) target.revision = event.revision;
  else if (event.type === 'SubscriptionOrdered') {
    targets.set(event.stream, { order: event, revision: event.revision });
  }
}

function change({ order }: Target, index: number): NewEvent {
  const { customerId, subscriptionId, offerId, startsAt } = order.data;
  return {
    id: randomUUID(),
    type: 'SubscriptionQuantityChanged',
    schemaVersion: 1,
    data: {
      customerId: customerId ?? null,
      subscriptionId: subscriptionId ?? null,
      offerId: offerId ?? null,
      from: 10 + (index % 2),
      to: 11 - (index % 2),
      effectiveFrom: startsAt ?? null,
      resellerOfRecord: null,
    },
    metadata: { ...order.metadata, commandId: randomUUID() },
  };
}

void fill(String(process.argv[2]), Number(process.argv[3])).then((head) => {
  process.send?.(head);
  process.disconnect();
});
