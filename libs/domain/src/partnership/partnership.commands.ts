import type { Day } from '../calendar';
import type { ChosenReseller } from '../customer/customer.commands';
import type { Instant, PartnershipRequestId, PeriodId, ProviderId, ResellerId } from '../ids';
import type { HoldingCounts } from './partnership.events';

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
  /** Takes over what the reseller has of the provider's customers; nobody where it is left out. */
  readonly successor?: ChosenReseller;
  /** First day (UTC) that the reseller is no longer credited for; today where it is left out. */
  readonly creditUntil?: Day;
}

/** Records what off-boarding a period begins with. Sent by a process manager, never by a caller. */
export interface PlanOffBoarding {
  readonly type: 'plan-off-boarding';
  readonly at: Instant;
  readonly periodId: PeriodId;
  readonly holdings: HoldingCounts;
}

/** Records that nothing is left of a period. Sent by a process manager, never by a caller. */
export interface CompleteOffBoarding {
  readonly type: 'complete-off-boarding';
  readonly at: Instant;
  readonly periodId: PeriodId;
}

export type PartnershipCommand =
  BeginPartnership | EndPartnership | PlanOffBoarding | CompleteOffBoarding;
