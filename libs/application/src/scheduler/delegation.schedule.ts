import { hasCome, type CustomerId, type DelegationId, type Instant } from '@tierbook/domain';
import {
  StoreUnavailableError,
  type AggregateStore,
  type CommandPipeline,
} from '@tierbook/eventing';
import { aggregates } from '../aggregates';
import { deriveId } from '../command-message';
import { processContext } from '../process-context';
import type { Schedule } from './scheduler.process';

/** The delegations that have run out by an instant, as the views know them, the earliest first. */
export type FindDueDelegations = (now: Instant) => AsyncIterable<{
  readonly customerId: CustomerId;
  readonly delegationId: DelegationId;
}>;

/** Records that delegations have run out. They hold no longer from their end on, recorded or not. */
export class DelegationSchedule implements Schedule {
  readonly name = 'delegations';

  constructor(
    private readonly pipeline: CommandPipeline,
    private readonly aggregateStore: AggregateStore,
    private readonly findDue: FindDueDelegations,
  ) {}

  async *due(now: Date): AsyncGenerator<string> {
    for await (const { customerId, delegationId } of this.findDue(now.toISOString())) {
      yield `${customerId}/${delegationId}`;
    }
  }

  async wake(key: string, now: Date): Promise<void> {
    const [customerId, delegationId] = key.split('/') as [CustomerId, DelegationId];
    const { state } = await this.aggregateStore.load(aggregates.customer, customerId);
    const delegation = state.status === 'none' ? undefined : state.delegations.get(delegationId);
    if (delegation === undefined || !hasCome(delegation.end, now.toISOString())) return;
    // One command for each end of each delegation, whichever process sends it.
    const commandId = deriveId('expire-delegation', customerId, delegationId, delegation.end);
    const outcome = await this.pipeline.execute({
      name: 'expire-delegated-admin',
      aggregate: aggregates.customer,
      id: customerId,
      resource: delegationId,
      context: processContext('scheduler', commandId),
      authorise: () => ({ ok: {} }),
      gather: (_, at) => ({
        ok: { type: 'expire-delegated-admin' as const, at: at.toISOString(), delegationId },
      }),
    });
    if (outcome.kind === 'refused') throw new StoreUnavailableError(outcome.refusal.detail);
  }
}
