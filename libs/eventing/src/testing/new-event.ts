import { randomUUID } from 'node:crypto';
import type { NewEvent } from '../envelope';

/** An event to append where a test does not care for its content; `fields` replaces any part of it. */
export function newEvent(fields: Partial<NewEvent> = {}): NewEvent {
  return {
    id: randomUUID(),
    type: 'SomethingHappened',
    schemaVersion: 1,
    data: {},
    metadata: {
      occurredAt: '2030-01-01T00:00:00.000Z',
      recordedAt: '2030-01-01T00:00:00.000Z',
      tenant: 'provider-1',
      parties: [{ id: 'customer-1', as: 'customer' }],
      actor: { kind: 'agent', id: 'agent-1', organisation: 'provider-1' },
      commandId: '8d2f1c1e-2f7b-5c3a-9a55-0c2a4d6a1b10',
      fingerprint: { kid: 'k1', mac: 'bWFj' },
      correlationId: '0193a1de-0000-7000-8000-000000000001',
      causationId: '0193a1de-0000-7000-8000-000000000002',
    },
    ...fields,
  };
}

/** So many events to append, told apart by their `data.n`, counted from `first`. */
export function newEvents(count: number, first = 0): NewEvent[] {
  return Array.from({ length: count }, (_, index) => newEvent({ data: { n: first + index } }));
}
