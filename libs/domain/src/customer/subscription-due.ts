import { addDays, dayOf, daysBetween, endOfTerm, hasCome } from '../calendar';
import type { CustomerId, Instant, SubscriptionId } from '../ids';
import type { CustomerEvent } from './customer.events';
import { evolve } from './customer.evolve';
import type { CustomerState, SubscriptionState } from './customer.state';
import { refundableLicences } from './subscription.evolve';
import type { RefundLot, ShareOfTerm } from './subscription.events';

type Existing = Exclude<CustomerState, { readonly status: 'none' }>;

/** Licences can be given back until so many days of 24 hours after purchase or renewal. */
export const DAYS_TO_REFUND = 7;

/** Licences bought, or renewed, at `at`. */
export function refundLot(at: Instant, licences: number): RefundLot {
  return { until: addDays(at, DAYS_TO_REFUND), licences };
}

/** The part of the present term that is left from `at` on; the day itself counts as left. */
export function shareOfTerm(
  { termStartsAt, termEndsAt }: Pick<SubscriptionState, 'termStartsAt' | 'termEndsAt'>,
  at: Instant,
): ShareOfTerm {
  const [start, end] = [dayOf(termStartsAt), dayOf(termEndsAt)];
  const day = dayOf(at);
  return {
    days: daysBetween(day < start ? start : day > end ? end : day, end),
    of: daysBetween(start, end),
  };
}

/** When something next happens to the subscription by itself; `null` once it has ended. */
export function nextDueAt({ status, startsAt, termEndsAt }: SubscriptionState): Instant | null {
  if (status === 'pending') return startsAt;
  return status === 'active' || status === 'suspended' ? termEndsAt : null;
}

export function hasEnded({ status }: SubscriptionState): boolean {
  return status === 'expired' || status === 'cancelled';
}

/** A customer's add-ons of this base that have not ended. */
export function addOnsOf(
  { subscriptions }: Existing,
  base: SubscriptionId,
): readonly SubscriptionState[] {
  return [...subscriptions.values()].filter(
    (item) => item.baseSubscriptionId === base && !hasEnded(item),
  );
}

/**
 * All that is due by `at` to a subscription, its base and its add-ons, in the order of their dates:
 * starts, renewals one term at a time, scheduled changes, expiry. With the state after it.
 */
export function bringUpToDate(
  state: Existing,
  subscriptionId: SubscriptionId,
  at: Instant,
): { readonly events: readonly CustomerEvent[]; readonly state: Existing } {
  const events: CustomerEvent[] = [];
  let current = state;
  for (let next = firstDue(current, subscriptionId, at); next !== undefined;) {
    const happened = befall(current, next);
    events.push(...happened);
    current = happened.reduce<CustomerState>(evolve, current) as Existing;
    next = firstDue(current, subscriptionId, at);
  }
  return { events, state: current };
}

function firstDue(
  state: Existing,
  subscriptionId: SubscriptionId,
  at: Instant,
): SubscriptionState | undefined {
  const root = state.subscriptions.get(subscriptionId)?.baseSubscriptionId ?? subscriptionId;
  const base = state.subscriptions.get(root);
  const due = [...(base === undefined ? [] : [base]), ...addOnsOf(state, root)].flatMap((item) => {
    const when = nextDueAt(item);
    return when !== null && hasCome(when, at) ? [{ item, when }] : [];
  });
  return due.sort((a, b) => (a.when < b.when ? -1 : a.when > b.when ? 1 : 0))[0]?.item;
}

/** What happens to a subscription at the date that has come. */
function befall(state: Existing, subscription: SubscriptionState): readonly CustomerEvent[] {
  const { status, autoRenew, scheduledChange, startsAt, termEndsAt } = subscription;
  if (status === 'pending') return activate(state, subscription, startsAt);
  if (scheduledChange?.kind === 'cancel') return cancel(state, subscription, termEndsAt);
  if (status === 'active' && autoRenew) return [renew(state, subscription)];
  return expire(state, subscription, termEndsAt);
}

/** An add-on whose base is suspended by then starts suspended. */
function activate(
  state: Existing,
  { subscriptionId, baseSubscriptionId }: SubscriptionState,
  effectiveFrom: Instant,
): readonly CustomerEvent[] {
  const data = { customerId: state.customerId, subscriptionId, effectiveFrom };
  const activated: CustomerEvent = { type: 'SubscriptionActivated', data };
  const base =
    baseSubscriptionId === null ? undefined : state.subscriptions.get(baseSubscriptionId);
  if (base?.status !== 'suspended') return [activated];
  return [
    activated,
    { type: 'SubscriptionSuspended', data: { ...data, withBase: base.subscriptionId } },
  ];
}

function renew({ customerId }: Existing, subscription: SubscriptionState): CustomerEvent {
  const { subscriptionId, scheduledChange, startsAt, term, termEndsAt } = subscription;
  const { offerId, offer, quantity, resellerOfRecord } = subscription;
  const next = {
    offerId,
    offer,
    quantity,
    ...(scheduledChange?.kind === 'offer'
      ? { offerId: scheduledChange.offerId, offer: scheduledChange.offer }
      : {}),
    ...(scheduledChange?.kind === 'quantity' ? { quantity: scheduledChange.quantity } : {}),
  };
  const termNumber = subscription.termNumber + 1;
  return {
    type: 'SubscriptionRenewed',
    data: {
      customerId,
      subscriptionId,
      from: { offerId, quantity, termEndsAt },
      ...next,
      termNumber,
      termStartsAt: termEndsAt,
      termEndsAt: endOfTerm(startsAt, term, termNumber),
      refund: refundLot(termEndsAt, next.quantity),
      resellerOfRecord,
    },
  };
}

/** The end of a subscription before its time, and with it of its add-ons. */
export function cancel(
  state: Existing,
  subscription: SubscriptionState,
  at: Instant,
  withBase: SubscriptionId | null = null,
): readonly CustomerEvent[] {
  const { subscriptionId, offerId, quantity, resellerOfRecord } = subscription;
  const cancelled: CustomerEvent = {
    type: 'SubscriptionCancelled',
    data: {
      customerId: state.customerId,
      subscriptionId,
      withBase,
      offerId,
      quantity,
      effectiveFrom: at,
      share: shareOfTerm(subscription, at),
      refundedLicences: Math.min(quantity, refundableLicences(subscription, at)),
      resellerOfRecord,
    },
  };
  const addOns = addOnsOf(state, subscriptionId);
  return [cancelled, ...addOns.flatMap((addOn) => cancel(state, addOn, at, subscriptionId))];
}

function expire(
  state: Existing,
  { subscriptionId, offerId, quantity, resellerOfRecord }: SubscriptionState,
  at: Instant,
  withBase: SubscriptionId | null = null,
): readonly CustomerEvent[] {
  const { customerId } = state;
  const of = { customerId, subscriptionId, withBase, offerId, quantity, resellerOfRecord };
  const addOns = addOnsOf(state, subscriptionId);
  return [
    { type: 'SubscriptionExpired', data: { ...of, effectiveFrom: at } },
    ...addOns.flatMap((addOn) => expire(state, addOn, at, subscriptionId)),
  ];
}

/** Everything that is due to any of its subscriptions by `at`, and the state after it. */
export function allUpToDate(
  before: Existing,
  at: Instant,
): { readonly events: readonly CustomerEvent[]; readonly state: Existing } {
  const events: CustomerEvent[] = [];
  let state = before;
  for (const subscriptionId of before.subscriptions.keys()) {
    const due = bringUpToDate(state, subscriptionId, at);
    events.push(...due.events);
    state = due.state;
  }
  return { events, state };
}

/** The provider supports the subscription again, where a reseller does. */
export function supportBack(
  customerId: CustomerId,
  { subscriptionId, supportContact: from }: SubscriptionState,
): readonly CustomerEvent[] {
  if (from.kind === 'provider') return [];
  const data = { customerId, subscriptionId, from, to: { kind: 'provider' } } as const;
  return [{ type: 'SupportContactDesignated', data }];
}
