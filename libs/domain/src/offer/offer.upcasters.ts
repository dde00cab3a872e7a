import type { EventSchemas } from '../schema';
import type { OfferEvent } from './offer.events';

/** Schema versions of each event type; see {@link EventSchemas}. */
export const offerSchemas: EventSchemas<OfferEvent> = {
  OfferPublished: { upcasters: [] },
};
