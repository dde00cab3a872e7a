import { describe, expect, it } from '@jest/globals';
import type { EventBatch, Position, StoredEvent } from '@tierbook/eventing';
import { BatchSize, gathered } from './batches';

function* batchesOf(sizes: readonly number[]): Generator<EventBatch> {
  for (const [index, size] of sizes.entries()) {
    const events = [{ id: String(index) } as StoredEvent];
    const caughtUp = index === sizes.length - 1;
    yield { events, upTo: String(index) as Position, caughtUp, size };
  }
}

async function* asynchronous<T>(items: Iterable<T>): AsyncGenerator<T> {
  for (const item of items) yield await Promise.resolve(item);
}

describe('batches', () => {
  it.each([
    ['of small events hold many', [1, 1, 1, 1], [4]],
    ['of large events hold few', [5_000_000, 5_000_000, 1, 9_000_000, 1], [2, 2, 1]],
  ])('%s', async (_, sizes, expected) => {
    const counts: number[] = [];
    for await (const { events } of gathered(asynchronous(batchesOf(sizes)), new BatchSize())) {
      counts.push(events.length);
    }
    expect(counts).toEqual(expected);
  });
});
