import type { StateStore } from '@tierbook/state';
import type { EventName } from './parked-keys';
import { keyOf, recordsOf } from './state-records';

/** An event that a document is folded without, by somebody's decision. */
export interface SkippedEvent {
  readonly view: string;
  readonly key: string;
  readonly event: EventName;
  /** Who decided it: an opaque id. */
  readonly by: string;
  readonly why: string;
  /** RFC 3339, UTC. */
  readonly at: string;
}

const SKIPPED = 'skipped-events';

/** What live building, rebuilding, verifying and reads as of a moment all leave out. Never removed. */
export class SkippedEvents {
  readonly #skipped = new Map<string, SkippedEvent>();

  private constructor(private readonly state: StateStore) {}

  static async open(state: StateStore): Promise<SkippedEvents> {
    const skipped = new SkippedEvents(state);
    for await (const { key, value } of recordsOf<SkippedEvent>(state, SKIPPED)) {
      skipped.#skipped.set(key, value);
    }
    return skipped;
  }

  has(view: string, key: string, eventId: string): boolean {
    return this.#skipped.size > 0 && this.#skipped.has(keyOf(view, key, eventId));
  }

  all(): readonly SkippedEvent[] {
    return [...this.#skipped.values()];
  }

  /** Durable when it answers. */
  async add(skipped: SkippedEvent): Promise<void> {
    const key = keyOf(skipped.view, skipped.key, skipped.event.id);
    await this.state.put(SKIPPED, key, { ...skipped, event: { ...skipped.event } });
    this.#skipped.set(key, skipped);
  }
}
