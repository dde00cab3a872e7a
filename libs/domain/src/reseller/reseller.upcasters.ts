import type { EventSchemas } from '../schema';
import type { ResellerEvent } from './reseller.events';

/** Schema versions of each event type; see {@link EventSchemas}. */
export const resellerSchemas: EventSchemas<ResellerEvent> = {
  ResellerApplied: { upcasters: [] },
  ResellerApproved: { upcasters: [] },
  ResellerRejected: { upcasters: [] },
  ResellerSuspended: { upcasters: [] },
  ResellerReinstated: { upcasters: [] },
  ResellerProfileChanged: { upcasters: [] },
};
