import { Command } from '@nestjs/cqrs';
import type {
  ChosenReseller,
  Day,
  PartnershipId,
  PartnershipState,
  ResellerId,
} from '@tierbook/domain';
import type { Authority, Gathering, OrRefusal } from '@tierbook/eventing';
import type { Principal } from '@tierbook/identity';
import { checkRole, notFound } from '../access';
import { aggregates } from '../aggregates';
import type { Answer } from '../answer';
import { commandIdOf, contextOf, type Sent } from '../command-message';
import { chosenReseller } from '../customer/gather';
import { plainHandler } from '../one-line-handler';

export interface EndPartnershipInput {
  readonly reason?: string;
  /** Takes over what the reseller has of the provider's customers. The provider's to choose. */
  readonly successorId?: ResellerId;
  /** First day (UTC) that the reseller is no longer credited for; today where left out. The provider's to choose. */
  readonly creditUntil?: Day;
}

/** Either side ends the partnership. */
export class EndPartnershipCommand extends Command<Answer> {
  constructor(
    readonly sent: Sent,
    readonly partnershipId: PartnershipId,
    readonly input: EndPartnershipInput,
  ) {
    super();
  }
}

/** Whether this caller is one of the two sides. */
export function isSideOf({ organisation }: Principal, state: PartnershipState): boolean {
  if (state.status === 'none') return false;
  switch (organisation.kind) {
    case 'provider':
      return organisation.id === state.providerId;
    case 'reseller':
      return organisation.id === state.resellerId;
    default:
      return false;
  }
}

/** What becomes of customers and credit is the provider's to choose. */
function authorise(
  { sent: { principal }, input }: EndPartnershipCommand,
  state: PartnershipState,
): OrRefusal<Authority> {
  if (!isSideOf(principal, state)) return notFound('partnership');
  const allowed = checkRole(principal, 'end-partnership');
  const chooses = input.successorId !== undefined || input.creditUntil !== undefined;
  if ('refusal' in allowed || !chooses) return allowed;
  return checkRole(principal, 'associate-customer-reseller');
}

function endPartnership(message: EndPartnershipCommand) {
  const { sent, partnershipId: id, input } = message;
  const { successorId, ...rest } = input;
  const resource = { type: 'partnership', id, path: `partnerships/${id}` };
  return {
    resource,
    request: {
      name: 'end-partnership',
      aggregate: aggregates.partnership,
      id,
      context: contextOf(sent, commandIdOf(sent, resource.path)),
      authorise: (state: PartnershipState) => authorise(message, state),
      gather: async (gathering: Gathering, now: Date, state: PartnershipState) => ({
        ok: {
          type: 'end-partnership' as const,
          at: now.toISOString(),
          endedBy:
            sent.principal.organisation.kind === 'reseller'
              ? ('reseller' as const)
              : ('provider' as const),
          ...rest,
          ...(await successorOf(gathering, state, successorId)),
        },
      }),
    },
  };
}

async function successorOf(
  gathering: Gathering,
  state: PartnershipState,
  successorId: ResellerId | undefined,
): Promise<{ readonly successor?: ChosenReseller }> {
  if (state.status === 'none') return {};
  const successor = await chosenReseller(gathering, state.providerId, successorId);
  return successor === null ? {} : { successor };
}

export const EndPartnershipHandler = plainHandler(EndPartnershipCommand, endPartnership);
