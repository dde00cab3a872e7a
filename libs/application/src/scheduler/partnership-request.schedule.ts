import { hasCome, requestDueAt, type Instant, type PartnershipRequestId } from '@tierbook/domain';
import {
  StoreUnavailableError,
  type AggregateStore,
  type CommandPipeline,
} from '@tierbook/eventing';
import { aggregates } from '../aggregates';
import { deriveId } from '../command-message';
import { processContext } from '../process-context';
import type { Schedule } from './scheduler.process';

/** The requests whose next date has come by an instant, as the views know them, the earliest first. */
export type FindDueRequests = (now: Instant) => AsyncIterable<{
  readonly requestId: PartnershipRequestId;
}>;

/** Records that a request should be sent again, seven days before it expires, and that it has expired. */
export class PartnershipRequestSchedule implements Schedule {
  readonly name = 'partnership-requests';

  constructor(
    private readonly pipeline: CommandPipeline,
    private readonly aggregateStore: AggregateStore,
    private readonly findDue: FindDueRequests,
  ) {}

  async *due(now: Date): AsyncGenerator<string> {
    for await (const { requestId } of this.findDue(now.toISOString())) yield requestId;
  }

  async wake(id: string, now: Date): Promise<void> {
    const { state } = await this.aggregateStore.load(aggregates.partnershipRequest, id);
    const due = requestDueAt(state);
    if (due === null || !hasCome(due, now.toISOString())) return;
    const commandId = deriveId('advance-partnership-request', id, due);
    const outcome = await this.pipeline.execute({
      name: 'advance-partnership-request',
      aggregate: aggregates.partnershipRequest,
      id,
      context: processContext('scheduler', commandId),
      authorise: () => ({ ok: {} }),
      gather: (_, at) => ({
        ok: { type: 'advance-partnership-request' as const, at: at.toISOString() },
      }),
    });
    if (outcome.kind === 'refused') throw new StoreUnavailableError(outcome.refusal.detail);
  }
}
