import { Command } from '@nestjs/cqrs';
import type {
  CustomerId,
  CustomerState,
  DelegatedRight,
  DelegationId,
  Instant,
  ResellerId,
  SubscriptionId,
} from '@tierbook/domain';
import type { Gathering } from '@tierbook/eventing';
import type { CustomerAction } from '@tierbook/identity';
import type { Answer } from '../answer';
import { commandIdOf, deriveId, type Sent } from '../command-message';

import { chosenReseller } from './gather';
import { customerHandler, providerOf, requestOn } from './subscription.handlers';

export interface GrantDelegatedAdminInput {
  readonly resellerId: ResellerId;
  /** Administers this subscription alone; the whole account where left out. */
  readonly subscriptionId?: SubscriptionId;
  readonly rights: readonly DelegatedRight[];
  readonly start?: Instant;
  readonly end?: Instant;
  readonly reason: string;
}

/** The provider delegates named rights to a reseller. */
export class GrantDelegatedAdminCommand extends Command<Answer> {
  constructor(
    readonly sent: Sent,
    readonly customerId: CustomerId,
    readonly input: GrantDelegatedAdminInput,
  ) {
    super();
  }
}

/** The provider lets a delegation go on until another end. */
export class RenewDelegatedAdminCommand extends Command<Answer> {
  constructor(
    readonly sent: Sent,
    readonly customerId: CustomerId,
    readonly delegationId: DelegationId,
    readonly input: { readonly end?: Instant; readonly reason?: string },
  ) {
    super();
  }
}

/** The provider ends a delegation: the reseller's very next command finds it gone. */
export class RevokeDelegatedAdminCommand extends Command<Answer> {
  constructor(
    readonly sent: Sent,
    readonly customerId: CustomerId,
    readonly delegationId: DelegationId,
    readonly input: { readonly reason?: string },
  ) {
    super();
  }
}

function onDelegation(
  sent: Sent,
  customerId: CustomerId,
  id: DelegationId,
  target: string,
  action: CustomerAction,
) {
  const resource = { type: 'delegation', id, path: `customers/${customerId}/delegations/${id}` };
  return { resource, base: { ...requestOn(sent, customerId, target, { action }), resource: id } };
}

function grant({ sent, customerId, input }: GrantDelegatedAdminCommand) {
  const { resellerId, subscriptionId, start, end, ...asked } = input;
  const target = `customers/${customerId}/delegations`;
  const id = deriveId('delegation', commandIdOf(sent, target)) as DelegationId;
  const { resource, base } = onDelegation(sent, customerId, id, target, 'grant-delegated-admin');
  const scope =
    subscriptionId === undefined
      ? ({ kind: 'account' } as const)
      : ({ kind: 'subscription', subscriptionId } as const);
  return {
    resource,
    request: {
      ...base,
      gather: async (gathering: Gathering, now: Date, state: CustomerState) => ({
        ok: {
          type: 'grant-delegated-admin' as const,
          at: now.toISOString(),
          delegationId: id,
          reseller: await chosenReseller(gathering, providerOf(state), resellerId),
          scope,
          ...asked,
          ...(start === undefined ? {} : { start: inMilliseconds(start) }),
          ...(end === undefined ? {} : { end: inMilliseconds(end) }),
        },
      }),
    },
  };
}

function renew({ sent, customerId, delegationId: id, input }: RenewDelegatedAdminCommand) {
  const { end, ...asked } = input;
  const target = `customers/${customerId}/delegations/${id}`;
  const { resource, base } = onDelegation(sent, customerId, id, target, 'renew-delegated-admin');
  return {
    resource,
    request: {
      ...base,
      gather: async (gathering: Gathering, now: Date, state: CustomerState) => ({
        ok: {
          type: 'renew-delegated-admin' as const,
          at: now.toISOString(),
          delegationId: id,
          reseller: await chosenReseller(gathering, providerOf(state), holderOf(state, id)),
          ...asked,
          ...(end === undefined ? {} : { end: inMilliseconds(end) }),
        },
      }),
    },
  };
}

function revoke({ sent, customerId, delegationId: id, input }: RevokeDelegatedAdminCommand) {
  const target = `customers/${customerId}/delegations/${id}`;
  const { resource, base } = onDelegation(sent, customerId, id, target, 'revoke-delegated-admin');
  return {
    resource,
    request: {
      ...base,
      gather: (_: Gathering, now: Date) => ({
        ok: {
          type: 'revoke-delegated-admin' as const,
          at: now.toISOString(),
          delegationId: id,
          ...input,
        },
      }),
    },
  };
}

function holderOf(state: CustomerState, id: DelegationId): ResellerId | null {
  return state.status === 'none' ? null : (state.delegations.get(id)?.resellerId ?? null);
}

/** As every event writes a time, whatever fraction of a second it was sent with. */
function inMilliseconds(instant: Instant): Instant {
  return new Date(instant).toISOString();
}

export const delegationHandlers = [
  customerHandler(GrantDelegatedAdminCommand, grant),
  customerHandler(RenewDelegatedAdminCommand, renew),
  customerHandler(RevokeDelegatedAdminCommand, revoke),
];
