import type { Day } from '../calendar';
import type { CustomerId, ProviderId } from '../ids';
import type { CustomerProfile } from './customer-profile';

/**
 * A provider's own reference of a customer, without being it: the name of the stream it is claimed in,
 * and the claim.
 */
export interface ClaimedReference {
  /** HMAC of provider and folded reference, under a key that is kept for ever. */
  readonly key: string;
  /** One claim of it; given back and taken again is another. */
  readonly claimId: string;
}

/** The customer's profile anew, whole. Domain and country stay. */
export interface CustomerProfileChanged {
  readonly type: 'CustomerProfileChanged';
  readonly data: {
    readonly customerId: CustomerId;
    /** BCP 47, such as `pt-BR`. */
    readonly culture: string;
    /** BCP 47 language, such as `pt`. */
    readonly language: string;
  };
  readonly personal: CustomerProfile;
}

/** Whom the provider bills for this customer, whole. */
export interface CustomerBillingProfileChanged {
  readonly type: 'CustomerBillingProfileChanged';
  readonly data: {
    readonly customerId: CustomerId;
    /** ISO 3166-1 alpha-2; may be another than the customer's. */
    readonly country: string;
  };
  readonly personal: CustomerProfile;
}

/** The provider's own reference of the customer, both sides of the move. */
export interface CustomerReferenceChanged {
  readonly type: 'CustomerReferenceChanged';
  readonly data: {
    readonly customerId: CustomerId;
    readonly from: ClaimedReference | null;
    readonly to: ClaimedReference | null;
  };
  readonly personal?: {
    /** The provider's own name for the customer. */
    readonly reference: string;
  };
}

/** Somebody has agreed to the provider's terms for this customer. */
export interface CustomerAgreementRecorded {
  readonly type: 'CustomerAgreementRecorded';
  readonly data: {
    readonly customerId: CustomerId;
    /** Of the provider's terms, as the provider names it. */
    readonly version: string;
    readonly agreedOn: Day;
  };
  /** Who agreed. */
  readonly personal: {
    /** Who agreed for the customer. */
    readonly signatory: string;
    /** Where the signatory is written to. */
    readonly email?: string;
  };
}

/** The provider no longer serves the customer. Its domain stays taken, its history stays. */
export interface CustomerEnded {
  readonly type: 'CustomerEnded';
  readonly data: {
    readonly customerId: CustomerId;
    readonly providerId: ProviderId;
    /** The reference that it had, and loses. */
    readonly reference: ClaimedReference | null;
  };
  readonly personal?: {
    /** Why, in the words of whoever did it. */
    readonly reason: string;
  };
}

/** The same provider serves the customer again. */
export interface CustomerReopened {
  readonly type: 'CustomerReopened';
  readonly data: { readonly customerId: CustomerId; readonly providerId: ProviderId };
}

export type CustomerAccountEvent =
  | CustomerProfileChanged
  | CustomerBillingProfileChanged
  | CustomerReferenceChanged
  | CustomerAgreementRecorded
  | CustomerEnded
  | CustomerReopened;
