import type {
  CustomerId,
  DelegatedAdminGranted,
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
import { delegationsAfter } from '../delegations/granted-delegation';
import type { Projection, Recorded } from '../projection';
import type { ViewDefinition } from '../view';

/** A delegation with the right to read, from `start` until `end`. */
export interface HeldDelegation {
  readonly delegationId: DelegationId;
  readonly scope: DelegationScope;
  readonly start: Instant;
  readonly end: Instant;
}

/**
 * Why a reseller may see a customer in one period of its partnership: by delegation, or as a support
 * contact. There is a document while there is a reason, and it grows with the reasons of these two only:
 * a few for each of the customer's subscriptions. Whether the period is active is for the reader to ask.
 */
export interface ResellerCustomerDoc {
  readonly resellerId: ResellerId;
  readonly customerId: CustomerId;
  readonly providerId: ProviderId;
  readonly periodId: PeriodId;
  readonly delegations: readonly HeldDelegation[];
  /** Subscriptions that the reseller is the support contact of. */
  readonly supports: readonly SubscriptionId[];
  /** When the last reason runs out by itself; `FOREVER` where one has no end. */
  readonly visibleUntil: Instant;
}

/** Later than every date. */
export const FOREVER: Instant = '9999-12-31T23:59:59.999Z';

export const resellerCustomersView: ViewDefinition<ResellerCustomerDoc> = {
  name: 'reseller-customers',
  version: 2,
  readableFrom: 1,
  fields: {
    resellerId: 'keyword',
    customerId: 'keyword',
    visibleUntil: 'keyword',
  },
  indexes: [['resellerId', 'customerId']],
};

type Reasons = Pick<ResellerCustomerDoc, 'delegations' | 'supports'>;

/** What an event does to one reseller's reasons. */
interface Change extends PartneredReseller {
  readonly customerId: CustomerId;
  readonly to: (reasons: Reasons) => Reasons;
}

function changesOf({ event }: Recorded): readonly Change[] {
  switch (event.type) {
    case 'DelegatedAdminGranted':
    case 'DelegatedAdminRenewed':
    case 'DelegatedAdminRevoked': {
      if (event.type === 'DelegatedAdminGranted' && !event.data.rights.includes('read-customer')) {
        return [];
      }
      const { customerId, resellerId, periodId } = event.data;
      const to = ({ delegations, supports }: Reasons) => {
        return { delegations: delegationsAfter(delegations, event, heldDelegation), supports };
      };
      return [{ customerId, resellerId, periodId, to }];
    }
    case 'SubscriptionOrdered':
      return support(event.data, event.data.supportContact, 'begins');
    case 'SupportContactDesignated':
      return [
        ...support(event.data, event.data.from, 'ends'),
        ...support(event.data, event.data.to, 'begins'),
      ];
    default:
      return [];
  }
}

function heldDelegation({
  delegationId,
  scope,
  start,
  end,
}: DelegatedAdminGranted['data']): HeldDelegation {
  return { delegationId, scope, start, end };
}

function support(
  of: { readonly customerId: CustomerId; readonly subscriptionId: SubscriptionId },
  contact: SupportContact,
  change: 'begins' | 'ends',
): readonly Change[] {
  if (contact.kind === 'provider') return [];
  const { customerId, subscriptionId } = of;
  const { resellerId, periodId } = contact;
  const to = ({ delegations, supports }: Reasons) => {
    const others = supports.filter((each) => each !== subscriptionId);
    return { delegations, supports: change === 'begins' ? [...others, subscriptionId] : others };
  };
  return [{ customerId, resellerId, periodId, to }];
}

/** The key of what a reseller may see of a customer in one period. */
export function keyOf({
  resellerId,
  customerId,
  periodId,
}: Pick<ResellerCustomerDoc, 'resellerId' | 'customerId' | 'periodId'>): string {
  return `${resellerId}.${customerId}.${periodId}`;
}

/** `undefined` when there is no reason. */
function visibleUntil({ delegations, supports }: Reasons): Instant | undefined {
  if (supports.length > 0) return FOREVER;
  const ends = delegations.map(({ end }) => end);
  return ends.sort().at(-1);
}

export const resellerCustomersProjection: Projection<ResellerCustomerDoc> = {
  view: resellerCustomersView,
  keysOf: (recorded) => changesOf(recorded).map(keyOf),
  apply(doc, recorded, key) {
    const changes = changesOf(recorded).filter((change) => keyOf(change) === key);
    const [change] = changes;
    if (change === undefined) return doc ?? null;
    const none: Reasons = { delegations: [], supports: [] };
    const { delegations, supports } = changes.reduce((reasons, { to }) => to(reasons), doc ?? none);
    const until = visibleUntil({ delegations, supports });
    if (until === undefined) return null;
    const { resellerId, customerId, periodId } = change;
    const providerId = recorded.metadata.tenant as ProviderId;
    return {
      resellerId,
      customerId,
      providerId,
      periodId,
      delegations,
      supports,
      visibleUntil: until,
    };
  },
};
