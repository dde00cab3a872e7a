import { Command } from '@nestjs/cqrs';
import type { ResellerId } from '@tierbook/domain';
import type { Authority, OrRefusal } from '@tierbook/eventing';
import type { Principal } from '@tierbook/identity';
import { checkRole, notFound } from '../access';
import { aggregates } from '../aggregates';
import type { Answer } from '../answer';
import { commandIdOf, contextOf, deriveId, type Sent } from '../command-message';
import { plainHandler } from '../one-line-handler';
import { isPhoneNumber } from '../phone';

export interface ApplyResellerInput {
  readonly partnerId: string;
  readonly name: string;
  readonly email: string;
  readonly country: string;
  readonly state?: string;
  readonly phone?: string;
}

/** A reseller asks to be enrolled in the programme. */
export class ApplyResellerCommand extends Command<Answer> {
  constructor(
    readonly sent: Sent,
    readonly input: ApplyResellerInput,
  ) {
    super();
  }
}

/** The operator enrols a reseller. */
export class ApproveResellerCommand extends Command<Answer> {
  constructor(
    readonly sent: Sent,
    readonly resellerId: ResellerId,
  ) {
    super();
  }
}

/** The operator turns an application down. */
export class RejectResellerCommand extends Command<Answer> {
  constructor(
    readonly sent: Sent,
    readonly resellerId: ResellerId,
    readonly input: { readonly reason?: string },
  ) {
    super();
  }
}

/** A reseller's id: the same partner id always gives the same one. */
export function resellerIdOf(partnerId: string): ResellerId {
  return deriveId('reseller', partnerId) as ResellerId;
}

function resourceOf(id: ResellerId) {
  return { type: 'reseller', id, path: `resellers/${id}` };
}

function checkApplicant({ organisation }: Principal, id: ResellerId): OrRefusal<Authority> {
  if (organisation.kind === 'reseller' && organisation.id === id) return { ok: {} };
  return {
    refusal: {
      code: 'partner-id-not-yours',
      detail:
        "The partner id is not that of the caller's organisation. Apply with your own partner id.",
    },
  };
}

function applyReseller({ sent, input }: ApplyResellerCommand) {
  const id = resellerIdOf(input.partnerId);
  const commandId = commandIdOf(sent, 'resellers');
  return {
    resource: resourceOf(id),
    request: {
      name: 'apply-reseller',
      aggregate: aggregates.reseller,
      id,
      claimsKey: true,
      context: contextOf(sent, commandId),
      authorise: () => {
        const allowed = checkRole(sent.principal, 'apply-reseller');
        return 'refusal' in allowed ? allowed : checkApplicant(sent.principal, id);
      },
      gather: (_: unknown, now: Date) => ({
        ok: {
          type: 'apply-reseller' as const,
          at: now.toISOString(),
          resellerId: id,
          ...input,
          phoneIsValid: isPhoneNumber(input.phone, input.country),
        },
      }),
    },
  };
}

/** What the operator decides on an application. */
function decideOn(
  { sent, resellerId: id }: ApproveResellerCommand | RejectResellerCommand,
  decision:
    | { readonly type: 'approve-reseller' }
    | { readonly type: 'reject-reseller'; readonly reason?: string },
) {
  const resource = resourceOf(id);
  return {
    resource,
    request: {
      name: decision.type,
      aggregate: aggregates.reseller,
      id,
      context: contextOf(sent, commandIdOf(sent, resource.path)),
      authorise: ({ status }: { readonly status: string }) => {
        const allowed = checkRole(sent.principal, decision.type);
        return 'ok' in allowed && status === 'none' ? notFound('reseller') : allowed;
      },
      gather: (_: unknown, now: Date) => ({ ok: { ...decision, at: now.toISOString() } }),
    },
  };
}

export const resellerHandlers = [
  plainHandler(ApplyResellerCommand, applyReseller),
  plainHandler(ApproveResellerCommand, (message) =>
    decideOn(message, { type: 'approve-reseller' }),
  ),
  plainHandler(RejectResellerCommand, (message) =>
    decideOn(message, { type: 'reject-reseller', ...message.input }),
  ),
];
