import type { Party } from '../parties';
import { decide, evolve, initialState } from './partnership.decider';
import type { PartnershipEvent } from './partnership.events';
import type { PartnershipState } from './partnership.state';
import { partnershipSchemas } from './partnership.upcasters';

/** A provider and a reseller, through all their periods. */
export const partnership = {
  category: 'partnership',
  initialState,
  decide,
  evolve,
  schemas: partnershipSchemas,
  /** A reason for ending belongs to the tenant, whichever side gave it. */
  personalSubject: (_id: string, event: PartnershipEvent): string =>
    `provider-${event.data.providerId}`,
  tenantOf: (state: PartnershipState) => (state.status === 'none' ? null : state.providerId),
  partiesOf: (event: PartnershipEvent): readonly Party[] => [
    { id: event.data.resellerId, as: 'reseller' },
  ],
};
