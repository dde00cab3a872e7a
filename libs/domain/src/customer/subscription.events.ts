import type { CustomerId, Instant, OfferId, PartneredReseller, SubscriptionId } from '../ids';
import type { OfferTerms } from '../offer/offer.events';

/** Licences that can be given back for a refund, until (exclusive) when. */
export interface RefundLot {
  readonly until: Instant;
  readonly licences: number;
}

/** Days of a term that a change is for, of all its days: what is charged or refunded pro rata. */
export interface ShareOfTerm {
  readonly days: number;
  readonly of: number;
}

/** What happens at the end of the term. */
export type ScheduledChange =
  | { readonly kind: 'cancel' }
  | { readonly kind: 'quantity'; readonly quantity: number }
  | { readonly kind: 'offer'; readonly offerId: OfferId; readonly offer: OfferTerms };

interface OfSubscription {
  readonly customerId: CustomerId;
  readonly subscriptionId: SubscriptionId;
}

/** What befell a base befalls its add-ons. */
interface WithBase {
  /** The base that took this add-on along; `null` for what happened to it alone. */
  readonly withBase: SubscriptionId | null;
}

/** The customer's own name for it, anew. */
export interface SubscriptionRenamed {
  readonly type: 'SubscriptionRenamed';
  readonly data: OfSubscription;
  readonly personal: {
    /** What the customer calls it from now on. */
    readonly name: string;
  };
}

/** Whether it goes on for another term by itself, from now on. */
export interface SubscriptionAutoRenewChanged {
  readonly type: 'SubscriptionAutoRenewChanged';
  readonly data: OfSubscription & {
    /** Whether one more term follows this one. */
    readonly autoRenew: boolean;
  };
}

/** A start in the future has come. */
export interface SubscriptionActivated {
  readonly type: 'SubscriptionActivated';
  readonly data: OfSubscription & { readonly effectiveFrom: Instant };
}

/** Out of use until it is reactivated, without credit; its term goes on. */
export interface SubscriptionSuspended {
  readonly type: 'SubscriptionSuspended';
  readonly data: OfSubscription & WithBase & { readonly effectiveFrom: Instant };
}

/** In use again, and with it the add-ons that were suspended with it. */
export interface SubscriptionReactivated {
  readonly type: 'SubscriptionReactivated';
  readonly data: OfSubscription & WithBase & { readonly effectiveFrom: Instant };
}

/** Ended for good, before its time or at the end of its term. */
export interface SubscriptionCancelled {
  readonly type: 'SubscriptionCancelled';
  readonly data: OfSubscription &
    WithBase & {
      readonly offerId: OfferId;
      /** Licences that it had. */
      readonly quantity: number;
      readonly effectiveFrom: Instant;
      readonly share: ShareOfTerm;
      /** Licences given back for a refund. */
      readonly refundedLicences: number;
      readonly resellerOfRecord: PartneredReseller | null;
    };
}

/** The same subscription on another offer, from `effectiveFrom` on; its term goes on. */
export interface SubscriptionUpgraded {
  readonly type: 'SubscriptionUpgraded';
  readonly data: OfSubscription & {
    /** The offer that it was of. */
    readonly from: { readonly offerId: OfferId; readonly offer: OfferTerms };
    /** The offer that it is of now. */
    readonly to: { readonly offerId: OfferId; readonly offer: OfferTerms };
    /** Licences. */
    readonly quantity: number;
    readonly effectiveFrom: Instant;
    readonly share: ShareOfTerm;
    readonly resellerOfRecord: PartneredReseller | null;
  };
}

/** Waits for the end of the term, in the place of what waited before. */
export interface SubscriptionChangeScheduled {
  readonly type: 'SubscriptionChangeScheduled';
  readonly data: OfSubscription & {
    readonly from: ScheduledChange | null;
    readonly to: ScheduledChange;
    readonly effectiveAt: Instant;
  };
}

/** What waited for the end of the term will not happen. */
export interface SubscriptionScheduledChangeUndone {
  readonly type: 'SubscriptionScheduledChangeUndone';
  readonly data: OfSubscription & { readonly change: ScheduledChange };
}

/** One more term, with whatever was scheduled for its beginning. */
export interface SubscriptionRenewed {
  readonly type: 'SubscriptionRenewed';
  readonly data: OfSubscription & {
    /** The term that ended. */
    readonly from: {
      readonly offerId: OfferId;
      readonly quantity: number;
      readonly termEndsAt: Instant;
    };
    readonly offerId: OfferId;
    readonly offer: OfferTerms;
    /** Licences of the new term. */
    readonly quantity: number;
    /** From 1. */
    readonly termNumber: number;
    readonly termStartsAt: Instant;
    /** Exclusive. */
    readonly termEndsAt: Instant;
    readonly refund: RefundLot;
    readonly resellerOfRecord: PartneredReseller | null;
  };
}

/** Its term ended and was not renewed. */
export interface SubscriptionExpired {
  readonly type: 'SubscriptionExpired';
  readonly data: OfSubscription &
    WithBase & {
      readonly offerId: OfferId;
      /** Licences that it had. */
      readonly quantity: number;
      readonly effectiveFrom: Instant;
      readonly resellerOfRecord: PartneredReseller | null;
    };
}

export type SubscriptionLifecycleEvent =
  | SubscriptionRenamed
  | SubscriptionAutoRenewChanged
  | SubscriptionActivated
  | SubscriptionSuspended
  | SubscriptionReactivated
  | SubscriptionCancelled
  | SubscriptionUpgraded
  | SubscriptionChangeScheduled
  | SubscriptionScheduledChangeUndone
  | SubscriptionRenewed
  | SubscriptionExpired;
