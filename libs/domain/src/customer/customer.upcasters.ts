import type { EventSchemas } from '../schema';
import type { CustomerEvent } from './customer.events';

/** Schema versions of each event type; see {@link EventSchemas}. */
export const customerSchemas: EventSchemas<CustomerEvent> = {
  CustomerCreated: { upcasters: [] },
  CustomerResellerChanged: { upcasters: [] },
  DelegatedAdminGranted: { upcasters: [] },
  DelegatedAdminRevoked: { upcasters: [] },
  AdminCredentialIssued: { upcasters: [] },
  SubscriptionOrdered: { upcasters: [] },
  SubscriptionQuantityChanged: { upcasters: [] },
  ResellerOfRecordChanged: { upcasters: [] },
  SupportContactDesignated: { upcasters: [] },
};
