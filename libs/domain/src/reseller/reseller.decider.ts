import { brokenState, invalidPhone, unknownCountry } from '../country-rules/country-checks';
import { accept, refuse, refuseBroken, type Decision } from '../decision';
import { parsePartnerId } from '../identifiers';
import type {
  ApplyReseller,
  ApproveReseller,
  ChangeResellerProfile,
  RejectReseller,
  ResellerCommand,
  SuspendReseller,
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
    case 'suspend-reseller':
      return suspend(command, state);
    case 'reinstate-reseller':
      return reinstate(state);
    case 'change-reseller-profile':
      return changeProfile(command, state);
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
  if (state.status === 'suspended') return suspended();
  const { resellerId, partnerId, country, name, email, state: province, phone } = command;
  if (parsePartnerId(partnerId) === null) {
    throw new TypeError('partnerId must be 1-20 digits without a leading zero; parse it first.');
  }
  const unknown = unknownCountry(country);
  const refusal = refuseBroken(
    unknown.length > 0
      ? unknown
      : [...brokenState(country, province, '/state'), ...invalidPhone(command)],
  );
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

function suspend({ reason }: SuspendReseller, state: ResellerState): Decision<ResellerEvent> {
  if (state.status === 'suspended') return suspended();
  if (state.status !== 'enrolled') return notEnrolled(state);
  return accept({
    type: 'ResellerSuspended',
    data: { resellerId: state.resellerId },
    ...(reason === undefined ? {} : { personal: { reason } }),
  });
}

function reinstate(state: ResellerState): Decision<ResellerEvent> {
  if (state.status !== 'suspended') {
    return refuse('reseller-not-suspended', `The reseller's status is "${state.status}".`);
  }
  return accept({ type: 'ResellerReinstated', data: { resellerId: state.resellerId } });
}

function changeProfile(
  { profile, phoneIsValid }: ChangeResellerProfile,
  state: ResellerState,
): Decision<ResellerEvent> {
  if (state.status === 'suspended') return suspended();
  if (state.status !== 'enrolled') return notEnrolled(state);
  const { resellerId, country } = state;
  return (
    refuseBroken([
      ...brokenState(country, profile.state, '/state'),
      ...invalidPhone({ ...profile, country, phoneIsValid }),
    ]) ?? accept({ type: 'ResellerProfileChanged', data: { resellerId }, personal: profile })
  );
}

function suspended(): Decision<never> {
  return refuse('reseller-suspended', 'The operator has suspended this reseller.');
}

function notEnrolled({ status }: ResellerState): Decision<never> {
  return refuse('reseller-not-enrolled', `The reseller's status is "${status}".`);
}

/** Status of a reseller after an event that decides on it. */
const STATUS_AFTER = {
  ResellerApproved: 'enrolled',
  ResellerRejected: 'rejected',
  ResellerSuspended: 'suspended',
  ResellerReinstated: 'enrolled',
} as const;

export function evolve(state: ResellerState, event: ResellerEvent): ResellerState {
  if (event.type === 'ResellerApplied') {
    const { resellerId, partnerId, country } = event.data;
    return { status: 'applied', resellerId, partnerId, country };
  }
  if (state.status === 'none' || event.type === 'ResellerProfileChanged') return state;
  return { ...state, status: STATUS_AFTER[event.type] };
}
