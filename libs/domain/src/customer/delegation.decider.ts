import { addMonths, hasCome } from '../calendar';
import { accept, refuse, refuseBroken, type BrokenRule, type Decision } from '../decision';
import { isSamePartner, type Instant, type PartneredReseller } from '../ids';
import type {
  DelegationCommand,
  GrantDelegatedAdmin,
  RenewDelegatedAdmin,
  RevokeDelegatedAdmin,
} from './customer.commands';
import type { CustomerEvent, DelegatedAdminRevoked, DelegationScope } from './customer.events';
import type { CustomerState, DelegationState } from './customer.state';
import { MOST_MONTHS, RIGHTS_OF, grant, revoke } from './delegation';
import { hasEnded } from './subscription-due';
import { endedAlready } from './subscription-lifecycle';
import { partnered, unpartneredReseller } from './subscription-order';

type Existing = Exclude<CustomerState, { readonly status: 'none' }>;
type Decided = Decision<CustomerEvent>;

/** A delegation begins at most so many months from now. */
const MOST_MONTHS_AHEAD = 12;

/** Decides on delegations granted by name; those that come with an association are its own. */
export function decideDelegation(command: DelegationCommand, state: Existing): Decided {
  switch (command.type) {
    case 'grant-delegated-admin':
      return grantByName(command, state);
    case 'renew-delegated-admin':
      return renew(command, state);
    case 'revoke-delegated-admin':
      return revokeByName(command, state);
    case 'expire-delegated-admin': {
      const delegation = state.delegations.get(command.delegationId);
      if (delegation === undefined || !hasCome(delegation.end, command.at)) return accept();
      return accept(revoke(state.customerId, delegation, 'expired', command.at));
    }
  }
}

function grantByName(command: GrantDelegatedAdmin, state: Existing): Decided {
  const { at, scope, start = at } = command;
  const end = command.end ?? addMonths(start, MOST_MONTHS);
  const subscription =
    scope.kind === 'subscription' ? state.subscriptions.get(scope.subscriptionId) : undefined;
  if (scope.kind === 'subscription') {
    if (subscription === undefined) {
      const detail = `Subscription ${scope.subscriptionId} is not one of this customer's.`;
      return refuse('subscription-unknown', detail);
    }
    if (hasEnded(subscription)) return endedAlready(subscription);
  }
  const reseller = partnered(command.reseller);
  const associated = subscription === undefined ? state.reseller : subscription.resellerOfRecord;
  const refusal = refuseBroken([
    ...unpartneredReseller(command.reseller, '/resellerId'),
    ...unassociated(reseller, associated, scope),
    ...wrongRights(command),
    ...wrongStart(command),
    ...wrongEnd(end, start, at),
  ]);
  if (refusal !== undefined || reseller === null) return refusal ?? accept();

  const same = [...state.delegations.values()].filter((each) => isSame(each, reseller, scope));
  const lasting = same.find((each) => !hasCome(each.end, at));
  if (lasting !== undefined) {
    return refuse(
      'delegation-exists',
      `Delegation ${lasting.delegationId} of this reseller has the same scope, until ${lasting.end}.`,
    );
  }
  const { customerId } = state;
  const granted = grant(customerId, command.delegationId, reseller, scope, at);
  return accept<CustomerEvent>(
    ...same.map((each): DelegatedAdminRevoked => revoke(customerId, each, 'expired', at)),
    {
      ...granted,
      data: { ...granted.data, rights: [...new Set(command.rights)], start, end },
      personal: { reason: command.reason },
    },
  );
}

function renew(command: RenewDelegatedAdmin, state: Existing): Decided {
  const { at, delegationId } = command;
  const delegation = state.delegations.get(delegationId);
  if (delegation === undefined) return unknownDelegation(delegationId);
  if (hasCome(delegation.end, at)) {
    return refuse('delegation-ended', `The delegation ran out at ${delegation.end}.`);
  }
  const from = hasCome(delegation.start, at) ? at : delegation.start;
  const to = command.end ?? addMonths(from, MOST_MONTHS);
  if (command.reseller?.partnership?.periodId !== delegation.periodId) {
    return refuse(
      'partnership-not-active',
      `The partnership in which ${delegation.resellerId} was given this delegation has ended.`,
    );
  }
  const refusal = refuseBroken(wrongEnd(to, from, at));
  if (refusal !== undefined) return refusal;
  if (Date.parse(to) === Date.parse(delegation.end)) return accept();
  const { resellerId, periodId, scope, end } = delegation;
  return accept({
    type: 'DelegatedAdminRenewed',
    data: {
      customerId: state.customerId,
      ...{ delegationId, resellerId, periodId, scope },
      end: { from: end, to },
    },
    ...(command.reason === undefined ? {} : { personal: { reason: command.reason } }),
  });
}

function revokeByName(command: RevokeDelegatedAdmin, state: Existing): Decided {
  const delegation = state.delegations.get(command.delegationId);
  if (delegation === undefined) return unknownDelegation(command.delegationId);
  return accept({
    ...revoke(state.customerId, delegation, 'revoked', command.at),
    ...(command.reason === undefined ? {} : { personal: { reason: command.reason } }),
  });
}

function unassociated(
  reseller: PartneredReseller | null,
  associated: PartneredReseller | null,
  { kind }: DelegationScope,
): BrokenRule[] {
  if (reseller === null || isSamePartner(reseller, associated)) return [];
  const what = kind === 'account' ? 'this customer' : 'this subscription';
  const detail = `Reseller ${reseller.resellerId} is not associated with ${what}.`;
  return [{ code: 'delegation-needs-association', pointer: '/resellerId', detail }];
}

/** Every right is one of the scope, and whoever may change something may read it. */
function wrongRights({ rights, scope }: GrantDelegatedAdmin): BrokenRule[] {
  const allowed = RIGHTS_OF[scope.kind];
  const others = rights.filter((right) => !allowed.includes(right));
  if (others.length === 0 && rights.includes('read-customer')) return [];
  const detail =
    others.length === 0
      ? 'The rights do not hold read-customer, without which nothing is seen to administer.'
      : `The scope ${scope.kind} has the rights ${allowed.join(', ')}, and not ${others.join(', ')}.`;
  return [{ code: 'delegation-rights-invalid', pointer: '/rights', detail }];
}

function wrongStart({ start, at }: GrantDelegatedAdmin): BrokenRule[] {
  if (start === undefined) return [];
  const latest = addMonths(at, MOST_MONTHS_AHEAD);
  if (hasCome(at, start) && hasCome(start, latest)) return [];
  const detail = `${start} is not between now, ${at}, and twelve months from now, ${latest}.`;
  return [{ code: 'delegation-start-out-of-range', pointer: '/start', detail }];
}

/** @param from the start, or now where it has begun. */
function wrongEnd(end: Instant, from: Instant, at: Instant): BrokenRule[] {
  const latest = addMonths(from, MOST_MONTHS);
  const isLater = !hasCome(end, from) && !hasCome(end, at);
  if (isLater && hasCome(end, latest)) return [];
  const detail = `${end} is not after ${from} and at most two years later, by ${latest}.`;
  return [{ code: 'delegation-end-out-of-range', pointer: '/end', detail }];
}

function isSame(
  delegation: DelegationState,
  reseller: PartneredReseller,
  scope: DelegationScope,
): boolean {
  if (!isSamePartner(delegation, reseller)) return false;
  return delegation.scope.kind === 'subscription' && scope.kind === 'subscription'
    ? delegation.scope.subscriptionId === scope.subscriptionId
    : delegation.scope.kind === scope.kind;
}

function unknownDelegation(delegationId: string): Decided {
  return refuse(
    'delegation-unknown',
    `Delegation ${delegationId} is not one of this customer's, or is revoked.`,
  );
}
