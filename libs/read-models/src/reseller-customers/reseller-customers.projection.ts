import type {
  CustomerId,
  DelegatedRight,
  DelegationId,
  DelegationScope,
  Instant,
  PartneredReseller,
  PeriodId,
  ProviderId,
  ResellerId,
  SubscriptionId,
  SupportContact,
} from '@tierbook/domain';
import type { Projection, Recorded } from '../projection';
import type { ViewDefinition } from '../view';

export interface HeldDelegation {
  readonly delegationId: DelegationId;
  readonly periodId: PeriodId;
  readonly scope: DelegationScope;
  readonly rights: readonly DelegatedRight[];
  readonly start: Instant;
  readonly end: Instant;
}

export interface HeldSupport {
  readonly subscriptionId: SubscriptionId;
  readonly periodId: PeriodId;
}

/**
 * Why a reseller may see a customer. There is a document while there is a reason, and it grows with the
 * reasons of this pair only: at most a few for each of the customer's subscriptions.
 * Whether the partnership still is active is for the reader to ask.
 */
export interface ResellerCustomerDoc {
  readonly resellerId: ResellerId;
  readonly customerId: CustomerId;
  readonly providerId: ProviderId;
  /** Associated with the account, in this period. */
  readonly associatedIn: PeriodId | null;
  readonly delegations: readonly HeldDelegation[];
  readonly supports: readonly HeldSupport[];
  /** When the last reason runs out by itself; `FOREVER` where one has no end. */
  readonly visibleUntil: Instant;
}

/** Later than every date. */
export const FOREVER: Instant = '9999-12-31T23:59:59.999Z';

export const resellerCustomersView: ViewDefinition<ResellerCustomerDoc> = {
  name: 'reseller-customers',
  version: 1,
  readableFrom: 1,
  fields: {
    resellerId: 'keyword',
    customerId: 'keyword',
    providerId: 'keyword',
    visibleUntil: 'keyword',
  },
  indexes: [['resellerId', 'customerId']],
};

type Reasons = Pick<ResellerCustomerDoc, 'associatedIn' | 'delegations' | 'supports'>;
const NO_REASON: Reasons = { associatedIn: null, delegations: [], supports: [] };

/** What an event does to the reasons of one reseller. */
interface Change {
  readonly resellerId: ResellerId;
  readonly customerId: CustomerId;
  readonly to: (reasons: Reasons) => Reasons;
}

/** The key of a reseller's document about a customer. */
export function resellerCustomerKey(resellerId: ResellerId, customerId: CustomerId): string {
  return `${resellerId}.${customerId}`;
}

function changesOf({ event }: Recorded): readonly Change[] {
  switch (event.type) {
    case 'CustomerResellerChanged':
      return [
        ...association(event.data.customerId, event.data.from, null),
        ...association(event.data.customerId, event.data.to, event.data.to?.periodId ?? null),
      ];
    case 'DelegatedAdminGranted': {
      const { customerId, resellerId, ...held } = event.data;
      const to = (reasons: Reasons): Reasons => ({
        ...reasons,
        delegations: [...without(reasons.delegations, held), held],
      });
      return [{ customerId, resellerId, to }];
    }
    case 'DelegatedAdminRevoked': {
      const { customerId, resellerId } = event.data;
      const to = (reasons: Reasons): Reasons => ({
        ...reasons,
        delegations: without(reasons.delegations, event.data),
      });
      return [{ customerId, resellerId, to }];
    }
    case 'SubscriptionOrdered': {
      const { customerId, subscriptionId, supportContact } = event.data;
      return support(customerId, supportContact, (others, { periodId }) => [
        ...others,
        { subscriptionId, periodId },
      ]);
    }
    case 'SupportContactDesignated': {
      const { customerId, subscriptionId, from, to } = event.data;
      return [
        ...support(customerId, from, (supports) =>
          supports.filter((each) => each.subscriptionId !== subscriptionId),
        ),
        ...support(customerId, to, (supports, { periodId }) => [
          ...supports,
          { subscriptionId, periodId },
        ]),
      ];
    }
    default:
      return [];
  }
}

function association(
  customerId: CustomerId,
  reseller: PartneredReseller | null,
  associatedIn: PeriodId | null,
): readonly Change[] {
  if (reseller === null) return [];
  const to = (reasons: Reasons): Reasons => ({ ...reasons, associatedIn });
  return [{ customerId, resellerId: reseller.resellerId, to }];
}

function support(
  customerId: CustomerId,
  contact: SupportContact,
  change: (supports: readonly HeldSupport[], contact: PartneredReseller) => readonly HeldSupport[],
): readonly Change[] {
  if (contact.kind === 'provider') return [];
  const to = (reasons: Reasons): Reasons => ({
    ...reasons,
    supports: change(reasons.supports, contact),
  });
  return [{ customerId, resellerId: contact.resellerId, to }];
}

function without(
  delegations: readonly HeldDelegation[],
  { delegationId }: Pick<HeldDelegation, 'delegationId'>,
): readonly HeldDelegation[] {
  return delegations.filter((each) => each.delegationId !== delegationId);
}

function visibleUntil({ associatedIn, delegations, supports }: Reasons): Instant | undefined {
  if (associatedIn !== null || supports.length > 0) return FOREVER;
  return delegations
    .map(({ end }) => end)
    .sort()
    .at(-1);
}

export const resellerCustomersProjection: Projection<ResellerCustomerDoc> = {
  view: resellerCustomersView,
  keysOf: (recorded) => [
    ...new Set(
      changesOf(recorded).map(({ resellerId, customerId }) =>
        resellerCustomerKey(resellerId, customerId),
      ),
    ),
  ],
  apply(doc, recorded, key) {
    const changes = changesOf(recorded).filter(
      ({ resellerId, customerId }) => resellerCustomerKey(resellerId, customerId) === key,
    );
    const [change] = changes;
    if (change === undefined) return doc ?? null;
    const { associatedIn, delegations, supports } = changes.reduce<Reasons>(
      (reasons, { to }) => to(reasons),
      doc ?? NO_REASON,
    );
    const until = visibleUntil({ associatedIn, delegations, supports });
    if (until === undefined) return null;
    return {
      resellerId: change.resellerId,
      customerId: change.customerId,
      providerId: recorded.metadata.tenant as ProviderId,
      associatedIn,
      delegations,
      supports,
      visibleUntil: until,
    };
  },
};
