import { invalidPhone, unknownCountry } from '../country-rules/country-checks';
import { accept, refuse, refuseBroken, type Decision } from '../decision';
import { parsePartnerId } from '../identifiers';
import type {
  ApplyReseller,
  ApproveReseller,
  RejectReseller,
  ResellerCommand,
} from './reseller.commands';
import type { ResellerEvent } from './reseller.events';
import type { ResellerState } from './reseller.state';

export const initialState: ResellerState = { status: 'none' };

export function decide(command: ResellerCommand, state: ResellerState): Decision<ResellerEvent> {
  switch (command.type) {
    case 'apply-reseller':
      return apply(command, state);
    case 'approve-reseller':
    case 'reject-reseller':
      return judge(command, state);
  }
}

/** A rejected reseller may apply again, with other details under the same partner id. */
function apply(command: ApplyReseller, state: ResellerState): Decision<ResellerEvent> {
  if (state.status === 'applied') {
    return refuse('reseller-already-applied', 'An application of this partner id waits already.');
  }
  if (state.status === 'enrolled') {
    return refuse('reseller-already-enrolled', 'This partner id is enrolled already.');
  }
  const { resellerId, partnerId, country, name, email, state: province, phone } = command;
  if (parsePartnerId(partnerId) === null) {
    throw new TypeError('partnerId must be 1-20 digits without a leading zero; parse it first.');
  }
  const refusal = refuseBroken([...unknownCountry(country), ...invalidPhone(command)]);
  if (refusal !== undefined) return refusal;
  return accept({
    type: 'ResellerApplied',
    data: { resellerId, partnerId, country },
    personal: {
      name,
      email,
      ...(province === undefined ? {} : { state: province }),
      ...(phone === undefined ? {} : { phone }),
    },
  });
}

function judge(
  command: ApproveReseller | RejectReseller,
  state: ResellerState,
): Decision<ResellerEvent> {
  if (state.status !== 'applied') {
    return refuse('reseller-not-applied', `The reseller's status is "${state.status}".`);
  }
  const data = { resellerId: state.resellerId };
  if (command.type === 'approve-reseller') return accept({ type: 'ResellerApproved', data });
  return accept({
    type: 'ResellerRejected',
    data,
    ...(command.reason === undefined ? {} : { personal: { reason: command.reason } }),
  });
}

export function evolve(state: ResellerState, event: ResellerEvent): ResellerState {
  if (event.type === 'ResellerApplied') {
    const { resellerId, partnerId, country } = event.data;
    return { status: 'applied', resellerId, partnerId, country };
  }
  if (state.status === 'none') return state;
  return { ...state, status: event.type === 'ResellerApproved' ? 'enrolled' : 'rejected' };
}
