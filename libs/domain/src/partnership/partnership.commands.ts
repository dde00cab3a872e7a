import type { Instant, PartnershipRequestId, PeriodId, ProviderId, ResellerId } from '../ids';

/** Begins a period. Sent for an accepted request only, never by a caller. */
export interface BeginPartnership {
  readonly type: 'begin-partnership';
  readonly at: Instant;
  readonly providerId: ProviderId;
  readonly resellerId: ResellerId;
  readonly requestId: PartnershipRequestId;
  readonly periodId: PeriodId;
}

export interface EndPartnership {
  readonly type: 'end-partnership';
  readonly at: Instant;
  readonly endedBy: 'provider' | 'reseller';
  readonly reason?: string;
}

export type PartnershipCommand = BeginPartnership | EndPartnership;
