import {
  partnershipIdOf,
  type PartnershipCommand,
  type PartnershipEvent,
  type PartnershipRequestAccepted,
  type PartnershipState,
} from '@tierbook/domain';
import type { CommandContext, CommandRequest } from '@tierbook/eventing';
import { aggregates } from '../aggregates';
import { deriveId } from '../command-message';

/** The acceptance that a partnership begins with, and the context of its command. */
export interface Acceptance extends Omit<CommandContext, 'isSameCommand'> {
  readonly data: PartnershipRequestAccepted['data'];
}

/**
 * The second half of an acceptance: the partnership's own stream. The accepting request sends it at once,
 * a process manager after a crash; its commandId derives from the acceptance's, so both are one command.
 */
export function beginPartnership(
  acceptance: Acceptance,
): CommandRequest<PartnershipCommand, PartnershipState, PartnershipEvent> {
  const { data, commandId, ...context } = acceptance;
  const { providerId, resellerId, requestId, periodId } = data;
  return {
    name: 'begin-partnership',
    aggregate: aggregates.partnership,
    id: partnershipIdOf(providerId, resellerId),
    context: {
      ...context,
      commandId: deriveId('begin-partnership', commandId),
      isSameCommand: () => true,
      // They are about the request, and were looked at when it was accepted.
      ifMatch: undefined,
      ifPlan: undefined,
    },
    authorise: () => ({ ok: {} }),
    gather: (_, now) => ({
      ok: {
        type: 'begin-partnership',
        at: now.toISOString(),
        providerId,
        resellerId,
        requestId,
        periodId,
      },
    }),
  };
}
