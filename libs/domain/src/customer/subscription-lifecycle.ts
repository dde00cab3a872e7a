import { accept, refuse, refuseBroken, type BrokenRule, type Decision } from '../decision';
import type { Instant, OfferId } from '../ids';
import { termsOf } from '../offer/offer.terms';
import type {
  CancelSubscription,
  ChangeQuantity,
  ChosenOffer,
  ReactivateSubscription,
  RenameSubscription,
  ScheduleChange,
  SetAutoRenew,
  SuspendSubscription,
  UndoScheduledChange,
  UpgradeSubscription,
} from './customer.commands';
import type { CustomerEvent } from './customer.events';
import type { CustomerState, SubscriptionState } from './customer.state';
import { addOnsOf, cancel, hasEnded, refundLot, shareOfTerm } from './subscription-due';
import {
  isAndStaysOf,
  offerNotForSale,
  quantityOutOfRange,
  termsNotOffered,
  type Buyer,
} from './subscription-order';
import { refundableLicences } from './subscription.evolve';
import type { ScheduledChange } from './subscription.events';

type Existing = Exclude<CustomerState, { readonly status: 'none' }>;
type Decided = Decision<CustomerEvent>;

export type LifecycleCommand =
  | ChangeQuantity
  | RenameSubscription
  | SetAutoRenew
  | SuspendSubscription
  | ReactivateSubscription
  | CancelSubscription
  | UpgradeSubscription
  | ScheduleChange
  | UndoScheduledChange;

/** Decides on a subscription to which everything due has happened already. */
export function decideLifecycle(
  command: LifecycleCommand,
  state: Existing,
  subscription: SubscriptionState,
): Decided {
  if (hasEnded(subscription)) return endedAlready(subscription);
  switch (command.type) {
    case 'rename-subscription':
      return rename(command, state);
    case 'set-auto-renew':
      return setAutoRenew(command, state, subscription);
    case 'reactivate-subscription':
      return reactivate(command, state, subscription);
    case 'cancel-subscription':
      return cancelOrSchedule(command, state, subscription);
    case 'undo-scheduled-change':
      return undo(state, subscription);
    default:
      return decideOnActive(command, state, subscription);
  }
}

/** What a pending or suspended subscription cannot do. */
function decideOnActive(
  command: ChangeQuantity | SuspendSubscription | UpgradeSubscription | ScheduleChange,
  state: Existing,
  subscription: SubscriptionState,
): Decided {
  if (subscription.status !== 'active') return notActive(subscription);
  switch (command.type) {
    case 'change-quantity':
      return changeQuantity(command, state, subscription);
    case 'suspend-subscription':
      return suspend(command, state, subscription);
    case 'upgrade-subscription':
      return upgrade(command, state, subscription);
    case 'schedule-change':
      return scheduleChange(command, state, subscription);
  }
}

/** The subscription is pending, suspended or ended, and the command is for an active one. */
export function notActive({ status }: SubscriptionState): Decided {
  return refuse('subscription-not-active', `The subscription's status is "${status}".`);
}

/** The subscription has ended for good. */
export function endedAlready({ status }: SubscriptionState): Decided {
  return refuse('subscription-ended', `The subscription's status is "${status}".`);
}

function rename({ subscriptionId, name }: RenameSubscription, { customerId }: Existing): Decided {
  const data = { customerId, subscriptionId };
  return accept({ type: 'SubscriptionRenamed', data, personal: { name } });
}

/** What waits to begin with the next term would never begin without one. */
function setAutoRenew(
  { subscriptionId, autoRenew }: SetAutoRenew,
  { customerId }: Existing,
  subscription: SubscriptionState,
): Decided {
  if (subscription.autoRenew === autoRenew) return accept();
  const { scheduledChange } = subscription;
  if (!autoRenew && scheduledChange !== null && scheduledChange.kind !== 'cancel') {
    return scheduledAlready(scheduledChange);
  }
  const data = { customerId, subscriptionId, autoRenew };
  return accept({ type: 'SubscriptionAutoRenewChanged', data });
}

function suspend(
  { at }: SuspendSubscription,
  state: Existing,
  { subscriptionId }: SubscriptionState,
): Decided {
  const { customerId } = state;
  const suspended = (id: typeof subscriptionId, withBase: typeof subscriptionId | null) => {
    const data = { customerId, subscriptionId: id, withBase, effectiveFrom: at };
    return { type: 'SubscriptionSuspended', data } as const;
  };
  const addOns = addOnsOf(state, subscriptionId).filter(({ status }) => status === 'active');
  return accept<CustomerEvent>(
    suspended(subscriptionId, null),
    ...addOns.map((addOn) => suspended(addOn.subscriptionId, subscriptionId)),
  );
}

/** Brings back the add-ons that were suspended with it, and no others. */
function reactivate(
  { at }: ReactivateSubscription,
  state: Existing,
  { subscriptionId, status, baseSubscriptionId }: SubscriptionState,
): Decided {
  if (status !== 'suspended') {
    return refuse('subscription-not-suspended', `The subscription's status is "${status}".`);
  }
  const base =
    baseSubscriptionId === null ? undefined : state.subscriptions.get(baseSubscriptionId);
  if (base !== undefined && base.status !== 'active') {
    const detail = `The status of its base, subscription ${base.subscriptionId}, is "${base.status}".`;
    return refuse('add-on-needs-base', detail);
  }
  const { customerId } = state;
  const reactivated = (id: typeof subscriptionId, withBase: typeof subscriptionId | null) => {
    const data = { customerId, subscriptionId: id, withBase, effectiveFrom: at };
    return { type: 'SubscriptionReactivated', data } as const;
  };
  const addOns = addOnsOf(state, subscriptionId).filter(
    ({ suspendedWith }) => suspendedWith === subscriptionId,
  );
  return accept<CustomerEvent>(
    reactivated(subscriptionId, null),
    ...addOns.map((addOn) => reactivated(addOn.subscriptionId, subscriptionId)),
  );
}

function cancelOrSchedule(
  { at }: CancelSubscription,
  state: Existing,
  subscription: SubscriptionState,
): Decided {
  const { status, quantity, scheduledChange } = subscription;
  if (status === 'pending' || refundableLicences(subscription, at) >= quantity) {
    return accept(...cancel(state, subscription, at));
  }
  if (scheduledChange?.kind === 'cancel') return accept();
  return accept(scheduled(state, subscription, { kind: 'cancel' }));
}

/** More at once; fewer at once with a refund while those can be given back, else at the end of the term. */
function changeQuantity(
  { quantity, at }: ChangeQuantity,
  state: Existing,
  subscription: SubscriptionState,
): Decided {
  const refusal = refuseBroken(quantityOutOfRange(quantity, subscription.offer, '/quantity'));
  if (refusal !== undefined) return refusal;
  const more = quantity - subscription.quantity;
  if (more === 0) return accept();
  if (more > 0 || -more <= refundableLicences(subscription, at)) {
    return accept(quantityChanged(state, subscription, quantity, at));
  }
  const { scheduledChange } = subscription;
  if (scheduledChange !== null && scheduledChange.kind !== 'quantity') {
    return scheduledAlready(scheduledChange);
  }
  return scheduleRenewalWith({ kind: 'quantity', quantity }, state, subscription);
}

function quantityChanged(
  { customerId }: Existing,
  subscription: SubscriptionState,
  to: number,
  at: Instant,
): CustomerEvent {
  const { subscriptionId, offerId, quantity: from, resellerOfRecord } = subscription;
  return {
    type: 'SubscriptionQuantityChanged',
    data: {
      customerId,
      subscriptionId,
      offerId,
      from,
      to,
      effectiveFrom: at,
      share: shareOfTerm(subscription, at),
      refund: to > from ? refundLot(at, to - from) : null,
      refundedLicences: Math.max(from - to, 0),
      resellerOfRecord,
    },
  };
}

function upgrade(
  { offer, upgradeTargets, at }: UpgradeSubscription,
  state: Existing,
  subscription: SubscriptionState,
): Decided {
  const { scheduledChange, quantity, resellerOfRecord, subscriptionId } = subscription;
  if (scheduledChange !== null) return scheduledAlready(scheduledChange);
  const refusal = refuseBroken(brokenUpgrade(offer, upgradeTargets, state, subscription, ''));
  if (refusal !== undefined) return refusal;
  if (offer.terms === null) return accept();
  return accept({
    type: 'SubscriptionUpgraded',
    data: {
      customerId: state.customerId,
      subscriptionId,
      from: { offerId: subscription.offerId, offer: subscription.offer },
      to: { offerId: offer.offerId, offer: termsOf(offer.terms) },
      quantity,
      effectiveFrom: at,
      share: shareOfTerm(subscription, at),
      resellerOfRecord,
    },
  });
}

/** The other offer keeps to the subscription's quantity, billing cycle, term, base and add-ons. */
function brokenUpgrade(
  { offerId, terms, retired }: ChosenOffer,
  upgradeTargets: UpgradeSubscription['upgradeTargets'],
  state: Existing,
  subscription: SubscriptionState,
  at: string,
): BrokenRule[] {
  const pointer = `${at}/offerId`;
  if (!upgradeTargets.includes(offerId)) {
    const targets = upgradeTargets.length === 0 ? 'none' : upgradeTargets.join(', ');
    const detail = `Offer ${subscription.offerId} cannot be upgraded to ${offerId}; its upgrade targets: ${targets}.`;
    return [{ code: 'upgrade-not-offered', pointer, detail }];
  }
  if (terms === null) {
    const detail = `Offer ${offerId} is not an offer of this provider.`;
    return [{ code: 'offer-unknown', pointer, detail }];
  }
  const { quantity, billingCycle, term, baseSubscriptionId } = subscription;
  const base =
    baseSubscriptionId === null ? undefined : state.subscriptions.get(baseSubscriptionId);
  const broken = [
    ...offerNotForSale({ offerId, terms, retired }, besides(subscription, state), pointer),
    ...quantityOutOfRange(quantity, terms, pointer),
    ...termsNotOffered({ billingCycle, term }, terms, { billingCycle: pointer, term: pointer }),
  ];
  if (terms.addOnOf.length > 0 && (base === undefined || !isAndStaysOf(base, terms.addOnOf))) {
    const detail = `Offer ${offerId} is an add-on, and the subscription has no base of ${terms.addOnOf.join(', ')}.`;
    broken.push({ code: 'add-on-needs-base', pointer, detail });
  }
  for (const addOn of addOnsOf(state, subscription.subscriptionId)) {
    if (goesAndStaysWith(addOn, offerId)) continue;
    const detail = `Its add-on, subscription ${addOn.subscriptionId}, does not go with offer ${offerId}.`;
    broken.push({ code: 'upgrade-strands-add-on', pointer, detail });
  }
  return broken;
}

/** Whether the add-on goes with a base of this offer, as it is and as it will be in its next term. */
function goesAndStaysWith({ offer, scheduledChange }: SubscriptionState, base: OfferId): boolean {
  const next = scheduledChange?.kind === 'offer' ? scheduledChange.offer : offer;
  const standsAlone = next.addOnOf.length === 0;
  return offer.addOnOf.includes(base) && (standsAlone || next.addOnOf.includes(base));
}

/** What else the customer has: a subscription does not count against itself. */
function besides(
  { subscriptionId }: SubscriptionState,
  { country, subscriptions }: Existing,
): Buyer {
  const others = [...subscriptions].filter(([id]) => id !== subscriptionId);
  return { country, subscriptions: new Map(others) };
}

function scheduleChange(
  { change }: ScheduleChange,
  state: Existing,
  subscription: SubscriptionState,
): Decided {
  switch (change.kind) {
    case 'cancel':
      if (subscription.scheduledChange?.kind === 'cancel') return accept();
      return accept(scheduled(state, subscription, change));
    case 'quantity': {
      const { quantity } = change;
      const broken = quantityOutOfRange(quantity, subscription.offer, '/quantity');
      const to = { kind: 'quantity', quantity } as const;
      return refuseBroken(broken) ?? scheduleRenewalWith(to, state, subscription);
    }
    case 'offer': {
      const { offer, upgradeTargets } = change;
      const refusal = refuseBroken(brokenUpgrade(offer, upgradeTargets, state, subscription, ''));
      if (refusal !== undefined) return refusal;
      if (offer.terms === null) return accept();
      const to = { kind: 'offer', offerId: offer.offerId, offer: termsOf(offer.terms) } as const;
      return scheduleRenewalWith(to, state, subscription);
    }
  }
}

/** What begins with the next term needs one. */
function scheduleRenewalWith(
  to: Exclude<ScheduledChange, { kind: 'cancel' }>,
  state: Existing,
  subscription: SubscriptionState,
): Decided {
  const { scheduledChange, autoRenew, termEndsAt } = subscription;
  if (!autoRenew) {
    const detail = `The subscription does not renew: it ends at ${termEndsAt}, and nothing begins then.`;
    return refuse('subscription-not-renewing', detail);
  }
  if (scheduledChange !== null && isSameChange(scheduledChange, to)) return accept();
  return accept(scheduled(state, subscription, to));
}

function isSameChange(a: ScheduledChange, b: ScheduledChange): boolean {
  if (a.kind === 'quantity' && b.kind === 'quantity') return a.quantity === b.quantity;
  if (a.kind === 'offer' && b.kind === 'offer') return a.offerId === b.offerId;
  return a.kind === b.kind;
}

function scheduled(
  { customerId }: Existing,
  { subscriptionId, scheduledChange: from, termEndsAt: effectiveAt }: SubscriptionState,
  to: ScheduledChange,
): CustomerEvent {
  const data = { customerId, subscriptionId, from, to, effectiveAt };
  return { type: 'SubscriptionChangeScheduled', data };
}

function scheduledAlready({ kind }: ScheduledChange): Decided {
  return refuse('scheduled-change-exists', `A change (${kind}) waits for the end of the term.`);
}

function undo(
  { customerId }: Existing,
  { subscriptionId, scheduledChange: change }: SubscriptionState,
): Decided {
  if (change === null) return accept();
  const data = { customerId, subscriptionId, change };
  return accept({ type: 'SubscriptionScheduledChangeUndone', data });
}
