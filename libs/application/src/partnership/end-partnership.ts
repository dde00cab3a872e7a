import { Command } from '@nestjs/cqrs';
import type { PartnershipId, PartnershipState } from '@tierbook/domain';
import type { Authority, OrRefusal } from '@tierbook/eventing';
import type { Principal } from '@tierbook/identity';
import { checkRole, notFound } from '../access';
import { aggregates } from '../aggregates';
import type { Answer } from '../answer';
import { commandIdOf, contextOf, type Sent } from '../command-message';
import { plainHandler } from '../one-line-handler';

/** Either side ends the partnership. */
export class EndPartnershipCommand extends Command<Answer> {
  constructor(
    readonly sent: Sent,
    readonly partnershipId: PartnershipId,
    readonly input: { readonly reason?: string },
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

function authorise(principal: Principal, state: PartnershipState): OrRefusal<Authority> {
  return isSideOf(principal, state)
    ? checkRole(principal, 'end-partnership')
    : notFound('partnership');
}

function endPartnership({ sent, partnershipId: id, input }: EndPartnershipCommand) {
  const resource = { type: 'partnership', id, path: `partnerships/${id}` };
  return {
    resource,
    request: {
      name: 'end-partnership',
      aggregate: aggregates.partnership,
      id,
      context: contextOf(sent, commandIdOf(sent, resource.path)),
      authorise: (state: PartnershipState) => authorise(sent.principal, state),
      gather: (_: unknown, now: Date) => ({
        ok: {
          type: 'end-partnership' as const,
          at: now.toISOString(),
          endedBy:
            sent.principal.organisation.kind === 'reseller'
              ? ('reseller' as const)
              : ('provider' as const),
          ...input,
        },
      }),
    },
  };
}

export const EndPartnershipHandler = plainHandler(EndPartnershipCommand, endPartnership);
