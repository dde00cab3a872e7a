import {
  partnershipIdOf,
  type CustomerId,
  type HoldingCounts,
  type PartneredReseller,
  type PartnershipCommand,
  type PeriodId,
  type ProviderId,
} from '@tierbook/domain';
import type {
  AggregateStore,
  CommandPipeline,
  Position,
  ProcessManager,
  RecordedEvent,
} from '@tierbook/eventing';
import { aggregates } from '../aggregates';
import { deriveId } from '../command-message';
import { processContext } from '../process-context';
import { assertAccepted, takeBack, type Ended } from './take-back';

/** What the views know of a period's holdings. */
export interface Holdings {
  /** Returns once the views reflect the position; throws when they do not in time. */
  waitFor(position: Position): Promise<void>;
  /** The customers that the period has anything of. */
  customersOf(periodId: PeriodId): AsyncIterable<{ readonly customerId: CustomerId }>;
  countOf(periodId: PeriodId): Promise<HoldingCounts>;
}

/**
 * Takes back what an ended partnership left with the reseller, or moves it to the successor, customer by
 * customer: each is one command, whose id derives from the period and the customer. What a race records
 * after the end is taken back when it is seen: such a command's id derives from its event.
 */
export class OffBoardingProcess implements ProcessManager {
  readonly name = 'partnership-off-boarding';
  readonly reactsTo = new Set<string>([
    'PartnershipEnded',
    'CustomerResellerChanged',
    'DelegatedAdminGranted',
    'SupportContactDesignated',
    'ResellerOfRecordChanged',
    'ResellerOfRecordCorrected',
  ]);
  private isStopping = false;

  constructor(
    private readonly pipeline: CommandPipeline,
    private readonly aggregateStore: AggregateStore,
    private readonly holdings: Holdings,
  ) {}

  /** Ends the reaction under way after its present customer; the next start goes on. */
  stop(): void {
    this.isStopping = true;
  }

  async react(recorded: RecordedEvent): Promise<void> {
    const { event } = recorded;
    if (event.type === 'PartnershipEnded') await this.offBoard(event.data as Ended, recorded);
    else await this.undoLate(recorded);
  }

  private async offBoard(ended: Ended, { position, id }: RecordedEvent): Promise<void> {
    const { periodId } = ended;
    // Whatever comes after this position is seen as an event of its own.
    await this.holdings.waitFor(position);
    const holdings = await this.holdings.countOf(periodId);
    await this.record(ended, { type: 'plan-off-boarding', periodId, holdings }, id);
    for await (const { customerId } of this.holdings.customersOf(periodId)) {
      if (this.isStopping) throw new Error('Stopped before all customers were off-boarded.');
      await this.takeBack(ended, customerId, deriveId('off-board', periodId, customerId), id);
    }
    await this.record(ended, { type: 'complete-off-boarding', periodId }, id);
  }

  /** What was given to a period that has ended meanwhile. */
  private async undoLate({ event, metadata, id }: RecordedEvent): Promise<void> {
    const to = givenBy(event);
    if (to === null || metadata.tenant === null) return;
    const { resellerId, periodId } = to;
    const ended = { providerId: metadata.tenant as ProviderId, resellerId, periodId };
    const { state } = await this.aggregateStore.load(
      aggregates.partnership,
      partnershipIdOf(ended.providerId, resellerId),
    );
    // Without a plan the end is still to come, here or in the log, and takes this with it.
    const ending = state.status === 'none' ? undefined : state.endings.get(periodId);
    if (ending === undefined || ending.planned === null) return;
    const { customerId } = event.data as { readonly customerId: CustomerId };
    await this.takeBack(ended, customerId, deriveId('off-board', periodId, customerId, id), id);
  }

  private async takeBack(
    ended: Ended,
    customerId: CustomerId,
    commandId: string,
    causationId: string,
  ): Promise<void> {
    const context = processContext(this.name, commandId, causationId);
    await takeBack(this.pipeline, ended, customerId, context);
  }

  private async record(
    { providerId, resellerId, periodId }: Ended,
    command: RecordedStep,
    causationId: string,
  ): Promise<void> {
    const outcome = await this.pipeline.execute({
      name: command.type,
      aggregate: aggregates.partnership,
      id: partnershipIdOf(providerId, resellerId),
      context: processContext(this.name, deriveId(command.type, periodId), causationId),
      authorise: () => ({ ok: {} }),
      gather: (_, now) => ({ ok: { ...command, at: now.toISOString() } }),
    });
    assertAccepted(outcome);
  }
}

type Without<C, Field extends string> = C extends unknown ? Omit<C, Field> : never;
type RecordedStep = Without<
  Extract<PartnershipCommand, { type: 'plan-off-boarding' | 'complete-off-boarding' }>,
  'at'
>;

/** To whom, in which period, the event gives something; `null` where it gives nothing to a reseller. */
function givenBy({ type, data }: RecordedEvent['event']): PartneredReseller | null {
  if (type === 'DelegatedAdminGranted') return data as PartneredReseller;
  const { to } = data as { readonly to: PartneredReseller | { readonly kind: 'provider' } | null };
  return to === null || !('periodId' in to) ? null : to;
}
