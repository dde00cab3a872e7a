import type { CustomerEvent, CustomerState, SubscriptionId } from '@tierbook/domain';
import { aggregates } from '../aggregates';
import type { Seats } from '../answer';

/** Licences of the subscription that a command addresses, and of those that its events touch, as they stand in `state`. */
export function seatsIn(
  state: CustomerState,
  events: readonly CustomerEvent[],
  addressed?: SubscriptionId,
): readonly Seats[] {
  if (state.status === 'none') return [];
  const touched = events.flatMap((event) => aggregates.customer.touches(event));
  const ids = new Set([...(addressed === undefined ? [] : [addressed]), ...touched]);
  return [...ids].flatMap((id) => {
    const subscription = state.subscriptions.get(id as SubscriptionId);
    if (subscription === undefined) return [];
    const { subscriptionId, offerId, quantity, offer } = subscription;
    const { maxQuantity: maximum } = offer;
    return [{ subscriptionId, offerId, quantity, maximum, left: Math.max(0, maximum - quantity) }];
  });
}
