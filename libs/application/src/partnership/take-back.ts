import {
  activePeriodOf,
  partnershipIdOf,
  type CustomerId,
  type DelegationId,
  type Ending,
  type PartneredReseller,
  type PeriodId,
  type ProviderId,
  type ResellerId,
} from '@tierbook/domain';
import {
  StoreUnavailableError,
  type CommandContext,
  type CommandOutcome,
  type CommandPipeline,
  type Gathering,
} from '@tierbook/eventing';
import { aggregates } from '../aggregates';
import { deriveId } from '../command-message';

/** A period of a partnership that has ended. */
export interface Ended {
  readonly providerId: ProviderId;
  readonly resellerId: ResellerId;
  readonly periodId: PeriodId;
}

/**
 * Takes back all that the ended period has of the customer, or moves it to the successor that its end named.
 *
 * @throws StoreUnavailableError where others wrote all the while: it is to be tried again.
 */
export async function takeBack(
  pipeline: CommandPipeline,
  { providerId, resellerId, periodId }: Ended,
  customerId: CustomerId,
  context: CommandContext,
): Promise<void> {
  const { commandId } = context;
  const outcome = await pipeline.execute({
    name: 'off-board-reseller',
    aggregate: aggregates.customer,
    id: customerId,
    context,
    authorise: () => ({ ok: {} }),
    gather: async (gathering, now, state) => {
      const ending = await endingOf(gathering, { providerId, resellerId, periodId });
      const delegations = state.status === 'none' ? [] : [...state.delegations.keys()];
      return {
        ok: {
          type: 'off-board-reseller' as const,
          at: now.toISOString(),
          periodId,
          successor: await stillPartner(gathering, providerId, ending?.successor ?? null),
          creditUntil: ending?.creditUntil ?? null,
          delegationIds: new Map(
            delegations.map((id) => [id, deriveId('delegation', commandId, id) as DelegationId]),
          ),
        },
      };
    },
  });
  assertAccepted(outcome);
}

/**
 * For commands that no rule refuses.
 *
 * @throws StoreUnavailableError where others wrote all the while: it is to be tried again.
 */
export function assertAccepted(outcome: CommandOutcome<unknown, unknown>): void {
  if (outcome.kind === 'refused') throw new StoreUnavailableError(outcome.refusal.detail);
}

async function endingOf(
  gathering: Gathering,
  { providerId, resellerId, periodId }: Ended,
): Promise<Ending | undefined> {
  const id = partnershipIdOf(providerId, resellerId);
  const partnership = await gathering.read(aggregates.partnership, id);
  return partnership.status === 'none' ? undefined : partnership.endings.get(periodId);
}

/** The successor, unless its own partnership has ended since. */
async function stillPartner(
  gathering: Gathering,
  providerId: ProviderId,
  successor: PartneredReseller | null,
): Promise<PartneredReseller | null> {
  if (successor === null) return null;
  const id = partnershipIdOf(providerId, successor.resellerId);
  const period = activePeriodOf(await gathering.read(aggregates.partnership, id));
  return period === successor.periodId ? successor : null;
}
