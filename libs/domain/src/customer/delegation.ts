import { addMonths, hasCome } from '../calendar';
import type { CustomerId, DelegationId, Instant, PartneredReseller, SubscriptionId } from '../ids';
import type {
  DelegatedAdminGranted,
  DelegatedAdminRevoked,
  DelegatedRight,
  DelegationScope,
} from './customer.events';
import type { CustomerState, DelegationState } from './customer.state';

type Existing = Exclude<CustomerState, { readonly status: 'none' }>;

/** A delegation lasts two calendar years at most, and may then be renewed. */
export const MOST_MONTHS = 24;

/** What the associated reseller may do on the whole account, and a reseller of record on its subscription. */
export const RIGHTS_OF: Readonly<Record<DelegationScope['kind'], readonly DelegatedRight[]>> = {
  account: [
    'read-customer',
    'manage-customer',
    'order-subscriptions',
    'manage-subscriptions',
    'designate-support-contact',
  ],
  subscription: ['read-customer', 'manage-subscriptions', 'designate-support-contact'],
};

/** The delegation of all rights of its scope, from `at` on for two calendar years. */
export function grant(
  customerId: CustomerId,
  delegationId: DelegationId,
  { resellerId, periodId }: PartneredReseller,
  scope: DelegationScope,
  at: Instant,
): DelegatedAdminGranted {
  return {
    type: 'DelegatedAdminGranted',
    data: {
      customerId,
      delegationId,
      resellerId,
      periodId,
      scope,
      rights: RIGHTS_OF[scope.kind],
      start: at,
      end: addMonths(at, MOST_MONTHS),
    },
  };
}

/** The end of a delegation; one whose time has run out has expired, whatever else ends it now. */
export function revoke(
  customerId: CustomerId,
  { delegationId, resellerId, periodId, scope, end }: DelegationState,
  cause: DelegatedAdminRevoked['data']['cause'],
  at: Instant,
): DelegatedAdminRevoked {
  return {
    type: 'DelegatedAdminRevoked',
    data: {
      customerId,
      delegationId,
      resellerId,
      periodId,
      scope,
      cause: hasCome(end, at) ? 'expired' : cause,
    },
  };
}

/** Whether the delegation's dates let it hold at `now`. */
export function holdsAt({ start, end }: DelegationState, now: Instant): boolean {
  return hasCome(start, now) && !hasCome(end, now);
}

/** Delegations scoped to this one subscription that have not been revoked. */
export function delegationsOn(state: Existing, subscriptionId: SubscriptionId): DelegationState[] {
  return [...state.delegations.values()].filter(
    ({ scope }) => scope.kind === 'subscription' && scope.subscriptionId === subscriptionId,
  );
}
