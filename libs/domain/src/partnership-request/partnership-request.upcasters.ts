import type { EventSchemas } from '../schema';
import type { PartnershipRequestEvent } from './partnership-request.events';

/** Schema versions of each event type; see {@link EventSchemas}. */
export const partnershipRequestSchemas: EventSchemas<PartnershipRequestEvent> = {
  PartnershipRequested: {
    upcasters: [({ data, ...rest }) => ({ ...rest, data: { ...data, emailKey: null } })],
  },
  PartnershipRequestReminded: { upcasters: [] },
  PartnershipRequestBounced: { upcasters: [] },
  PartnershipRequestReminderDue: { upcasters: [] },
  PartnershipRequestExpired: { upcasters: [] },
  PartnershipRequestWithdrawn: { upcasters: [] },
  PartnershipRequestDeclined: { upcasters: [] },
  PartnershipRequestAccepted: { upcasters: [] },
};
