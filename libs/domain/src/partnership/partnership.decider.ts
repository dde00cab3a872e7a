import { addMonths, dayOf, type Day } from '../calendar';
import type { ChosenReseller } from '../customer/customer.commands';
import { partnered, unpartneredReseller } from '../customer/subscription-order';
import { accept, refuse, refuseBroken, type BrokenRule, type Decision } from '../decision';
import { unreachable } from '../defect';
import type { Instant, PeriodId, ResellerId } from '../ids';
import type {
  BeginPartnership,
  CompleteOffBoarding,
  EndPartnership,
  PartnershipCommand,
  PlanOffBoarding,
} from './partnership.commands';
import type { PartnershipAccepted, PartnershipEvent } from './partnership.events';
import type { Ending, PartnershipState } from './partnership.state';

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
    case 'plan-off-boarding':
    case 'complete-off-boarding':
      return offBoarding(command, state);
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
  const { endedBy, reason, successor = null, at, creditUntil = dayOf(at) } = command;
  const refusal = refuseBroken([
    ...unfitSuccessor(successor, resellerId),
    ...creditEndOutOfRange(creditUntil, at),
  ]);
  if (refusal !== undefined) return refusal;
  return accept({
    type: 'PartnershipEnded',
    data: {
      ...{ providerId, resellerId, periodId, endedBy, creditUntil },
      successor: partnered(successor),
    },
    ...(reason === undefined ? {} : { personal: { reason } }),
  });
}

function unfitSuccessor(successor: ChosenReseller | null, resellerId: ResellerId): BrokenRule[] {
  if (successor?.resellerId !== resellerId) return unpartneredReseller(successor, '/successorId');
  const detail = `Reseller ${resellerId} is the one whose partnership ends.`;
  return [{ code: 'successor-not-another', pointer: '/successorId', detail }];
}

/** Months for which the reseller may still be credited. */
const MOST_MONTHS_OF_CREDIT = 12;

function creditEndOutOfRange(creditUntil: Day, at: Instant): BrokenRule[] {
  const [first, last] = [dayOf(at), dayOf(addMonths(at, MOST_MONTHS_OF_CREDIT))];
  if (creditUntil >= first && creditUntil <= last) return [];
  const detail = `${creditUntil} is not from today, ${first} (UTC), until ${last}.`;
  return [{ code: 'credit-end-out-of-range', pointer: '/creditUntil', detail }];
}

/** Once each, for a period that has ended. */
function offBoarding(
  command: PlanOffBoarding | CompleteOffBoarding,
  state: PartnershipState,
): Decision<PartnershipEvent> {
  const { periodId } = command;
  const ending = state.status === 'none' ? undefined : state.endings.get(periodId);
  if (state.status === 'none' || ending === undefined) throw unreachable(command, state.status);
  const { providerId, resellerId } = state;
  const of = { providerId, resellerId, periodId };
  if (command.type === 'complete-off-boarding') {
    if (ending.completed) return accept();
    return accept({ type: 'PartnershipOffBoardingCompleted', data: of });
  }
  if (ending.planned !== null) return accept();
  const { holdings } = command;
  return accept({ type: 'PartnershipOffBoardingPlanned', data: { ...of, holdings } });
}

export function evolve(state: PartnershipState, event: PartnershipEvent): PartnershipState {
  if (event.type === 'PartnershipAccepted') return begun(state, event.data);
  if (state.status === 'none') return state;
  const { periodId } = event.data;
  switch (event.type) {
    case 'PartnershipEnded': {
      const { successor, creditUntil } = event.data;
      const ending = { successor, creditUntil, planned: null, completed: false };
      return { ...withEnding(state, periodId, ending), status: 'ended' };
    }
    case 'PartnershipOffBoardingPlanned':
      return withEnding(state, periodId, { planned: event.data.holdings });
    case 'PartnershipOffBoardingCompleted':
      return withEnding(state, periodId, { completed: true });
  }
}

type Existing = Exclude<PartnershipState, { readonly status: 'none' }>;

const NO_ENDING: Ending = { successor: null, creditUntil: null, planned: null, completed: false };

function withEnding(state: Existing, periodId: PeriodId, change: Partial<Ending>): Existing {
  const ending = { ...(state.endings.get(periodId) ?? NO_ENDING), ...change };
  return { ...state, endings: new Map(state.endings).set(periodId, ending) };
}

function begun(
  state: PartnershipState,
  { providerId, resellerId, periodId }: PartnershipAccepted['data'],
): PartnershipState {
  const before = state.status === 'none' ? [] : state.periods;
  const periods = new Set([...before, periodId]);
  const endings = state.status === 'none' ? new Map<PeriodId, Ending>() : state.endings;
  return { status: 'active', providerId, resellerId, periodId, periods, endings };
}
