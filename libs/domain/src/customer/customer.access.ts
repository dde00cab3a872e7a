import type { Instant, PeriodId, ResellerId, SubscriptionId } from '../ids';
import type { DelegatedRight, SupportContact } from './customer.events';
import type { CustomerState, DelegationState } from './customer.state';
import { holdsAt } from './delegation';

/**
 * The delegations that let a reseller act on this customer at `now`: granted and not revoked, within
 * their dates, of the partnership's active period (`null`: the partnership is not active, so none),
 * and with the right asked for, where one is.
 */
export function delegationsHeldBy(
  state: CustomerState,
  resellerId: ResellerId,
  activePeriod: PeriodId | null,
  now: Instant,
  right?: DelegatedRight,
): readonly DelegationState[] {
  if (state.status === 'none' || activePeriod === null) return [];
  return [...state.delegations.values()].filter(
    (delegation) =>
      delegation.resellerId === resellerId &&
      delegation.periodId === activePeriod &&
      holdsAt(delegation, now) &&
      (right === undefined || delegation.rights.includes(right)),
  );
}

/** Whether the reseller, in its partnership's active period, is the support contact of this subscription. */
export function isSupportContact(
  state: CustomerState,
  subscriptionId: SubscriptionId,
  resellerId: ResellerId,
  activePeriod: PeriodId | null,
): boolean {
  if (state.status === 'none') return false;
  const subscription = state.subscriptions.get(subscriptionId);
  return (
    subscription !== undefined && supports(subscription.supportContact, resellerId, activePeriod)
  );
}

function supports(
  contact: SupportContact,
  resellerId: ResellerId,
  activePeriod: PeriodId | null,
): boolean {
  return (
    contact.kind === 'reseller' &&
    contact.resellerId === resellerId &&
    contact.periodId === activePeriod
  );
}

/**
 * What of this customer a reseller may see at `now`: everything by a delegation of the account, else
 * the subscriptions delegated to it and those it supports, else nothing, not even that the customer exists.
 */
export function visibleSubscriptions(
  state: CustomerState,
  resellerId: ResellerId,
  activePeriod: PeriodId | null,
  now: Instant,
): 'all' | ReadonlySet<SubscriptionId> | 'none' {
  if (state.status === 'none') return 'none';
  const visible = new Set<SubscriptionId>();
  for (const { scope } of delegationsHeldBy(
    state,
    resellerId,
    activePeriod,
    now,
    'read-customer',
  )) {
    if (scope.kind === 'account') return 'all';
    visible.add(scope.subscriptionId);
  }
  for (const { subscriptionId, supportContact } of state.subscriptions.values()) {
    if (supports(supportContact, resellerId, activePeriod)) visible.add(subscriptionId);
  }
  return visible.size === 0 ? 'none' : visible;
}
