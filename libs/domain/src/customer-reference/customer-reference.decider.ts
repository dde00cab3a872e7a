import { accept, refuse, type Decision } from '../decision';
import type {
  ClaimReference,
  CustomerReferenceCommand,
  ReleaseReference,
} from './customer-reference.commands';
import type { CustomerReferenceEvent } from './customer-reference.events';
import type { CustomerReferenceState } from './customer-reference.state';

type Decided = Decision<CustomerReferenceEvent>;

export const initialState: CustomerReferenceState = { status: 'none' };

export function decide(command: CustomerReferenceCommand, state: CustomerReferenceState): Decided {
  return command.type === 'claim-reference' ? claim(command, state) : release(command, state);
}

/** A customer may claim again what it claimed: each claim is another, and is given back by its own id. */
function claim(command: ClaimReference, state: CustomerReferenceState): Decided {
  const { providerId, customerId, claimId, held, at } = command;
  if (state.status === 'claimed' && state.customerId !== customerId && held) {
    return refuse('reference-taken', 'Another customer of this provider has this reference.');
  }
  return accept({
    type: 'CustomerReferenceClaimed',
    data: { providerId, customerId, claimId, at },
  });
}

function release({ claimId }: ReleaseReference, state: CustomerReferenceState): Decided {
  if (state.status !== 'claimed' || state.claimId !== claimId) return accept();
  const { providerId, customerId } = state;
  return accept({ type: 'CustomerReferenceReleased', data: { providerId, customerId, claimId } });
}

export function evolve(
  state: CustomerReferenceState,
  event: CustomerReferenceEvent,
): CustomerReferenceState {
  if (event.type === 'CustomerReferenceReleased') {
    return state.status === 'none' ? state : { ...state, status: 'released' };
  }
  const { at: claimedAt, ...claimed } = event.data;
  return { status: 'claimed', ...claimed, claimedAt };
}
