import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject, NewEvent, StoredEvent } from '@tierbook/eventing';
import type { Service } from './service';

const GOLDEN = join(__dirname, '..', '..', '..', 'libs', 'domain', 'src', 'customer', 'golden');

/**
 * Plants an event that no decider would write, in a stream of its own, so that commands go on: the
 * subscription's document takes it, and then cannot take the next change of its quantity. The service is
 * started anew.
 */
export async function plantFault(
  service: Service,
  { id, sid }: { readonly id: string; readonly sid: string },
): Promise<void> {
  await service.stop();
  const store = await service.kept.openLog();
  try {
    const ordered = await orderOf(store.readAll(), sid);
    const file = join(GOLDEN, 'SubscriptionRenewed.v1.json');
    const golden = JSON.parse(readFileSync(file, 'utf8')) as { readonly data: JsonObject };
    const { offerId = '', offer = '', quantity = 0, termEndsAt = '' } = ordered.data;
    const event: NewEvent = {
      id: randomUUID(),
      type: 'SubscriptionRenewed',
      schemaVersion: 1,
      data: {
        ...golden.data,
        customerId: id,
        subscriptionId: sid,
        from: { offerId, quantity, termEndsAt },
        offerId,
        offer,
        quantity,
        termEndsAt,
        refund: null,
      },
      metadata: { ...ordered.metadata, commandId: randomUUID(), correlationId: randomUUID() },
    };
    const stream = `tierbook.customer-${randomUUID()}`;
    await store.append([{ stream, expectedRevision: 'no_stream', events: [event] }]);
  } finally {
    await store.close();
  }
  await service.start();
}

async function orderOf(
  batches: AsyncIterable<{ readonly events: readonly StoredEvent[] }>,
  sid: string,
): Promise<StoredEvent> {
  for await (const { events } of batches) {
    const found = events.find(
      ({ type, data }) => type === 'SubscriptionOrdered' && data['subscriptionId'] === sid,
    );
    if (found !== undefined) return found;
  }
  throw new Error(`Nobody ordered ${sid}.`);
}
