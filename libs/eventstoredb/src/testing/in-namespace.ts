import {
  type AppendOutcome,
  canonically,
  type EventBatch,
  type EventStore,
  type ReadStreamOptions,
  type StoredEvent,
  type StreamWrite,
  type SubscribeOptions,
} from '@tierbook/eventing';

/**
 * A store as its contract suite uses it, with streams named as they come: each test's are in a namespace of
 * their own, so that all tests share one server and one client.
 */
export function inNamespace(store: EventStore, namespace: string): EventStore {
  const prefix = `${namespace}.`;
  const bare = (event: StoredEvent): StoredEvent => ({
    ...event,
    stream: event.stream.slice(prefix.length),
  });
  async function* bareBatches(batches: AsyncIterable<EventBatch>): AsyncGenerator<EventBatch> {
    for await (const batch of batches) yield { ...batch, events: batch.events.map(bare) };
  }
  async function* bareStream(
    stream: string,
    options?: ReadStreamOptions,
  ): AsyncGenerator<readonly StoredEvent[]> {
    for await (const page of store.readStream(prefix + stream, options)) yield page.map(bare);
  }
  async function* bareBackwards(
    options?: Parameters<EventStore['readBackwards']>[0],
  ): AsyncGenerator<readonly StoredEvent[]> {
    for await (const page of store.readBackwards(options)) yield page.map(bare);
  }
  return {
    logId: store.logId,
    append: async (writes: readonly StreamWrite[]): Promise<AppendOutcome> => {
      const outcome = await store.append(
        writes.map((write) => ({ ...write, stream: prefix + write.stream })),
      );
      if (outcome.kind === 'appended') return outcome;
      return { ...outcome, stream: outcome.stream.slice(prefix.length) };
    },
    readStream: bareStream,
    readAll: (options) => bareBatches(store.readAll(options)),
    readBackwards: bareBackwards,
    // The name is part of the text.
    readCanonical: (options) => canonically(bareBatches(store.readAll(options))),
    subscribe: (options?: SubscribeOptions) => bareBatches(store.subscribe(options)),
    eventAt: async (position) => {
      const event = await store.eventAt(position);
      return event && bare(event);
    },
    head: () => store.head(),
    positionAt: (time) => store.positionAt(time),
    close: () => store.close(),
  };
}
