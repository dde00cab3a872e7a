import type { Party } from '../parties';
import { decide, evolve, initialState } from './partnership-request.decider';
import type { PartnershipRequestEvent } from './partnership-request.events';
import type { PartnershipRequestState } from './partnership-request.state';
import { partnershipRequestSchemas } from './partnership-request.upcasters';

/** A provider's invitation to one e-mail address; its link is used once. */
export const partnershipRequest = {
  category: 'partnershipRequest',
  initialState,
  decide,
  evolve,
  schemas: partnershipRequestSchemas,
  personalSubject: (id: string): string => `request-${id}`,
  tenantOf: (state: PartnershipRequestState) => (state.status === 'none' ? null : state.providerId),
  /** Whom the provider had in mind is not known until a reseller answers. */
  partiesOf: (event: PartnershipRequestEvent): readonly Party[] =>
    'resellerId' in event.data ? [{ id: event.data.resellerId, as: 'reseller' }] : [],
};
