import { unknownCountry } from '../country-rules/country-checks';
import { accept, refuse, refuseBroken, type Decision } from '../decision';
import type { ProviderCommand } from './provider.commands';
import type { ProviderEvent } from './provider.events';
import type { ProviderState } from './provider.state';

export const initialState: ProviderState = { status: 'none' };

export function decide(command: ProviderCommand, state: ProviderState): Decision<ProviderEvent> {
  if (state.status !== 'none') {
    return refuse('provider-exists', `Provider ${command.providerId} exists already.`);
  }
  const { providerId, country, name, email } = command;
  return (
    refuseBroken(unknownCountry(country)) ??
    accept({
      type: 'ProviderCreated',
      data: { providerId, country },
      personal: { name, email },
    })
  );
}

export function evolve(_state: ProviderState, { data }: ProviderEvent): ProviderState {
  return { status: 'active', providerId: data.providerId, country: data.country };
}
