import type { PartnershipRequestId, PeriodId, ProviderId, ResellerId } from '../ids';

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
