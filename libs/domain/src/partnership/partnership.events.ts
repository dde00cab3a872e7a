import type { Day } from '../calendar';
import type {
  PartneredReseller,
  PartnershipRequestId,
  PeriodId,
  ProviderId,
  ResellerId,
} from '../ids';

/** A period of a partnership begins: the reseller has accepted a request of the provider. */
export interface PartnershipAccepted {
  readonly type: 'PartnershipAccepted';
  readonly data: {
    readonly providerId: ProviderId;
    readonly resellerId: ResellerId;
    readonly requestId: PartnershipRequestId;
    /** Associations, delegations and support contacts of this period carry it. */
    readonly periodId: PeriodId;
  };
}

/** Either side ends the partnership's current period. */
export interface PartnershipEnded {
  readonly type: 'PartnershipEnded';
  readonly data: {
    readonly providerId: ProviderId;
    readonly resellerId: ResellerId;
    readonly periodId: PeriodId;
    /** The side that ended it. */
    readonly endedBy: 'provider' | 'reseller';
    /** Takes over what the reseller has of the provider's customers; `null`: nobody does. */
    readonly successor: PartneredReseller | null;
    /** First day that the reseller is no longer credited for; `null` before version 2: the day of each effect. */
    readonly creditUntil: Day | null;
  };
  readonly personal?: {
    /** Why, in the words of whoever did it. */
    readonly reason: string;
  };
}

/** What a period of a partnership has of the provider's customers. */
export interface HoldingCounts {
  readonly customers: number;
  /** Customers that the reseller is associated with. */
  readonly associations: number;
  readonly delegations: number;
  /** Subscriptions that the reseller supports. */
  readonly supportContacts: number;
  /** Running subscriptions that the reseller is of record for. */
  readonly records: number;
}

/** What an ended period has is about to be taken back, or moved to the successor. */
export interface PartnershipOffBoardingPlanned {
  readonly type: 'PartnershipOffBoardingPlanned';
  readonly data: {
    readonly providerId: ProviderId;
    readonly resellerId: ResellerId;
    readonly periodId: PeriodId;
    readonly holdings: HoldingCounts;
  };
}

/** Nothing is left of what the ended period had. */
export interface PartnershipOffBoardingCompleted {
  readonly type: 'PartnershipOffBoardingCompleted';
  readonly data: {
    readonly providerId: ProviderId;
    readonly resellerId: ResellerId;
    readonly periodId: PeriodId;
  };
}

export type PartnershipEvent =
  | PartnershipAccepted
  | PartnershipEnded
  | PartnershipOffBoardingPlanned
  | PartnershipOffBoardingCompleted;
