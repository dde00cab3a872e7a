import type { PartneredReseller } from '../ids';
import type { CustomerResellerChanged } from './customer.events';
import type { CustomerState } from './customer.state';
import { hasEnded } from './subscription-due';

type Existing = Exclude<CustomerState, { readonly status: 'none' }>;

/**
 * The association moves. A reseller that comes is warned of subscriptions that credit nobody: being
 * associated with the account is no credit.
 */
export function resellerChanged(
  { customerId, reseller: from, subscriptions }: Existing,
  to: PartneredReseller | null,
): CustomerResellerChanged {
  const isUncredited =
    to !== null &&
    [...subscriptions.values()].some((each) => !hasEnded(each) && each.resellerOfRecord === null);
  const warnings = isUncredited ? (['subscriptions-uncredited'] as const) : [];
  return { type: 'CustomerResellerChanged', data: { customerId, from, to, warnings } };
}
