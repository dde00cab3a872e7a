import { randomUUID } from 'node:crypto';
import { formatPosition, type StoredEvent } from '@tierbook/eventing';
import { Cursors } from '../cursor';
import type { Reads } from '../list';
import type { AnyProjection, Recorded, ViewedEvent } from '../projection';
import { PROJECTIONS } from '../projections';
import { InMemoryReadStore } from '../in-memory-read-store';

export const TEST_PROVIDER = 'provider-1';

/** An event as projections receive it; `ordinal` is its place in the log. */
export function recorded(
  event: ViewedEvent,
  ordinal: number,
  fields: { readonly revision?: number; readonly at?: string; readonly tenant?: string } = {},
): Recorded {
  const { revision = ordinal, at = '2030-01-01T00:00:00.000Z', tenant = TEST_PROVIDER } = fields;
  const metadata: StoredEvent['metadata'] = {
    occurredAt: at,
    recordedAt: at,
    tenant,
    parties: [],
    actor: { kind: 'agent', id: 'agent-1', organisation: tenant },
    commandId: randomUUID(),
    fingerprint: { kid: 'k1', mac: 'bWFj' },
    correlationId: randomUUID(),
    causationId: randomUUID(),
    append: { index: 0, of: 1 },
  };
  return {
    id: randomUUID(),
    stream: 'test',
    revision,
    position: formatPosition('00000000000000aa', ordinal),
    schemaVersion: 1,
    metadata,
    event,
  };
}

/** The documents that a projection makes of these events, in order, from position 1. */
export function foldAll(
  projection: AnyProjection,
  events: readonly (ViewedEvent | Recorded)[],
): Record<string, object> {
  const documents = new Map<string, object>();
  events.forEach((each, index) => {
    const event = 'event' in each ? each : recorded(each, index + 1);
    for (const key of new Set(projection.keysOf(event))) {
      const doc = projection.apply(documents.get(key), event, key);
      if (doc === null) documents.delete(key);
      else documents.set(key, doc);
    }
  });
  return Object.fromEntries(documents);
}

/** Every view built from these events, ready to be queried. */
export async function readsOf(events: readonly (ViewedEvent | Recorded)[]): Promise<Reads> {
  const store = new InMemoryReadStore();
  for (const projection of PROJECTIONS) {
    const build = await store.begin(projection.view);
    const position = formatPosition('00000000000000aa', events.length);
    const documents = Object.entries(foldAll(projection, events)).map(([key, doc]) => {
      return { key, position, doc };
    });
    await store.write([{ build, documents, checkpoint: { position, eventId: 'last' } }]);
    await store.promote(build);
  }
  return { store, cursors: new Cursors(Buffer.alloc(32, 7)) };
}
