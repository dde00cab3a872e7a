import { hasCome } from '../calendar';
import type { CustomerId, Instant, ProviderId } from '../ids';

export type CustomerReferenceState =
  | { readonly status: 'none' }
  | {
      readonly status: 'claimed' | 'released';
      readonly providerId: ProviderId;
      readonly customerId: CustomerId;
      readonly claimId: string;
      readonly claimedAt: Instant;
    };

/** A claim that its customer's stream does not bear out by then was left by a crash. */
const CLAIM_MS = 3_600_000;

/** Whether a claim is so young that its customer's append may still be under way. */
export function mayBeUnderWay(claimedAt: Instant, now: Instant): boolean {
  return !hasCome(new Date(Date.parse(claimedAt) + CLAIM_MS).toISOString(), now);
}
