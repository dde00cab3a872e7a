import {
  hasCome,
  nextDueAt,
  type CustomerEvent,
  type CustomerId,
  type Instant,
  type SubscriptionId,
} from '@tierbook/domain';
import {
  StoreUnavailableError,
  type AggregateStore,
  type CommandPipeline,
  type RecordedEvent,
} from '@tierbook/eventing';
import { aggregates } from '../aggregates';
import { deriveId } from '../command-message';
import type { Due, Schedule } from './scheduler.process';

type Ordered = Extract<CustomerEvent, { readonly type: 'SubscriptionOrdered' }>['data'];
type Renewed = Extract<CustomerEvent, { readonly type: 'SubscriptionRenewed' }>['data'];

/** The service itself; nobody sent these commands. */
const ACTOR = { kind: 'process', id: 'scheduler', organisation: 'operator' } as const;

/** Starts, renews and ends subscriptions when their dates come. */
export class SubscriptionSchedule implements Schedule {
  readonly name = 'subscriptions';
  readonly reactsTo = new Set([
    'SubscriptionOrdered',
    'SubscriptionRenewed',
    'SubscriptionCancelled',
    'SubscriptionExpired',
  ]);

  constructor(
    private readonly pipeline: CommandPipeline,
    private readonly aggregateStore: AggregateStore,
  ) {}

  readonly dueBy = ({ event }: RecordedEvent): readonly Due[] => {
    const { customerId, subscriptionId } = event.data as Ordered | Renewed;
    return [{ key: `${customerId}/${subscriptionId}`, at: dateOf(event) }];
  };

  readonly wake = async (key: string, now: Date): Promise<Instant | null> => {
    const [customerId, subscriptionId] = key.split('/') as [CustomerId, SubscriptionId];
    const due = await this.dueAt(customerId, subscriptionId);
    if (due === null || !hasCome(due, now.toISOString())) return due;
    await this.advance(customerId, subscriptionId, due);
    return this.dueAt(customerId, subscriptionId);
  };

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
      context: {
        actor: ACTOR,
        commandId,
        fingerprint: { kid: 'process', mac: commandId },
        isSameCommand: () => true,
        correlationId: commandId,
        causationId: commandId,
      },
      authorise: () => ({ ok: {} }),
      gather: (_, now) => ({
        ok: { type: 'advance-subscription' as const, at: now.toISOString(), subscriptionId },
      }),
    });
    if (outcome.kind === 'refused') throw new StoreUnavailableError(outcome.refusal.detail);
  }
}

/** When something happens next by itself, as the event says. */
function dateOf({ type, data }: RecordedEvent['event']): Instant | null {
  if (type === 'SubscriptionRenewed') return (data as Renewed).termEndsAt;
  if (type !== 'SubscriptionOrdered') return null;
  const { status, startsAt, termEndsAt } = data as Ordered;
  return status === 'pending' ? startsAt : termEndsAt;
}
