import { unknownCountry } from '../country-rules/country-checks';
import { accept, refuse, refuseBroken, type Decision } from '../decision';
import { unreachable } from '../defect';
import type { CreateProvider, ProviderCommand, RequireAgreement } from './provider.commands';
import type { ProviderEvent } from './provider.events';
import type { ProviderState } from './provider.state';

export const initialState: ProviderState = { status: 'none' };

export function decide(command: ProviderCommand, state: ProviderState): Decision<ProviderEvent> {
  return command.type === 'create-provider'
    ? create(command, state)
    : requireAgreement(command, state);
}

function create(command: CreateProvider, state: ProviderState): Decision<ProviderEvent> {
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

function requireAgreement(
  { version: to, ...command }: RequireAgreement,
  state: ProviderState,
): Decision<ProviderEvent> {
  if (state.status === 'none') throw unreachable(command, state.status);
  const { providerId, requiredAgreement: from } = state;
  if (from === to) return accept();
  return accept({ type: 'AgreementRequirementChanged', data: { providerId, from, to } });
}

export function evolve(state: ProviderState, event: ProviderEvent): ProviderState {
  if (event.type === 'AgreementRequirementChanged') {
    return state.status === 'none' ? state : { ...state, requiredAgreement: event.data.to };
  }
  const { providerId, country } = event.data;
  return { status: 'active', providerId, country, requiredAgreement: null };
}
