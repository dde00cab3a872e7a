import type { Party } from '../parties';
import { decide, evolve, initialState } from './customer-reference.decider';
import type { CustomerReferenceEvent } from './customer-reference.events';
import type { CustomerReferenceState } from './customer-reference.state';
import { customerReferenceSchemas } from './customer-reference.upcasters';

/** A provider's own reference of a customer, unique among its customers: the stream's id is its HMAC. */
export const customerReference = {
  category: 'customerReference',
  initialState,
  decide,
  evolve,
  schemas: customerReferenceSchemas,
  tenantOf: (state: CustomerReferenceState) => (state.status === 'none' ? null : state.providerId),
  partiesOf: ({ data }: CustomerReferenceEvent): readonly Party[] => [
    { id: data.customerId, as: 'customer' },
  ],
};
