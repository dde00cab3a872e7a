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

/** The events that a caller may see, as they come. */
@Injectable()
export class EventFeed {
  constructor(
    @Inject(TIERBOOK) private readonly tierbook: Tierbook,
    private readonly sight: EventSight,
  ) {}

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

  private async view(principal: Principal, stored: StoredEvent): Promise<EventView> {
    return eventFor(principal, eventView(await this.tierbook.codec.decode(stored)));
  }
}

/** Whether the event is one of the tenant's own, and not the kernel's. */
export function concerns({ metadata, type }: StoredEvent, tenant: string): boolean {
  return metadata.tenant === tenant && !isKernelEvent(type);
}
