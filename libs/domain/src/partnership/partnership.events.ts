import type { PartnershipRequestId, PeriodId, ProviderId, ResellerId } from '../ids';

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
    readonly endedBy: 'provider' | 'reseller';
  };
  readonly personal?: { readonly reason: string };
}

export type PartnershipEvent = PartnershipAccepted | PartnershipEnded;
