import { addDays, hasCome } from '../calendar';
import { accept, refuse, type Decision } from '../decision';
import { unreachable } from '../defect';
import type { Instant } from '../ids';
import { marketRegionOf } from '../market-regions';
import { AUTHORISATIONS } from './authorisations';
import type {
  AcceptPartnership,
  AdvancePartnershipRequest,
  DeclinePartnership,
  NotePartnershipRequestBounce,
  PartnershipRequestCommand,
  RemindPartnershipRequest,
  RequestPartnership,
} from './partnership-request.commands';
import type { PartnershipRequestEvent } from './partnership-request.events';
import {
  requestDueAt,
  requestStatusAt,
  type PartnershipRequestState,
} from './partnership-request.state';

type Existing = Exclude<PartnershipRequestState, { readonly status: 'none' }>;
type Decided = Decision<PartnershipRequestEvent>;

/** Days that a reseller has to answer, from the request or the latest reminder. */
export const DAYS_TO_ANSWER = 30;

/** Stands in a draft's body where the invitation link goes. */
export const LINK_PLACEHOLDER = '{link}';

export const initialState: PartnershipRequestState = { status: 'none' };

export function decide(
  command: PartnershipRequestCommand,
  state: PartnershipRequestState,
): Decided {
  if (command.type === 'request-partnership') {
    if (state.status !== 'none') throw unreachable(command, state.status);
    return request(command);
  }
  if (state.status === 'none') throw unreachable(command, state.status);
  switch (command.type) {
    case 'remind-partnership-request':
      return closed(state) ?? remind(command, state);
    case 'note-partnership-request-bounce':
      return closed(state) ?? noteBounce(command, state);
    case 'withdraw-partnership-request':
      return closed(state) ?? withdraw(state);
    case 'advance-partnership-request':
      return advance(command, state);
    case 'decline-partnership':
      return unanswerable(command, state) ?? decline(command, state);
    case 'accept-partnership':
      return unanswerable(command, state) ?? acceptRequest(command, state);
  }
}

function request(command: RequestPartnership): Decided {
  const { requestId, providerId, language, email, emailKey, draft } = command;
  if (draft !== undefined && !draft.body.includes(LINK_PLACEHOLDER)) {
    const detail = `The draft's body does not hold ${LINK_PLACEHOLDER}.`;
    return refuse('draft-without-link', detail, [{ pointer: '/draft/body', detail }]);
  }
  return accept({
    type: 'PartnershipRequested',
    data: {
      requestId,
      providerId,
      language,
      generation: 1,
      expiresAt: answerableUntil(command.at),
      emailKey,
    },
    personal: { email, ...(draft === undefined ? {} : { draft }) },
  });
}

/** Begins the time to answer anew, for an expired request too. */
function remind({ at, newLink }: RemindPartnershipRequest, state: Existing): Decided {
  const { requestId, providerId, generation, expiresAt } = state;
  return accept({
    type: 'PartnershipRequestReminded',
    data: {
      requestId,
      providerId,
      generation: { from: generation, to: newLink ? generation + 1 : generation },
      expiresAt: { from: expiresAt, to: answerableUntil(at) },
    },
  });
}

function noteBounce({ note }: NotePartnershipRequestBounce, state: Existing): Decided {
  const { requestId, providerId } = state;
  return accept({
    type: 'PartnershipRequestBounced',
    data: { requestId, providerId },
    personal: { note },
  });
}

/** An expired request may be withdrawn too: a reminder can then not bring it back. */
function withdraw({ requestId, providerId }: Existing): Decided {
  return accept({ type: 'PartnershipRequestWithdrawn', data: { requestId, providerId } });
}

/** The reminder's date that a late scheduler meets together with the expiry is passed over. */
function advance({ at }: AdvancePartnershipRequest, state: Existing): Decided {
  const due = requestDueAt(state);
  if (due === null || !hasCome(due, at)) return accept();
  const { requestId, providerId, expiresAt } = state;
  const data = { requestId, providerId, expiresAt };
  return hasCome(expiresAt, at)
    ? accept({ type: 'PartnershipRequestExpired', data })
    : accept({ type: 'PartnershipRequestReminderDue', data });
}

function decline({ resellerId, reason }: DeclinePartnership, state: Existing): Decided {
  const { requestId, providerId } = state;
  return accept({
    type: 'PartnershipRequestDeclined',
    data: { requestId, providerId, resellerId },
    ...(reason === undefined ? {} : { personal: { reason } }),
  });
}

/**
 * The single use of the link. That nobody partners with itself needs no rule: a provider and a
 * reseller are organisations of different kinds, whose ids never meet.
 */
function acceptRequest(command: AcceptPartnership, state: Existing): Decided {
  const { reseller, providerCountry, activePeriod, periodId } = command;
  if (!command.consent) {
    const detail = 'The reseller has not consented to what the partnership authorises.';
    return refuse('consent-missing', detail, [{ pointer: '/consent', detail }]);
  }
  if (reseller.suspended) {
    return refuse('reseller-suspended', 'The operator has suspended this reseller.');
  }
  if (!reseller.enrolled || reseller.country === null) {
    return refuse('reseller-not-enrolled', 'The reseller is not enrolled in the programme.');
  }
  const regions = {
    provider: marketRegionOf(providerCountry),
    reseller: marketRegionOf(reseller.country),
  };
  if (regions.provider !== regions.reseller) {
    return refuse(
      'region-mismatch',
      `The provider's market region is ${regions.provider}, the reseller's is ${regions.reseller}.`,
    );
  }
  if (activePeriod !== null) {
    return refuse('partnership-already-active', 'The two have an active partnership already.');
  }
  const { requestId, providerId } = state;
  return accept({
    type: 'PartnershipRequestAccepted',
    data: {
      requestId,
      providerId,
      resellerId: reseller.resellerId,
      periodId,
      authorised: AUTHORISATIONS,
    },
  });
}

/** Refuses what is asked of a request that was answered or withdrawn. */
function closed({ status }: Existing): Decided | undefined {
  switch (status) {
    case 'requested':
    case 'expired':
      return undefined;
    case 'withdrawn':
      return refuse('partnership-request-withdrawn', 'The provider has withdrawn this request.');
    case 'declined':
      return refuse('partnership-request-declined', 'A reseller has declined this request.');
    case 'accepted':
      return refuse('partnership-request-accepted', 'This request has been accepted already.');
  }
}

/** Refuses an answer to a request that is closed or expired, and one by a link that was replaced. */
function unanswerable(
  { at, generation }: { readonly at: Instant; readonly generation: number },
  state: Existing,
): Decided | undefined {
  const refusal = closed(state);
  if (refusal !== undefined) return refusal;
  if (requestStatusAt(state, at) === 'expired') {
    return refuse('partnership-request-expired', `This request expired at ${state.expiresAt}.`);
  }
  if (generation !== state.generation) {
    return refuse('invitation-superseded', 'A newer link of this request has been made.');
  }
  return undefined;
}

function answerableUntil(at: Instant): Instant {
  return addDays(at, DAYS_TO_ANSWER);
}

export function evolve(
  state: PartnershipRequestState,
  event: PartnershipRequestEvent,
): PartnershipRequestState {
  if (event.type === 'PartnershipRequested') {
    const { requestId, providerId, generation, expiresAt } = event.data;
    return {
      status: 'requested',
      requestId,
      providerId,
      generation,
      expiresAt,
      reminderDue: false,
    };
  }
  if (state.status === 'none') return state;
  switch (event.type) {
    case 'PartnershipRequestReminded': {
      const { generation, expiresAt } = event.data;
      const sent = { generation: generation.to, expiresAt: expiresAt.to, reminderDue: false };
      return { ...state, ...sent, status: 'requested' };
    }
    case 'PartnershipRequestReminderDue':
      return { ...state, reminderDue: true };
    case 'PartnershipRequestExpired':
      return { ...state, status: 'expired' };
    case 'PartnershipRequestBounced':
      return state;
    case 'PartnershipRequestWithdrawn':
      return { ...state, status: 'withdrawn' };
    case 'PartnershipRequestDeclined':
      return { ...state, status: 'declined' };
    case 'PartnershipRequestAccepted':
      return { ...state, status: 'accepted' };
  }
}
