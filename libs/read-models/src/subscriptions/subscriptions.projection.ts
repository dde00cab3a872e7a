import type {
  BillingCycle,
  CustomerId,
  DelegatedRight,
  DelegationId,
  Instant,
  OfferId,
  OfferTerms,
  PartneredReseller,
  ProviderId,
  SubscriptionId,
  SupportContact,
  Term,
  WarningCode,
} from '@tierbook/domain';
import { misplaced, revealed, type Projection, type Recorded } from '../projection';
import type { ViewDefinition } from '../view';

/** A delegated administrator of this subscription alone. */
export interface SubscriptionDelegation extends PartneredReseller {
  readonly delegationId: DelegationId;
  readonly rights: readonly DelegatedRight[];
  readonly start: Instant;
  readonly end: Instant;
}

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
  readonly status: 'active' | 'pending';
  readonly orderedAt: Instant;
  readonly startsAt: Instant;
  /** Exclusive. */
  readonly termEndsAt: Instant;
  readonly autoRenew: boolean;
  readonly resellerOfRecord: PartneredReseller | null;
  readonly supportContact: SupportContact;
  readonly delegations: readonly SubscriptionDelegation[];
  readonly warnings: readonly WarningCode[];
  readonly revision: number;
}

export const subscriptionsView: ViewDefinition<SubscriptionDoc> = {
  name: 'subscriptions',
  version: 1,
  readableFrom: 1,
  fields: {
    customerId: 'keyword',
    providerId: 'keyword',
    offerId: 'keyword',
    status: 'keyword',
    orderedAt: 'keyword',
  },
  indexes: [['customerId', 'orderedAt']],
};

export const subscriptionsProjection: Projection<SubscriptionDoc> = {
  view: subscriptionsView,
  keysOf({ event }) {
    switch (event.type) {
      case 'SubscriptionOrdered':
      case 'SubscriptionQuantityChanged':
      case 'ResellerOfRecordChanged':
      case 'SupportContactDesignated':
        return [event.data.subscriptionId];
      case 'DelegatedAdminGranted':
      case 'DelegatedAdminRevoked':
        return event.data.scope.kind === 'subscription' ? [event.data.scope.subscriptionId] : [];
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
      case 'SubscriptionQuantityChanged':
        return { ...doc, quantity: event.data.to };
      case 'ResellerOfRecordChanged':
        return { ...doc, resellerOfRecord: event.data.to, warnings: event.data.warnings };
      case 'SupportContactDesignated':
        return { ...doc, supportContact: event.data.to };
      case 'DelegatedAdminGranted': {
        const { delegationId, resellerId, periodId, rights, start, end } = event.data;
        const granted = { delegationId, resellerId, periodId, rights, start, end };
        return { ...doc, delegations: [...doc.delegations, granted] };
      }
      case 'DelegatedAdminRevoked': {
        const { delegationId } = event.data;
        const delegations = doc.delegations.filter((each) => each.delegationId !== delegationId);
        return { ...doc, delegations };
      }
      default:
        return doc;
    }
  },
};

function ordered(
  { data, personal }: Extract<Recorded['event'], { readonly type: 'SubscriptionOrdered' }>,
  { revision, metadata }: Recorded,
): SubscriptionDoc {
  return {
    ...data,
    providerId: metadata.tenant as ProviderId,
    name: revealed(personal)?.name ?? null,
    orderedAt: metadata.occurredAt,
    delegations: [],
    revision,
  };
}
