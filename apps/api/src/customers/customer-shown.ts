import type { CustomerDetail, SubscriptionRow } from '@tierbook/read-models';

/** A customer's page: its own fields, and the subscriptions that the caller may see. */
export interface CustomerShown extends CustomerDetail {
  readonly subscriptions: readonly SubscriptionRow[];
}
