import type { PeriodId, ProviderId, ResellerId } from '../ids';

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
    };

/** The period in which the two are partners now, `null` when they are not. */
export function activePeriodOf(state: PartnershipState): PeriodId | null {
  return state.status === 'active' ? state.periodId : null;
}
