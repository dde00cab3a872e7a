import {
  activePeriodOf,
  delegationsHeldBy,
  partnershipIdOf,
  visibleSubscriptions,
  type CustomerState,
  type Instant,
  type PeriodId,
  type ProviderId,
  type ResellerId,
  type SubscriptionId,
} from '@tierbook/domain';
import type { Authority, Gathering, OrRefusal } from '@tierbook/eventing';
import { rightFor, rolesFor, type CustomerAction, type Principal } from '@tierbook/identity';
import { checkRole, notFound } from '../access';
import { aggregates } from '../aggregates';

/** What somebody wants to do with a customer. */
export interface CustomerUse {
  readonly action: CustomerAction;
  /** The subscription that it concerns; absent for the account. */
  readonly subscriptionId?: SubscriptionId;
}

/** What of one customer a caller may see: all of it, or these subscriptions and no others. */
export type Sight = 'all' | ReadonlySet<SubscriptionId>;

/**
 * The period in which the two are partners now; `null` when they are not, or while the operator has
 * suspended the reseller: then none of its delegations holds.
 */
export async function usablePeriod(
  gathering: Gathering,
  providerId: ProviderId,
  resellerId: ResellerId,
): Promise<PeriodId | null> {
  const { status } = await gathering.read(aggregates.reseller, resellerId);
  if (status === 'suspended') return null;
  const partnershipId = partnershipIdOf(providerId, resellerId);
  return activePeriodOf(await gathering.read(aggregates.partnership, partnershipId));
}

/** What the caller may see of this customer at `now`; `none`: not even that it exists. */
export async function sightOf(
  principal: Principal,
  state: CustomerState,
  gathering: Gathering,
  now: Instant,
): Promise<Sight | 'none'> {
  return sightIn(await periodOf(principal, state, gathering), principal, state, now);
}

/**
 * Whether this caller may do this to this customer now: its provider by role; a reseller by role, by a
 * delegation that covers it, only while its partnership with the provider is active, and not while
 * the reseller is suspended. Who may not see the customer does not find it; who may is told who may do this.
 */
export async function authoriseOnCustomer(
  principal: Principal,
  use: CustomerUse,
  state: CustomerState,
  gathering: Gathering,
  now: Instant,
): Promise<OrRefusal<Authority>> {
  const period = await periodOf(principal, state, gathering);
  if (sightIn(period, principal, state, now) === 'none') return notFound('customer');
  const allowed = checkRole(principal, use.action);
  if ('refusal' in allowed || principal.organisation.kind !== 'reseller') return allowed;
  return byDelegation(principal.organisation.id as ResellerId, period, use, state, now);
}

/** Of a reseller: the period of its partnership in which it may act; none for others, who need none. */
async function periodOf(
  { organisation }: Principal,
  state: CustomerState,
  gathering: Gathering,
): Promise<PeriodId | null> {
  if (state.status === 'none' || organisation.kind !== 'reseller') return null;
  return usablePeriod(gathering, state.providerId, organisation.id as ResellerId);
}

function sightIn(
  period: PeriodId | null,
  { organisation }: Principal,
  state: CustomerState,
  now: Instant,
): Sight | 'none' {
  if (state.status === 'none') return 'none';
  switch (organisation.kind) {
    case 'operator':
      return 'none';
    case 'provider':
      return organisation.id === state.providerId ? 'all' : 'none';
    case 'customer':
      return organisation.id === state.customerId ? 'all' : 'none';
    case 'reseller':
      return visibleSubscriptions(state, organisation.id as ResellerId, period, now);
  }
}

function byDelegation(
  resellerId: ResellerId,
  period: PeriodId | null,
  { action, subscriptionId }: CustomerUse,
  state: CustomerState,
  now: Instant,
): OrRefusal<Authority> {
  const right = rightFor(action);
  const delegation = delegationsHeldBy(state, resellerId, period, now, right).find(
    ({ scope }) => scope.kind === 'account' || scope.subscriptionId === subscriptionId,
  );
  if (state.status !== 'none' && right !== undefined && delegation !== undefined) {
    return { ok: { onBehalfOf: state.customerId, delegation: delegation.delegationId } };
  }
  return {
    refusal: {
      code: 'delegation-insufficient',
      detail:
        `No delegation of this reseller covers ${action} here. These may, a reseller's by a delegation ` +
        `of ${String(right)}: ${rolesFor(action).join(', ')}.`,
    },
  };
}
