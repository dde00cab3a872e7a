import { hasCome } from '../calendar';
import type { Instant, PartnershipRequestId, ProviderId } from '../ids';

/** A request as its events leave it. Expiry is no event: ask {@link requestStatusAt}. */
export type PartnershipRequestState =
  | { readonly status: 'none' }
  | {
      readonly status: 'requested' | 'declined' | 'withdrawn' | 'accepted';
      readonly requestId: PartnershipRequestId;
      readonly providerId: ProviderId;
      /** Generation of the link that counts. */
      readonly generation: number;
      readonly expiresAt: Instant;
    };

export type PartnershipRequestStatus =
  'requested' | 'declined' | 'withdrawn' | 'expired' | 'accepted';

/**
 * The status of a request at a time: one that waits has expired from `expiresAt` on.
 * Takes a state or a row of a view alike.
 */
export function requestStatusAt(
  request: {
    readonly status: Exclude<PartnershipRequestStatus, 'expired'>;
    readonly expiresAt: Instant;
  },
  now: Instant,
): PartnershipRequestStatus {
  const expired = request.status === 'requested' && hasCome(request.expiresAt, now);
  return expired ? 'expired' : request.status;
}
