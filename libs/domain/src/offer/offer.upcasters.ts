import type { EventSchemas, StoredContent } from '../schema';
import type { OfferEvent } from './offer.events';

/** Version 1 had no price, no add-on rule, and was available to everybody. */
function publishedV1ToV2({ data, ...others }: StoredContent): StoredContent {
  const added = {
    pricing: null,
    addOnOf: [],
    limitPerCustomer: null,
    upgradeTargets: [],
    countries: null,
  };
  return { ...others, data: { ...data, ...added } };
}

/** Schema versions of each event type; see {@link EventSchemas}. */
export const offerSchemas: EventSchemas<OfferEvent> = {
  OfferPublished: { upcasters: [publishedV1ToV2] },
  OfferRevised: { upcasters: [] },
  OfferRetired: { upcasters: [] },
};
