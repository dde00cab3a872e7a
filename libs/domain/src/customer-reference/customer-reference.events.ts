import type { CustomerId, Instant, ProviderId } from '../ids';

/** A customer has, or is about to have, the reference that this stream stands for. */
export interface CustomerReferenceClaimed {
  readonly type: 'CustomerReferenceClaimed';
  readonly data: {
    readonly providerId: ProviderId;
    readonly customerId: CustomerId;
    /** Names the claim, so that it is given back once and by whoever made it. */
    readonly claimId: string;
    /** When it was claimed. */
    readonly at: Instant;
  };
}

/** The claim is given back: the reference can be another customer's. */
export interface CustomerReferenceReleased {
  readonly type: 'CustomerReferenceReleased';
  readonly data: {
    readonly providerId: ProviderId;
    readonly customerId: CustomerId;
    /** The claim that is given back. */
    readonly claimId: string;
  };
}

export type CustomerReferenceEvent = CustomerReferenceClaimed | CustomerReferenceReleased;
