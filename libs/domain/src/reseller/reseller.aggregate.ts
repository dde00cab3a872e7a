import type { Party } from '../parties';
import { decide, evolve, initialState } from './reseller.decider';
import type { ResellerEvent } from './reseller.events';
import { resellerSchemas } from './reseller.upcasters';

/** A reseller's enrolment in the programme. It belongs to no provider. */
export const reseller = {
  category: 'reseller',
  initialState,
  decide,
  evolve,
  schemas: resellerSchemas,
  personalSubject: (id: string): string => `reseller-${id}`,
  tenantOf: () => null,
  partiesOf: (event: ResellerEvent): readonly Party[] => [
    { id: event.data.resellerId, as: 'reseller' },
  ],
};
