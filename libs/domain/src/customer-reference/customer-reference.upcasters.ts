import type { EventSchemas } from '../schema';
import type { CustomerReferenceEvent } from './customer-reference.events';

/** Schema versions of each event type; see {@link EventSchemas}. */
export const customerReferenceSchemas: EventSchemas<CustomerReferenceEvent> = {
  CustomerReferenceClaimed: { upcasters: [] },
  CustomerReferenceReleased: { upcasters: [] },
};
