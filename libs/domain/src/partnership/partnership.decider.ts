import { accept, refuse, type Decision } from '../decision';
import type { BeginPartnership, EndPartnership, PartnershipCommand } from './partnership.commands';
import type { PartnershipEvent } from './partnership.events';
import type { PartnershipState } from './partnership.state';

export const initialState: PartnershipState = { status: 'none' };

export function decide(
  command: PartnershipCommand,
  state: PartnershipState,
): Decision<PartnershipEvent> {
  switch (command.type) {
    case 'begin-partnership':
      return begin(command, state);
    case 'end-partnership':
      return end(command, state);
  }
}

/**
 * A period that has begun, even one that has ended since, is not begun again. Nor does one begin while
 * another is active: the two accepted two requests at the same moment, and are partners by the other.
 * That is no refusal, which would be forgotten: a repeat after the end would begin the period then.
 */
function begin(command: BeginPartnership, state: PartnershipState): Decision<PartnershipEvent> {
  const { providerId, resellerId, requestId, periodId } = command;
  if (state.status === 'active') return accept();
  if (state.status === 'ended' && state.periods.has(periodId)) return accept();
  return accept({
    type: 'PartnershipAccepted',
    data: { providerId, resellerId, requestId, periodId },
  });
}

/**
 * Ending what has ended is refused rather than passed over: a repeat of the same command is known
 * by its key, so this is a second decision, whose sender must learn that the first one stands.
 */
function end(command: EndPartnership, state: PartnershipState): Decision<PartnershipEvent> {
  if (state.status !== 'active') {
    return refuse('partnership-not-active', `The partnership's status is "${state.status}".`);
  }
  const { providerId, resellerId, periodId } = state;
  const { endedBy, reason } = command;
  return accept({
    type: 'PartnershipEnded',
    data: { providerId, resellerId, periodId, endedBy },
    ...(reason === undefined ? {} : { personal: { reason } }),
  });
}

export function evolve(state: PartnershipState, event: PartnershipEvent): PartnershipState {
  if (event.type === 'PartnershipEnded') {
    return state.status === 'none' ? state : { ...state, status: 'ended' };
  }
  const { providerId, resellerId, periodId } = event.data;
  const before = state.status === 'none' ? [] : state.periods;
  const periods = new Set([...before, periodId]);
  return { status: 'active', providerId, resellerId, periodId, periods };
}
