import type { Day } from '../calendar';
import type { DelegationId, Instant, PartneredReseller, PeriodId } from '../ids';
import type { ClaimedReference } from './account.events';
import type { ChosenReseller } from './chosen-reseller';
import type { CustomerProfile } from './customer-profile';

/** The whole profile anew. Domain and country stay: by them the customer was created. */
export interface ChangeCustomerProfile {
  readonly type: 'change-customer-profile';
  readonly at: Instant;
  readonly culture: string;
  readonly language: string;
  readonly profile: CustomerProfile;
  /** Whether the phone number, where there is one, can be one. */
  readonly phoneIsValid: boolean;
}

/** The whole billing profile anew, by the rules of its own country. */
export interface ChangeBillingProfile {
  readonly type: 'change-billing-profile';
  readonly at: Instant;
  readonly country: string;
  readonly profile: CustomerProfile;
  /** Whether the phone number, where there is one, can be one. */
  readonly phoneIsValid: boolean;
}

/** A reference that the provider chose, with what its own stream says now. */
export interface ChosenReference extends ClaimedReference {
  readonly text: string;
  /** Whether another customer of the provider has it. */
  readonly taken: boolean;
}

/** `null` takes the reference away. */
export interface SetCustomerReference {
  readonly type: 'set-customer-reference';
  readonly at: Instant;
  readonly reference: ChosenReference | null;
}

/** That somebody agreed to the provider's terms. */
export interface Agreement {
  readonly version: string;
  /** Not after today (UTC). */
  readonly agreedOn: Day;
  readonly signatory: string;
  readonly email?: string;
}

export interface RecordAgreement {
  readonly type: 'record-agreement';
  readonly at: Instant;
  readonly agreement: Agreement;
}

/** Associates a reseller with the account, which delegates its administration; `null` leaves nobody. */
export interface AssociateCustomerReseller {
  readonly type: 'associate-customer-reseller';
  readonly at: Instant;
  readonly reseller: ChosenReseller | null;
  readonly delegationId: DelegationId;
}

/** Only once every subscription is suspended or has ended. */
export interface EndCustomer {
  readonly type: 'end-customer';
  readonly at: Instant;
  readonly reason?: string;
}

export interface ReopenCustomer {
  readonly type: 'reopen-customer';
  readonly at: Instant;
}

/**
 * Takes back all that one ended period of a partnership has of the customer, or moves it to the successor;
 * support goes back to the provider. Sent by a process manager, never by a caller.
 */
export interface OffBoardReseller {
  readonly type: 'off-board-reseller';
  readonly at: Instant;
  readonly periodId: PeriodId;
  /** A partner now; `null`: nobody takes over. */
  readonly successor: PartneredReseller | null;
  /** First day that the record is no longer credited for; `null`: today. */
  readonly creditUntil: Day | null;
  /** Ids of the delegations that the successor is granted, by those that they come in the place of. */
  readonly delegationIds: ReadonlyMap<DelegationId, DelegationId>;
}

export type CustomerAccountCommand =
  | ChangeCustomerProfile
  | ChangeBillingProfile
  | SetCustomerReference
  | RecordAgreement
  | AssociateCustomerReseller
  | EndCustomer
  | OffBoardReseller
  | ReopenCustomer;
