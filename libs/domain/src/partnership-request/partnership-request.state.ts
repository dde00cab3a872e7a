import { addDays, hasCome } from '../calendar';
import type { Instant, PartnershipRequestId, ProviderId } from '../ids';

/** Days before its expiry at which a request that nobody has answered should be sent again. */
export const DAYS_OF_NOTICE = 7;

/** A request as its events leave it. Its expiry counts before it is recorded: ask {@link requestStatusAt}. */
export type PartnershipRequestState =
  | { readonly status: 'none' }
  | {
      readonly status: PartnershipRequestStatus;
      readonly requestId: PartnershipRequestId;
      readonly providerId: ProviderId;
      /** Generation of the link that counts. */
      readonly generation: number;
      readonly expiresAt: Instant;
      /** Whether that it should be sent again has been recorded since it was sent last. */
      readonly reminderDue: boolean;
    };

export type PartnershipRequestStatus =
  'requested' | 'declined' | 'withdrawn' | 'expired' | 'accepted';

/**
 * The status of a request at a time: one that waits has expired from `expiresAt` on.
 * Takes a state or a row of a view alike.
 */
export function requestStatusAt(
  request: {
    readonly status: PartnershipRequestStatus;
    readonly expiresAt: Instant;
  },
  now: Instant,
): PartnershipRequestStatus {
  const expired = request.status === 'requested' && hasCome(request.expiresAt, now);
  return expired ? 'expired' : request.status;
}

/** When a request that expires then should be sent again, if nobody has answered it. */
export function reminderDueAt(expiresAt: Instant): Instant {
  return addDays(expiresAt, -DAYS_OF_NOTICE);
}

/** When something next happens to the request by itself; `null` when nothing will. */
export function requestDueAt(state: PartnershipRequestState): Instant | null {
  if (state.status !== 'requested') return null;
  return state.reminderDue ? state.expiresAt : reminderDueAt(state.expiresAt);
}
