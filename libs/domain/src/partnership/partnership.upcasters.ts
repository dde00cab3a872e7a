import type { EventSchemas } from '../schema';
import type { PartnershipEvent } from './partnership.events';

/** Schema versions of each event type; see {@link EventSchemas}. */
export const partnershipSchemas: EventSchemas<PartnershipEvent> = {
  PartnershipAccepted: { upcasters: [] },
  PartnershipEnded: {
    upcasters: [
      ({ data, ...rest }) => ({ ...rest, data: { ...data, successor: null, creditUntil: null } }),
    ],
  },
  PartnershipOffBoardingPlanned: { upcasters: [] },
  PartnershipOffBoardingCompleted: { upcasters: [] },
};
