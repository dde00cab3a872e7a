import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import {
  activePeriodOf,
  partnershipIdOf,
  type AcceptPartnership,
  type PartnershipRequestAccepted,
  type PartnershipRequestCommand,
  type PartnershipRequestEvent,
  type PartnershipRequestId,
  type PartnershipRequestState,
  type PeriodId,
  type ResellerId,
} from '@tierbook/domain';
import {
  CommandPipeline,
  type CommandContext,
  type CommandRequest,
  type Gathering,
  type PlannedOutcome,
} from '@tierbook/eventing';
import {
  organisationIdOf,
  Invitations,
  parseInvitationToken,
  type PresentedInvitation,
} from '@tierbook/identity';
import { checkRole } from '../access';
import { aggregates } from '../aggregates';
import { answerOf, type Answer, type ResourceRef } from '../answer';
import { commandIdOf, contextOf, deriveId, type Sent } from '../command-message';
import { beginPartnership } from './begin-partnership';

/** The reseller accepts the partnership that the link offers. */
export class AcceptPartnershipCommand extends Command<Answer> {
  constructor(
    readonly sent: Sent,
    readonly input: { readonly token: string; readonly consent: boolean },
  ) {
    super();
  }
}

/** The reseller declines it. */
export class DeclinePartnershipCommand extends Command<Answer> {
  constructor(
    readonly sent: Sent,
    readonly input: { readonly token: string; readonly reason?: string },
  ) {
    super();
  }
}

type OnRequest = CommandRequest<
  PartnershipRequestCommand,
  PartnershipRequestState,
  PartnershipRequestEvent
>;

const UNKNOWN_INVITATION = {
  refusal: {
    code: 'invitation-unknown',
    detail: 'No invitation has this link.',
    fields: [{ pointer: '/token', detail: 'This token was not made here, or was changed.' }],
  },
};

/** What accepting and declining have in common: the link names the stream, and proves that it was sent. */
function requestBy(
  token: PresentedInvitation,
  sent: Sent,
  action: 'accept-partnership' | 'decline-partnership',
  collection: string,
): Omit<OnRequest, 'gather'> {
  return {
    name: action,
    aggregate: aggregates.partnershipRequest,
    id: token.requestId,
    claimsKey: true,
    context: contextOf(sent, commandIdOf(sent, collection)),
    authorise: () => checkRole(sent.principal, action),
  };
}

/** Generation of the link that was followed: the current one, or one that it replaced. */
export function generationOf(
  token: PresentedInvitation,
  state: PartnershipRequestState,
  invitations: Invitations,
): number | undefined {
  if (state.status === 'none') return undefined;
  for (let generation = state.generation; generation >= 1; generation -= 1) {
    if (invitations.verify(token, generation)) return generation;
  }
  return undefined;
}

@CommandHandler(AcceptPartnershipCommand)
export class AcceptPartnershipHandler implements ICommandHandler<AcceptPartnershipCommand> {
  constructor(
    private readonly pipeline: CommandPipeline,
    private readonly invitations: Invitations,
  ) {}

  async execute({ sent, input }: AcceptPartnershipCommand): Promise<Answer> {
    const token = parseInvitationToken(input.token);
    if (token === undefined) return { kind: 'refused', ...UNKNOWN_INVITATION };
    const base = requestBy(token, sent, 'accept-partnership', 'partnership-acceptances');
    const accepted = await this.pipeline.execute({
      ...base,
      gather: async (gathering, now, state) => {
        const generation = generationOf(token, state, this.invitations);
        if (generation === undefined) return UNKNOWN_INVITATION;
        const gathered = await gatherAcceptance(gathering, sent, state, base.context.commandId);
        return {
          ok: { ...gathered, at: now.toISOString(), generation, consent: input.consent },
        };
      },
    });
    switch (accepted.kind) {
      case 'refused':
        return accepted;
      case 'planned':
        return this.planBoth(accepted, sent, base.context);
      case 'accepted': {
        const data = acceptanceIn(accepted.events);
        const begun = await this.pipeline.execute(beginPartnership({ ...base.context, data }));
        return answerOf(begun, partnershipResource(data), () => ({}));
      }
    }
  }

  /** The plan of the first half has read the second's stream too, so that its id holds both to it. */
  private async planBoth(
    first: PlannedOutcome<PartnershipRequestState, PartnershipRequestEvent>,
    { principal }: Sent,
    context: CommandContext,
  ): Promise<Answer> {
    if (first.state.status === 'none') throw new Error('Only an existing request is planned on.');
    const { providerId } = first.state;
    const resellerId = organisationIdOf(principal) as ResellerId;
    const answer = answerOf(first, partnershipResource({ providerId, resellerId }), () => ({}));
    if (answer.kind !== 'planned' || first.verdict.kind !== 'accepted') return answer;
    const data = acceptanceIn(first.steps.flat());
    const second = await this.pipeline.execute(beginPartnership({ ...context, data }));
    if (second.kind === 'refused') return second;
    if (second.kind === 'accepted') throw new Error('A dry run began a partnership.');
    return { ...answer, events: [...answer.events, ...second.steps.flat()] };
  }
}

function acceptanceIn(
  events: readonly PartnershipRequestEvent[],
): PartnershipRequestAccepted['data'] {
  const event = events.find(({ type }) => type === 'PartnershipRequestAccepted');
  if (event?.type === 'PartnershipRequestAccepted') return event.data;
  throw new Error('An accepted accept-partnership has no PartnershipRequestAccepted.');
}

async function gatherAcceptance(
  gathering: Gathering,
  sent: Sent,
  state: PartnershipRequestState,
  commandId: string,
): Promise<Omit<AcceptPartnership, 'at' | 'generation' | 'consent'>> {
  if (state.status === 'none') throw new Error('Only an existing request is accepted.');
  const resellerId = organisationIdOf(sent.principal) as ResellerId;
  const [reseller, provider, partnership] = await Promise.all([
    gathering.read(aggregates.reseller, resellerId),
    gathering.read(aggregates.provider, state.providerId),
    gathering.read(aggregates.partnership, partnershipIdOf(state.providerId, resellerId)),
  ]);
  if (provider.status === 'none') throw new Error(`Provider ${state.providerId} does not exist.`);
  return {
    type: 'accept-partnership',
    reseller: {
      resellerId,
      enrolled: reseller.status === 'enrolled',
      suspended: reseller.status === 'suspended',
      country: reseller.status === 'none' ? null : reseller.country,
    },
    providerCountry: provider.country,
    activePeriod: activePeriodOf(partnership),
    periodId: deriveId('period', commandId) as PeriodId,
  };
}

function partnershipResource(event: {
  readonly providerId: Parameters<typeof partnershipIdOf>[0];
  readonly resellerId: ResellerId;
}): ResourceRef {
  const id = partnershipIdOf(event.providerId, event.resellerId);
  return { type: 'partnership', id, path: `partnerships/${id}` };
}

@CommandHandler(DeclinePartnershipCommand)
export class DeclinePartnershipHandler implements ICommandHandler<DeclinePartnershipCommand> {
  constructor(
    private readonly pipeline: CommandPipeline,
    private readonly invitations: Invitations,
  ) {}

  async execute({ sent, input }: DeclinePartnershipCommand): Promise<Answer> {
    const token = parseInvitationToken(input.token);
    if (token === undefined) return { kind: 'refused', ...UNKNOWN_INVITATION };
    const { reason } = input;
    const outcome = await this.pipeline.execute({
      ...requestBy(token, sent, 'decline-partnership', 'partnership-declines'),
      gather: (_, now, state) => {
        const generation = generationOf(token, state, this.invitations);
        if (generation === undefined) return UNKNOWN_INVITATION;
        return {
          ok: {
            type: 'decline-partnership' as const,
            at: now.toISOString(),
            generation,
            resellerId: organisationIdOf(sent.principal) as ResellerId,
            ...(reason === undefined ? {} : { reason }),
          },
        };
      },
    });
    const id = token.requestId as PartnershipRequestId;
    const resource = { type: 'partnership-request', id, path: `partnership-requests/${id}` };
    return answerOf(outcome, resource, () => ({}));
  }
}
