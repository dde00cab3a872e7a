import { dayOf, hasCome } from '../calendar';
import type { Instant } from '../ids';
import { creditedLicences, stepFrom, type CreditFacts } from './credit-ledger';
import type {
  CustomerEvent,
  ResellerOfRecordChanged,
  ResellerOfRecordCorrected,
  SubscriptionOrdered,
  SubscriptionQuantityChanged,
  SupportContactDesignated,
} from './customer.events';
import type { SubscriptionState } from './customer.state';
import type { RefundLot, SubscriptionLifecycleEvent } from './subscription.events';

type SubscriptionEvent = Extract<
  CustomerEvent,
  | SubscriptionQuantityChanged
  | ResellerOfRecordChanged
  | ResellerOfRecordCorrected
  | SupportContactDesignated
  | SubscriptionLifecycleEvent
>;

/** A subscription as it is ordered. */
export function subscriptionOrdered(data: SubscriptionOrdered['data']): SubscriptionState {
  const { subscriptionId, offerId, offer, quantity, status, billingCycle, term } = data;
  const { startsAt, termEndsAt, autoRenew, baseSubscriptionId, refund } = data;
  const { resellerOfRecord, supportContact } = data;
  const from = dayOf(startsAt);
  return {
    subscriptionId,
    offerId,
    offer,
    quantity,
    status,
    billingCycle,
    term,
    startsAt,
    termNumber: 1,
    termStartsAt: startsAt,
    termEndsAt,
    autoRenew,
    baseSubscriptionId,
    suspendedWith: null,
    scheduledChange: null,
    refundable: [refund],
    credit: {
      record: [{ from, value: resellerOfRecord }],
      licences: [{ from, value: creditedLicences(quantity, offer, billingCycle) }],
      endedOn: null,
    },
    resellerOfRecord,
    supportContact,
  };
}

/** The subscription after something befell it. */
export function evolveSubscription(
  subscription: SubscriptionState,
  event: SubscriptionEvent,
): SubscriptionState {
  switch (event.type) {
    case 'SubscriptionRenamed':
      return subscription;
    case 'SubscriptionAutoRenewChanged':
      return { ...subscription, autoRenew: event.data.autoRenew };
    case 'SubscriptionQuantityChanged': {
      const { to, refund, refundedLicences, effectiveFrom } = event.data;
      const left = withoutLicences(subscription.refundable, refundedLicences, effectiveFrom);
      const refundable = refund === null ? left : [...left, refund];
      return licensed({ ...subscription, quantity: to, refundable }, effectiveFrom);
    }
    case 'SubscriptionActivated':
      return { ...subscription, status: 'active' };
    case 'SubscriptionSuspended': {
      const { withBase, effectiveFrom } = event.data;
      const suspended = { ...subscription, status: 'suspended', suspendedWith: withBase } as const;
      return licensed(suspended, effectiveFrom);
    }
    case 'SubscriptionReactivated': {
      const active = { ...subscription, status: 'active', suspendedWith: null } as const;
      return licensed(active, event.data.effectiveFrom);
    }
    case 'SubscriptionUpgraded': {
      const { to, effectiveFrom } = event.data;
      return licensed({ ...subscription, ...to }, effectiveFrom);
    }
    case 'SubscriptionChangeScheduled':
      return { ...subscription, scheduledChange: event.data.to };
    case 'SubscriptionScheduledChangeUndone':
      return { ...subscription, scheduledChange: null };
    case 'SubscriptionRenewed': {
      const { offerId, offer, quantity, termNumber, termStartsAt, termEndsAt, refund } = event.data;
      const term = { termNumber, termStartsAt, termEndsAt, refundable: [refund] };
      const renewed = { ...subscription, offerId, offer, quantity, ...term, scheduledChange: null };
      return licensed(renewed, termStartsAt);
    }
    case 'SubscriptionCancelled':
      return ended(subscription, 'cancelled', event.data.effectiveFrom);
    case 'SubscriptionExpired':
      return ended(subscription, 'expired', event.data.effectiveFrom);
    case 'ResellerOfRecordChanged':
    case 'ResellerOfRecordCorrected': {
      const { to, effectiveFrom } = event.data;
      const { credit } = subscription;
      const record = stepFrom(credit.record, notBeforeStart(subscription, effectiveFrom), to);
      return { ...subscription, resellerOfRecord: to, credit: { ...credit, record } };
    }
    case 'SupportContactDesignated':
      return { ...subscription, supportContact: event.data.to };
  }
}

function notBeforeStart({ startsAt }: SubscriptionState, instant: Instant): string {
  return dayOf(hasCome(startsAt, instant) ? instant : startsAt);
}

/** With the credit that its licences earn from then on. */
function licensed(subscription: SubscriptionState, effectiveFrom: Instant): SubscriptionState {
  const { credit, quantity, status, offer, billingCycle } = subscription;
  const earning = creditedLicences(status === 'suspended' ? 0 : quantity, offer, billingCycle);
  const from = notBeforeStart(subscription, effectiveFrom);
  const licences = stepFrom(credit.licences, from, earning);
  return { ...subscription, credit: { ...credit, licences } };
}

function ended(
  subscription: SubscriptionState,
  status: 'cancelled' | 'expired',
  effectiveFrom: Instant,
): SubscriptionState {
  const endedOn = notBeforeStart(subscription, effectiveFrom);
  const credit: CreditFacts = { ...subscription.credit, endedOn };
  return { ...subscription, status, credit, scheduledChange: null, refundable: [] };
}

/** What can still be given back at `at`. */
function openLots(lots: readonly RefundLot[], at: Instant): readonly RefundLot[] {
  return lots.filter(({ until }) => !hasCome(until, at));
}

/** Licences that can be given back at `at`. */
export function refundableLicences({ refundable }: SubscriptionState, at: Instant): number {
  return openLots(refundable, at).reduce((sum, { licences }) => sum + licences, 0);
}

/** What can be given back once so many licences have been, at `at`: those whose time ends first go first. */
export function withoutLicences(
  lots: readonly RefundLot[],
  count: number,
  at: Instant,
): readonly RefundLot[] {
  let left = count;
  return openLots(lots, at).flatMap((lot) => {
    const taken = Math.min(left, lot.licences);
    left -= taken;
    return taken === lot.licences ? [] : [{ ...lot, licences: lot.licences - taken }];
  });
}
