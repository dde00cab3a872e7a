import {
  activePeriodOf,
  delegationsHeldBy,
  partnershipIdOf,
  type CustomerState,
  type DelegatedRight,
  type ResellerId,
  type SubscriptionId,
} from '@tierbook/domain';
import type { Authority, Gathering, OrRefusal } from '@tierbook/eventing';
import type { Action, Principal } from '@tierbook/identity';
import { checkRole, notFound } from '../access';
import { aggregates } from '../aggregates';

/** What a command on a customer asks of a reseller's delegation. */
export interface DelegatedUse {
  readonly action: Action;
  readonly right: DelegatedRight;
  /** The subscription that it concerns; absent for the account. */
  readonly subscriptionId?: SubscriptionId;
}

/** Whether the operator has suspended this reseller: then no delegation of its own holds. */
async function isSuspended(gathering: Gathering, resellerId: ResellerId): Promise<boolean> {
  const { status } = await gathering.read(aggregates.reseller, resellerId);
  return status === 'suspended';
}

/**
 * Whether this caller may do this to this customer now: its provider by role; a reseller by role, by a
 * delegation that covers it, only while its partnership with the provider is active, and not while
 * the reseller is suspended.
 */
export async function authoriseOnCustomer(
  principal: Principal,
  use: DelegatedUse,
  state: CustomerState,
  gathering: Gathering,
  now: string,
): Promise<OrRefusal<Authority>> {
  const { organisation } = principal;
  if (state.status === 'none' || organisation.kind === 'operator') return notFound('customer');
  if (organisation.kind === 'provider') {
    return organisation.id === state.providerId
      ? checkRole(principal, use.action)
      : notFound('customer');
  }
  const resellerId = organisation.id as ResellerId;
  if (await isSuspended(gathering, resellerId)) return notFound('customer');
  const partnership = await gathering.read(
    aggregates.partnership,
    partnershipIdOf(state.providerId, resellerId),
  );
  const period = activePeriodOf(partnership);
  if (period === null) return notFound('customer');
  const held = delegationsHeldBy(state, resellerId, period, now);
  if (held.length === 0) return notFound('customer');
  const allowed = checkRole(principal, use.action);
  if ('refusal' in allowed) return allowed;
  const delegation = held.find(
    ({ rights, scope }) =>
      rights.includes(use.right) &&
      (scope.kind === 'account' || scope.subscriptionId === use.subscriptionId),
  );
  if (delegation === undefined) {
    return {
      refusal: {
        code: 'delegation-insufficient',
        detail: `No delegation of this reseller covers ${use.right} here.`,
      },
    };
  }
  return { ok: { onBehalfOf: state.customerId, delegation: delegation.delegationId } };
}
