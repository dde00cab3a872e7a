import { creditedIn, type PartnershipId } from '@tierbook/domain';
import type { AggregateStore, CommandPipeline } from '@tierbook/eventing';
import { aggregates } from '../aggregates';
import { deriveId } from '../command-message';
import type { Holdings } from '../partnership/off-boarding.process';
import { takeBack, type Ended } from '../partnership/take-back';
import { processContext } from '../process-context';
import type { Schedule } from './scheduler.process';

/** The ended partnerships in which, as far as the views know, subscriptions are still credited. */
export type FindCreditedAfterEnd = () => AsyncIterable<{ readonly partnershipId: PartnershipId }>;

/**
 * Takes back what is still credited to a period that has been off-boarded: an order that credits the reseller
 * without delegating to it, decided at the very moment of the end. The process manager sees the events of all
 * else that a race records; reading every order for the sake of these would cost each of them.
 */
export class LateCreditSchedule implements Schedule {
  readonly name = 'late-credit';

  constructor(
    private readonly pipeline: CommandPipeline,
    private readonly aggregateStore: AggregateStore,
    private readonly find: FindCreditedAfterEnd,
    private readonly holdings: Pick<Holdings, 'customersOf'>,
  ) {}

  async *due(): AsyncGenerator<string> {
    for await (const { partnershipId } of this.find()) yield partnershipId;
  }

  async wake(partnershipId: string): Promise<void> {
    const id = partnershipId as PartnershipId;
    const { state } = await this.aggregateStore.load(aggregates.partnership, id);
    if (state.status === 'none') return;
    const { providerId, resellerId, endings } = state;
    for (const [periodId, { completed }] of endings) {
      // Until then it is the process manager's.
      if (completed) await this.clear({ providerId, resellerId, periodId });
    }
  }

  private async clear(ended: Ended): Promise<void> {
    const { periodId } = ended;
    for await (const { customerId } of this.holdings.customersOf(periodId)) {
      const { state, revision } = await this.aggregateStore.load(aggregates.customer, customerId);
      if (state.status === 'none' || creditedIn(state, periodId).length === 0) continue;
      // One command for what stands there now, whichever process sends it.
      const commandId = deriveId('off-board', periodId, customerId, String(revision));
      await takeBack(this.pipeline, ended, customerId, processContext('scheduler', commandId));
    }
  }
}
