import { Command } from '@nestjs/cqrs';
import type { ResellerId, ResellerProfile, ResellerState } from '@tierbook/domain';
import type { Authority, Gathering, OrRefusal } from '@tierbook/eventing';
import type { Principal } from '@tierbook/identity';
import { checkOnReseller, checkRole } from '../access';
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

/** The operator suspends an enrolled reseller. */
export class SuspendResellerCommand extends Command<Answer> {
  constructor(
    readonly sent: Sent,
    readonly resellerId: ResellerId,
    readonly input: { readonly reason?: string },
  ) {
    super();
  }
}

/** The operator ends a suspension. */
export class ReinstateResellerCommand extends Command<Answer> {
  constructor(
    readonly sent: Sent,
    readonly resellerId: ResellerId,
  ) {
    super();
  }
}

/** A reseller gives its own profile anew, whole. */
export class ChangeResellerProfileCommand extends Command<Answer> {
  constructor(
    readonly sent: Sent,
    readonly resellerId: ResellerId,
    readonly profile: ResellerProfile,
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
      detail: "The partner id is not that of the caller's organisation.",
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

/** What the operator decides on a reseller. */
function decideOn(
  { sent, resellerId: id }: { readonly sent: Sent; readonly resellerId: ResellerId },
  decision:
    | { readonly type: 'approve-reseller' | 'reinstate-reseller' }
    | { readonly type: 'reject-reseller' | 'suspend-reseller'; readonly reason?: string },
) {
  const resource = resourceOf(id);
  return {
    resource,
    request: {
      name: decision.type,
      aggregate: aggregates.reseller,
      id,
      context: contextOf(sent, commandIdOf(sent, resource.path)),
      authorise: (_: unknown, gathering: Gathering) =>
        checkOnReseller(sent.principal, decision.type, id, gathering),
      gather: (_: unknown, now: Date) => ({ ok: { ...decision, at: now.toISOString() } }),
    },
  };
}

function changeProfile({ sent, resellerId: id, profile }: ChangeResellerProfileCommand) {
  const resource = resourceOf(id);
  return {
    resource,
    request: {
      name: 'change-reseller-profile',
      aggregate: aggregates.reseller,
      id,
      context: contextOf(sent, commandIdOf(sent, resource.path)),
      authorise: (_: unknown, gathering: Gathering) =>
        checkOnReseller(sent.principal, 'change-reseller-profile', id, gathering),
      gather: (_: unknown, now: Date, state: ResellerState) => ({
        ok: {
          type: 'change-reseller-profile' as const,
          at: now.toISOString(),
          profile,
          phoneIsValid: state.status === 'none' || isPhoneNumber(profile.phone, state.country),
        },
      }),
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
  plainHandler(SuspendResellerCommand, (message) =>
    decideOn(message, { type: 'suspend-reseller', ...message.input }),
  ),
  plainHandler(ReinstateResellerCommand, (message) =>
    decideOn(message, { type: 'reinstate-reseller' }),
  ),
  plainHandler(ChangeResellerProfileCommand, changeProfile),
];
