import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type {
  DraftLanguage,
  DraftText,
  PartnershipRequestCommand,
  PartnershipRequestEvent,
  PartnershipRequestId,
  PartnershipRequestState,
  ProviderId,
} from '@tierbook/domain';
import { CommandPipeline, type CommandRequest } from '@tierbook/eventing';
import { checkOwner, checkProvider } from '../access';
import { organisationIdOf, References } from '@tierbook/identity';
import { aggregates } from '../aggregates';
import { answerOf, type Answer, type ResourceRef } from '../answer';
import { commandIdOf, contextOf, deriveId, type Sent } from '../command-message';
import { plainHandler } from '../one-line-handler';
import type { InvitationDraft } from './invitation-draft';
import { InvitationReader, type InvitationLink } from './invitation-reader';

export interface RequestPartnershipInput {
  readonly email: string;
  readonly language: DraftLanguage;
  readonly draft?: DraftText;
}

/** The link that was made, and a text to send it with. */
export interface InvitationBody {
  readonly link?: string;
  readonly draft?: InvitationDraft;
}

/** A provider invites a reseller, by the e-mail address it goes to. */
export class RequestPartnershipCommand extends Command<Answer<InvitationBody>> {
  constructor(
    readonly sent: Sent,
    readonly input: RequestPartnershipInput,
  ) {
    super();
  }
}

/** The provider sends the request again; with a new link, the former one ends. */
export class RemindPartnershipRequestCommand extends Command<Answer<InvitationBody>> {
  constructor(
    readonly sent: Sent,
    readonly requestId: PartnershipRequestId,
    readonly input: { readonly newLink: boolean },
  ) {
    super();
  }
}

/** The provider notes that the mail with the invitation came back. */
export class NotePartnershipRequestBounceCommand extends Command<Answer> {
  constructor(
    readonly sent: Sent,
    readonly requestId: PartnershipRequestId,
    readonly input: { readonly note: string },
  ) {
    super();
  }
}

/** The provider takes the request back. */
export class WithdrawPartnershipRequestCommand extends Command<Answer> {
  constructor(
    readonly sent: Sent,
    readonly requestId: PartnershipRequestId,
  ) {
    super();
  }
}

type RequestOnRequest = CommandRequest<
  PartnershipRequestCommand,
  PartnershipRequestState,
  PartnershipRequestEvent
>;

/** Sends a command that makes a link, and answers link and draft. */
async function sendWithLink(
  pipeline: CommandPipeline,
  invitations: InvitationReader,
  request: RequestOnRequest,
): Promise<Answer<InvitationBody>> {
  const id = request.id as PartnershipRequestId;
  const outcome = await pipeline.execute(request);
  const invitation =
    outcome.kind === 'accepted'
      ? await invitations.read(id, linkMadeBy(outcome.events))
      : undefined;
  return answerOf(outcome, resourceOf(id), () =>
    invitation === undefined ? {} : { link: invitation.link, draft: invitation.draft },
  );
}

/** The link as the command left it: a repeated command answers the link that it made then. */
function linkMadeBy(events: readonly PartnershipRequestEvent[]): InvitationLink | undefined {
  const last = events.at(-1);
  switch (last?.type) {
    case 'PartnershipRequested':
      return last.data;
    case 'PartnershipRequestReminded':
      return { generation: last.data.generation.to, expiresAt: last.data.expiresAt.to };
    default:
      return undefined;
  }
}

@CommandHandler(RequestPartnershipCommand)
export class RequestPartnershipHandler implements ICommandHandler<RequestPartnershipCommand> {
  constructor(
    private readonly pipeline: CommandPipeline,
    private readonly invitations: InvitationReader,
    private readonly references: References,
  ) {}

  execute({ sent, input }: RequestPartnershipCommand): Promise<Answer<InvitationBody>> {
    const commandId = commandIdOf(sent, 'partnership-requests');
    const requestId = deriveId('partnership-request', commandId) as PartnershipRequestId;
    const providerId = organisationIdOf(sent.principal) as ProviderId;
    return sendWithLink(this.pipeline, this.invitations, {
      name: 'request-partnership',
      aggregate: aggregates.partnershipRequest,
      id: requestId,
      context: contextOf(sent, commandId),
      authorise: (_, gathering) => checkProvider(sent.principal, 'request-partnership', gathering),
      gather: (_, now) => ({
        ok: {
          type: 'request-partnership',
          at: now.toISOString(),
          requestId,
          providerId,
          emailKey: this.references.emailKey(input.email),
          ...input,
        },
      }),
    });
  }
}

@CommandHandler(RemindPartnershipRequestCommand)
export class RemindPartnershipRequestHandler implements ICommandHandler<RemindPartnershipRequestCommand> {
  constructor(
    private readonly pipeline: CommandPipeline,
    private readonly invitations: InvitationReader,
  ) {}

  execute(message: RemindPartnershipRequestCommand): Promise<Answer<InvitationBody>> {
    const command = { type: 'remind-partnership-request', ...message.input } as const;
    return sendWithLink(this.pipeline, this.invitations, onOwnRequest(message, command));
  }
}

/** What a provider does with a request of its own. */
function onOwnRequest(
  message: { readonly sent: Sent; readonly requestId: PartnershipRequestId },
  command:
    | { readonly type: 'withdraw-partnership-request' }
    | { readonly type: 'note-partnership-request-bounce'; readonly note: string }
    | { readonly type: 'remind-partnership-request'; readonly newLink: boolean },
): RequestOnRequest {
  const { sent, requestId: id } = message;
  return {
    name: command.type,
    aggregate: aggregates.partnershipRequest,
    id,
    context: contextOf(sent, commandIdOf(sent, resourceOf(id).path)),
    authorise: (state) =>
      checkOwner(
        sent.principal,
        command.type,
        state.status === 'none' ? null : state.providerId,
        'partnership request',
      ),
    gather: (_, now) => ({ ok: { ...command, at: now.toISOString() } }),
  };
}

function resourceOf(id: PartnershipRequestId): ResourceRef {
  return { type: 'partnership-request', id, path: `partnership-requests/${id}` };
}

export const partnershipRequestHandlers = [
  RequestPartnershipHandler,
  RemindPartnershipRequestHandler,
  plainHandler(NotePartnershipRequestBounceCommand, (message) => ({
    resource: resourceOf(message.requestId),
    request: onOwnRequest(message, {
      type: 'note-partnership-request-bounce',
      ...message.input,
    }),
  })),
  plainHandler(WithdrawPartnershipRequestCommand, (message) => ({
    resource: resourceOf(message.requestId),
    request: onOwnRequest(message, { type: 'withdraw-partnership-request' }),
  })),
];
