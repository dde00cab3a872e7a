import type { Day } from '../calendar';
import type { PartneredReseller, PeriodId, ProviderId, ResellerId } from '../ids';
import type { HoldingCounts } from './partnership.events';

/** The end of a period. */
export interface Ending {
  readonly successor: PartneredReseller | null;
  readonly creditUntil: Day | null;
  /** What there was to take back; `null` before it was looked up. */
  readonly planned: HoldingCounts | null;
  readonly completed: boolean;
}

/** A provider and a reseller: partners now or once. `periodId` is the latest period. */
export type PartnershipState =
  | { readonly status: 'none' }
  | {
      readonly status: 'active' | 'ended';
      readonly providerId: ProviderId;
      readonly resellerId: ResellerId;
      readonly periodId: PeriodId;
      /** Every period that has begun: none begins twice. */
      readonly periods: ReadonlySet<PeriodId>;
      /** How each period that has ended was ended, and how far its off-boarding is. */
      readonly endings: ReadonlyMap<PeriodId, Ending>;
    };

/** The period in which the two are partners now, `null` when they are not. */
export function activePeriodOf(state: PartnershipState): PeriodId | null {
  return state.status === 'active' ? state.periodId : null;
}
