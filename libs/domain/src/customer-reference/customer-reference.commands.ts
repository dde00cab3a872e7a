import type { CustomerId, Instant, ProviderId } from '../ids';

/** Claims the reference for a customer. Sent just before the customer's own append, never by a caller. */
export interface ClaimReference {
  readonly type: 'claim-reference';
  readonly at: Instant;
  readonly providerId: ProviderId;
  readonly customerId: CustomerId;
  readonly claimId: string;
  /** Whether whoever claimed it last has it, or may be about to. */
  readonly held: boolean;
}

/** Gives back exactly this claim. Sent by a process manager, never by a caller. */
export interface ReleaseReference {
  readonly type: 'release-reference';
  readonly at: Instant;
  readonly claimId: string;
}

export type CustomerReferenceCommand = ClaimReference | ReleaseReference;
