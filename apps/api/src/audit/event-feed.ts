import { Inject, Injectable } from '@nestjs/common';
import {
  isKernelEvent,
  type EventBatch,
  type Position,
  type StoredEvent,
} from '@tierbook/eventing';
import { TIERBOOK, type Tierbook } from '@tierbook/platform';
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

/** A provider's own events, in log order. */
@Injectable()
export class EventFeed {
  constructor(@Inject(TIERBOOK) private readonly tierbook: Tierbook) {}

  /** A page of this tenant's events after a position. Reads a bounded stretch of the log. */
  async page(tenant: string, after: Position | undefined, limit: number): Promise<EventPage> {
    const events: EventView[] = [];
    let nextPosition = after;
    let read = 0;
    for await (const batch of this.tierbook.engines.eventStore.readAll({ after })) {
      for (const stored of batch.events) {
        if (events.length === limit || read === MOST_READ) {
          return { events, nextPosition: nextPosition ?? null, caughtUp: false };
        }
        if (concerns(stored, tenant)) events.push(await this.view(stored));
        nextPosition = stored.position;
        read += 1;
      }
      if (batch.caughtUp) break;
    }
    return { events, nextPosition: nextPosition ?? null, caughtUp: true };
  }

  /** This tenant's events after a position, then as they come, until the signal aborts. */
  async *live(
    tenant: string,
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
        if (concerns(stored, tenant)) yield await this.view(stored);
      }
    }
  }

  /** A page of one stream's events after a revision. */
  async history(
    category: string,
    id: string,
    afterRevision: number,
    limit: number,
  ): Promise<EventHistory> {
    const stream = this.tierbook.aggregates.streamOf(category, id);
    const options = { fromRevision: afterRevision + 1, limit: limit + 1 };
    const found: StoredEvent[] = [];
    for await (const page of this.tierbook.engines.eventStore.readStream(stream, options)) {
      found.push(...page);
    }
    const shown = found.slice(0, limit);
    const more = found.length > limit ? (shown.at(-1)?.revision ?? null) : null;
    const ours = shown.filter(({ type }) => !isKernelEvent(type));
    return {
      events: await Promise.all(ours.map((stored) => this.view(stored))),
      nextRevision: more,
    };
  }

  private async view(stored: StoredEvent): Promise<EventView> {
    return eventView(await this.tierbook.codec.decode(stored));
  }
}

/** Whether the event is one of the tenant's own, and not the kernel's. */
export function concerns({ metadata, type }: StoredEvent, tenant: string): boolean {
  return metadata.tenant === tenant && !isKernelEvent(type);
}
