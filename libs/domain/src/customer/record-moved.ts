import { dayOf, type Day } from '../calendar';
import { isSamePartner, type Instant, type PartneredReseller } from '../ids';
import type { Step } from './credit-ledger';
import type { CustomerEvent, ResellerOfRecordCorrected } from './customer.events';
import type { CustomerState, SubscriptionState } from './customer.state';
import { warningsOf } from './subscription-order';

type Existing = Exclude<CustomerState, { readonly status: 'none' }>;

/** A change from today on, or a correction of days that have passed; nothing where all is as asked. */
export function recordMoved(
  { customerId, reseller }: Pick<Existing, 'customerId' | 'reseller'>,
  { subscriptionId, offerId, quantity, resellerOfRecord, credit }: SubscriptionState,
  to: PartneredReseller | null,
  effectiveFrom: Instant,
  at: Instant,
): CustomerEvent[] {
  const [day, today] = [dayOf(effectiveFrom), dayOf(at)];
  const superseded = periodsOf(credit.record, day, today);
  const isCorrection = superseded.some((period) => !isSamePartner(period.reseller, to));
  if (!isCorrection && isSaidFrom(credit.record, day > today ? day : today, to)) return [];
  const data = {
    customerId,
    subscriptionId,
    offerId,
    from: resellerOfRecord,
    to,
    effectiveFrom: isCorrection || day > today ? effectiveFrom : at,
    quantity,
    warnings: warningsOf(reseller, to),
  };
  return [
    isCorrection
      ? { type: 'ResellerOfRecordCorrected', data: { ...data, superseded } }
      : { type: 'ResellerOfRecordChanged', data },
  ];
}

/** Whether the day and all that follow, those still to come too, are the reseller's already. */
function isSaidFrom(
  record: readonly Step<PartneredReseller | null>[],
  day: Day,
  to: PartneredReseller | null,
): boolean {
  const inForce = record.findLast(({ from }) => from <= day);
  const coming = record.filter(({ from }) => from > day);
  const steps = inForce === undefined ? coming : [inForce, ...coming];
  return steps.every(({ value }) => isSamePartner(value, to));
}

/** Who was of record from one day until before another. */
function periodsOf(
  record: readonly Step<PartneredReseller | null>[],
  from: Day,
  to: Day,
): ResellerOfRecordCorrected['data']['superseded'] {
  return record.flatMap((step, index) => {
    const end = record[index + 1]?.from ?? to;
    const period = {
      from: step.from > from ? step.from : from,
      to: end < to ? end : to,
      reseller: step.value,
    };
    return period.from < period.to ? [period] : [];
  });
}
