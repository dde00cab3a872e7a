import { Inject, Injectable } from '@nestjs/common';
import {
  isKernelEvent,
  type EventBatch,
  type Position,
  type StoredEvent,
} from '@tierbook/eventing';
import type { Principal } from '@tierbook/identity';
import { TIERBOOK, type Tierbook } from '@tierbook/platform';
import { EventSight, eventFor } from './event-sight';
import { eventView, type EventView } from './event-view';

export interface EventPage {
  readonly events: readonly EventView[];
  /** Where to go on from; also when there were none of the caller's among those read. `null`: an empty log. */
  readonly nextPosition: string | null;
  /** The end of the log was reached. */
  readonly caughtUp: boolean;
}

/** A page of one stream's events. */
export interface EventHistory {
  readonly events: readonly EventView[];
  /** Where to go on from; `null` where there is nothing more. */
  readonly nextRevision: number | null;
}

/** What one page reads at the most: the caller's events may lie far apart among those of others. */
const MOST_READ = 10_000;

/** The events that a caller may see, in log order. */
@Injectable()
export class EventFeed {
  constructor(
    @Inject(TIERBOOK) private readonly tierbook: Tierbook,
    private readonly sight: EventSight,
  ) {}

  /** A page of this caller's events after a position. Reads a bounded stretch of the log. */
  async page(principal: Principal, after: Position | undefined, limit: number): Promise<EventPage> {
    const sees = this.sight.now(principal);
    const events: EventView[] = [];
    let nextPosition = after;
    let read = 0;
    for await (const batch of this.tierbook.engines.eventStore.readAll({ after })) {
      for (const stored of batch.events) {
        if (events.length === limit || read === MOST_READ) {
          return { events, nextPosition: nextPosition ?? null, caughtUp: false };
        }
        if (await sees(stored)) events.push(await this.view(principal, stored));
        nextPosition = stored.position;
        read += 1;
      }
      if (batch.caughtUp) break;
    }
    return { events, nextPosition: nextPosition ?? null, caughtUp: true };
  }

  /**
   * This caller's events after a position, then as they come, until the signal aborts. Its rights are
   * asked anew for each event.
   */
  async *live(
    principal: Principal,
    after: Position | undefined,
    signal: AbortSignal,
  ): AsyncGenerator<EventView> {
    const batches: AsyncIterable<EventBatch> = this.tierbook.engines.eventStore.subscribe({
      after,
      signal,
    });
    for await (const { events } of batches) {
      for (const stored of events) {
        if (signal.aborted) return;
        const sees = this.sight.now(principal);
        if (await sees(stored)) yield await this.view(principal, stored);
      }
    }
  }

  /** A page of one stream's events after a revision, as far as the caller may see them. */
  async history(
    principal: Principal,
    category: string,
    id: string,
    { afterRevision, limit }: { readonly afterRevision: number; readonly limit: number },
  ): Promise<EventHistory> {
    const stream = this.tierbook.aggregates.streamOf(category, id);
    const options = { fromRevision: afterRevision + 1, limit: limit + 1 };
    const found: StoredEvent[] = [];
    for await (const page of this.tierbook.engines.eventStore.readStream(stream, options)) {
      found.push(...page);
    }
    const shown = found.slice(0, limit);
    const more = found.length > limit ? (shown.at(-1)?.revision ?? null) : null;
    const sees = this.sight.now(principal);
    const events: EventView[] = [];
    for (const stored of shown) {
      if (await sees(stored)) events.push(await this.view(principal, stored));
    }
    return { events, nextRevision: more };
  }

  private async view(principal: Principal, stored: StoredEvent): Promise<EventView> {
    return eventFor(principal, eventView(await this.tierbook.codec.decode(stored)));
  }
}

/** Whether the event is one of the tenant's own, and not the kernel's. */
export function concerns({ metadata, type }: StoredEvent, tenant: string): boolean {
  return metadata.tenant === tenant && !isKernelEvent(type);
}
