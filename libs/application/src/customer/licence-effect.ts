import type { CustomerEvent, Instant, SubscriptionId } from '@tierbook/domain';

/** When licences that are given back, or bought, go or come, and how many of them with a refund. */
export interface LicenceEffect {
  readonly from: Instant;
  readonly refundedLicences: number;
}

/** What a cancellation or another quantity answers; `null` where nothing had to change. */
export interface LicenceEffectBody {
  readonly effect: LicenceEffect | null;
}

/** The effect that a command's events tell, for the answer to it and to every repeat. */
export function licenceEffectOf(
  subscriptionId: SubscriptionId,
): (events: readonly CustomerEvent[]) => LicenceEffectBody {
  return (events) => {
    for (const { type, data } of events) {
      if (!('subscriptionId' in data) || data.subscriptionId !== subscriptionId) continue;
      if (type === 'SubscriptionCancelled' || type === 'SubscriptionQuantityChanged') {
        const { effectiveFrom, refundedLicences } = data;
        return { effect: { from: effectiveFrom, refundedLicences } };
      }
      if (type === 'SubscriptionChangeScheduled') {
        return { effect: { from: data.effectiveAt, refundedLicences: 0 } };
      }
    }
    return { effect: null };
  };
}
