import type { Party } from '../parties';
import { decide, evolve, initialState } from './services.decider';
import type { ServicesEvent } from './services.events';
import type { ServicesState } from './services.state';
import { servicesSchemas } from './services.upcasters';

/** An organisation's services, in one stream: a name is its once, and they are listed by their state. */
export const services = {
  category: 'services',
  initialState,
  decide,
  evolve,
  schemas: servicesSchemas,
  tenantOf: (state: ServicesState) =>
    state.status === 'some' && state.owner.kind === 'provider' ? state.owner.id : null,
  partiesOf: (_event: ServicesEvent, state: ServicesState): readonly Party[] =>
    state.status === 'some' && state.owner.kind === 'reseller'
      ? [{ id: state.owner.id, as: 'reseller' }]
      : [],
  touches: ({ data }: ServicesEvent): readonly string[] => [data.serviceId],
};
