import {
  hasCome,
  nextDueAt,
  type CustomerId,
  type Instant,
  type SubscriptionId,
} from '@tierbook/domain';
import {
  StoreUnavailableError,
  type AggregateStore,
  type CommandPipeline,
} from '@tierbook/eventing';
import { aggregates } from '../aggregates';
import { deriveId } from '../command-message';
import { processContext } from '../process-context';
import type { Schedule } from './scheduler.process';

export interface SubscriptionAddress {
  readonly customerId: CustomerId;
  readonly subscriptionId: SubscriptionId;
}

/** The subscriptions whose next date has come by an instant, as the views know them, the earliest first. */
export type FindDueSubscriptions = (now: Instant) => AsyncIterable<SubscriptionAddress>;

/** Starts, renews and ends subscriptions when their dates come. */
export class SubscriptionSchedule implements Schedule {
  readonly name = 'subscriptions';

  constructor(
    private readonly pipeline: CommandPipeline,
    private readonly aggregateStore: AggregateStore,
    private readonly findDue: FindDueSubscriptions,
  ) {}

  async *due(now: Date): AsyncGenerator<string> {
    for await (const { customerId, subscriptionId } of this.findDue(now.toISOString())) {
      yield `${customerId}/${subscriptionId}`;
    }
  }

  /** One date after the other, until none has come. */
  async wake(key: string, now: Date): Promise<void> {
    const [customerId, subscriptionId] = key.split('/') as [CustomerId, SubscriptionId];
    for (;;) {
      const due = await this.dueAt(customerId, subscriptionId);
      if (due === null || !hasCome(due, now.toISOString())) return;
      await this.advance(customerId, subscriptionId, due);
    }
  }

  private async dueAt(
    customerId: CustomerId,
    subscriptionId: SubscriptionId,
  ): Promise<Instant | null> {
    const { state } = await this.aggregateStore.load(aggregates.customer, customerId);
    const subscription =
      state.status === 'none' ? undefined : state.subscriptions.get(subscriptionId);
    return subscription === undefined ? null : nextDueAt(subscription);
  }

  private async advance(
    customerId: CustomerId,
    subscriptionId: SubscriptionId,
    due: Instant,
  ): Promise<void> {
    // One command for each date of each subscription, whichever process sends it.
    const commandId = deriveId('advance-subscription', customerId, subscriptionId, due);
    const outcome = await this.pipeline.execute({
      name: 'advance-subscription',
      aggregate: aggregates.customer,
      id: customerId,
      resource: subscriptionId,
      context: processContext('scheduler', commandId),
      authorise: () => ({ ok: {} }),
      gather: (_, now) => ({
        ok: { type: 'advance-subscription' as const, at: now.toISOString(), subscriptionId },
      }),
    });
    if (outcome.kind === 'refused') throw new StoreUnavailableError(outcome.refusal.detail);
  }
}
