import type { Party } from '../parties';
import { decide, evolve, initialState } from './provider.decider';
import type { ProviderState } from './provider.state';
import { providerSchemas } from './provider.upcasters';

/** A provider: the tenant. Created by the operator. */
export const provider = {
  category: 'provider',
  initialState,
  decide,
  evolve,
  schemas: providerSchemas,
  personalSubject: (id: string): string => `provider-${id}`,
  tenantOf: (state: ProviderState) => (state.status === 'none' ? null : state.providerId),
  partiesOf: (): readonly Party[] => [],
};
