import type { Party } from '../parties';
import { decide, evolve, initialState } from './offer.decider';
import type { OfferState } from './offer.state';
import { offerSchemas } from './offer.upcasters';

/** What a provider's customers can subscribe to. Catalogue data: nothing personal. */
export const offer = {
  category: 'offer',
  initialState,
  decide,
  evolve,
  schemas: offerSchemas,
  tenantOf: (state: OfferState) => (state.status === 'none' ? null : state.providerId),
  partiesOf: (): readonly Party[] => [],
};
