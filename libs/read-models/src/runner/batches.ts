import type { EventBatch, StoredEvent } from '@tierbook/eventing';

const LEAST = 250;
const MOST = 4_000;
/** A batch ends where its events have so many characters, however few they are. */
const MOST_CHARACTERS = 8_000_000;
const QUICK_MS = 25;
const SLOW_MS = 100;

/**
 * How many events to move at once: more while that goes quickly, so that a backlog takes few transactions and
 * writes few documents twice; fewer where other views would have to wait for it.
 */
export class BatchSize {
  #events = LEAST;

  get events(): number {
    return this.#events;
  }

  /** A batch of this size took so long. */
  took(milliseconds: number): void {
    if (milliseconds < QUICK_MS) this.#events = Math.min(this.#events * 2, MOST);
    if (milliseconds > SLOW_MS) this.#events = Math.max(this.#events / 2, LEAST);
  }
}

/**
 * Puts a subscription's batches together until they hold so many events, or so large ones, or the log's end is reached.
 */
export async function* gathered(
  batches: AsyncIterable<EventBatch>,
  size: BatchSize,
): AsyncGenerator<EventBatch> {
  let events: readonly StoredEvent[] = [];
  let characters = 0;
  for await (const batch of batches) {
    events = events.length === 0 ? batch.events : [...events, ...batch.events];
    characters += batch.size ?? 0;
    const isFull = events.length >= size.events || characters >= MOST_CHARACTERS;
    if (!batch.caughtUp && !isFull) continue;
    yield { ...batch, events };
    events = [];
    characters = 0;
  }
}
