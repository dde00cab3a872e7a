import {
  withoutLicences,
  type BillingCycle,
  type CustomerId,
  type Instant,
  type OfferId,
  type OfferTerms,
  type PartneredReseller,
  type ProviderId,
  type RefundLot,
  type ResellerId,
  type ScheduledChange,
  type SubscriptionId,
  type SupportContact,
  type Term,
  type RecordWarning,
} from '@tierbook/domain';
import {
  delegationsAfter,
  grantedDelegation,
  type GrantedDelegation,
} from '../delegations/granted-delegation';
import { misplaced, revealed, type Projection, type Recorded } from '../projection';
import type { ViewDefinition } from '../view';

export interface SubscriptionDoc {
  readonly subscriptionId: SubscriptionId;
  readonly customerId: CustomerId;
  readonly providerId: ProviderId;
  readonly offerId: OfferId;
  /** The offer as bought. */
  readonly offer: OfferTerms;
  /** The customer's own name for it; `null` where none was given, and once erased. */
  readonly name: string | null;
  readonly quantity: number;
  readonly billingCycle: BillingCycle;
  readonly term: Term;
  readonly status: 'pending' | 'active' | 'suspended' | 'expired' | 'cancelled';
  readonly orderedAt: Instant;
  readonly startsAt: Instant;
  /** From 1. */
  readonly termNumber: number;
  readonly termStartsAt: Instant;
  /** Exclusive. */
  readonly termEndsAt: Instant;
  readonly autoRenew: boolean;
  /** What it is an add-on of. */
  readonly baseSubscriptionId: SubscriptionId | null;
  /** What happens at the end of the term; can be undone until then. */
  readonly scheduledChange: ScheduledChange | null;
  /** Licences that can be given back for a refund, until when; those whose time is over may still be listed. */
  readonly refundable: readonly RefundLot[];
  /** When it was cancelled or expired. */
  readonly endedAt: Instant | null;
  /** When it next starts, renews or ends by itself; `null` once it has ended. */
  readonly dueAt: Instant | null;
  readonly resellerOfRecord: PartneredReseller | null;
  /** The same, to filter by. */
  readonly resellerOfRecordId: ResellerId | null;
  readonly supportContact: SupportContact;
  readonly delegations: readonly GrantedDelegation[];
  readonly warnings: readonly RecordWarning[];
  readonly revision: number;
}

export const subscriptionsView: ViewDefinition<SubscriptionDoc> = {
  name: 'subscriptions',
  version: 5,
  readableFrom: 2,
  fields: {
    customerId: 'keyword',
    providerId: 'keyword',
    offerId: 'keyword',
    status: 'keyword',
    orderedAt: 'keyword',
    dueAt: 'keyword',
    termEndsAt: 'keyword',
    resellerOfRecordId: 'keyword',
  },
  indexes: [
    ['customerId', 'orderedAt'],
    ['providerId', 'termEndsAt'],
    ['providerId', 'orderedAt'],
    ['providerId', 'resellerOfRecordId', 'termEndsAt'],
    ['dueAt'],
  ],
};

export const subscriptionsProjection: Projection<SubscriptionDoc> = {
  view: subscriptionsView,
  keysOf({ event }) {
    switch (event.type) {
      case 'SubscriptionOrdered':
      case 'SubscriptionQuantityChanged':
      case 'ResellerOfRecordChanged':
      case 'ResellerOfRecordCorrected':
      case 'SupportContactDesignated':
      case 'SubscriptionRenamed':
      case 'SubscriptionAutoRenewChanged':
      case 'SubscriptionActivated':
      case 'SubscriptionSuspended':
      case 'SubscriptionReactivated':
      case 'SubscriptionCancelled':
      case 'SubscriptionUpgraded':
      case 'SubscriptionChangeScheduled':
      case 'SubscriptionScheduledChangeUndone':
      case 'SubscriptionRenewed':
      case 'SubscriptionExpired':
        return [event.data.subscriptionId];
      case 'DelegatedAdminGranted':
      case 'DelegatedAdminRenewed':
      case 'DelegatedAdminRevoked':
        return event.data.scope.kind === 'subscription' ? [event.data.scope.subscriptionId] : [];
      case 'PersonalDataErased':
        return event.data.subscriptionIds;
      default:
        return [];
    }
  },
  apply(before, recorded, key) {
    const { event, revision } = recorded;
    if (event.type === 'SubscriptionOrdered') return ordered(event, recorded);
    if (before === undefined) throw misplaced(recorded, subscriptionsView.name, key);
    const doc = { ...before, revision };
    switch (event.type) {
      case 'SubscriptionQuantityChanged': {
        const { to, refund, refundedLicences, effectiveFrom } = event.data;
        const left = withoutLicences(doc.refundable, refundedLicences, effectiveFrom);
        return { ...doc, quantity: to, refundable: refund === null ? left : [...left, refund] };
      }
      case 'PersonalDataErased':
        return { ...doc, name: null };
      case 'SubscriptionRenamed':
        return { ...doc, name: revealed(event.personal)?.name ?? null };
      case 'SubscriptionAutoRenewChanged':
        return { ...doc, autoRenew: event.data.autoRenew };
      case 'SubscriptionActivated':
        return { ...doc, status: 'active', dueAt: doc.termEndsAt };
      case 'SubscriptionReactivated':
        return { ...doc, status: 'active' };
      case 'SubscriptionSuspended':
        return { ...doc, status: 'suspended' };
      case 'SubscriptionCancelled':
        return ended(doc, 'cancelled', event.data.effectiveFrom);
      case 'SubscriptionExpired':
        return ended(doc, 'expired', event.data.effectiveFrom);
      case 'SubscriptionUpgraded':
        return { ...doc, ...event.data.to };
      case 'SubscriptionChangeScheduled':
        return { ...doc, scheduledChange: event.data.to };
      case 'SubscriptionScheduledChangeUndone':
        return { ...doc, scheduledChange: null };
      case 'SubscriptionRenewed': {
        const { offerId, offer, quantity, termNumber, termStartsAt, termEndsAt } = event.data;
        const term = { termNumber, termStartsAt, termEndsAt, dueAt: termEndsAt };
        const bought = { offerId, offer, quantity, refundable: [event.data.refund] };
        return { ...doc, ...bought, ...term, scheduledChange: null };
      }
      case 'ResellerOfRecordChanged':
      case 'ResellerOfRecordCorrected':
        return { ...doc, ...ofRecord(event.data.to), warnings: event.data.warnings };
      case 'SupportContactDesignated':
        return { ...doc, supportContact: event.data.to };
      case 'DelegatedAdminGranted':
      case 'DelegatedAdminRenewed':
      case 'DelegatedAdminRevoked': {
        const delegations = delegationsAfter(doc.delegations, event, grantedDelegation);
        return { ...doc, delegations };
      }
      default:
        return doc;
    }
  },
};

function ordered(
  event: Extract<Recorded['event'], { readonly type: 'SubscriptionOrdered' }>,
  { revision, metadata }: Recorded,
): SubscriptionDoc {
  const { refund, ...data } = event.data;
  return {
    ...data,
    ...ofRecord(data.resellerOfRecord),
    termNumber: 1,
    termStartsAt: data.startsAt,
    scheduledChange: null,
    refundable: [refund],
    endedAt: null,
    dueAt: data.status === 'pending' ? data.startsAt : data.termEndsAt,
    providerId: metadata.tenant as ProviderId,
    name: revealed(event.personal)?.name ?? null,
    orderedAt: metadata.occurredAt,
    delegations: [],
    revision,
  };
}

function ofRecord(
  resellerOfRecord: PartneredReseller | null,
): Pick<SubscriptionDoc, 'resellerOfRecord' | 'resellerOfRecordId'> {
  return { resellerOfRecord, resellerOfRecordId: resellerOfRecord?.resellerId ?? null };
}

function ended(
  doc: SubscriptionDoc,
  status: 'cancelled' | 'expired',
  endedAt: Instant,
): SubscriptionDoc {
  return { ...doc, status, endedAt, dueAt: null, scheduledChange: null, refundable: [] };
}
