import { addMonths, dayOf, daysBetween, monthsOf, type Day } from '../calendar';
import type { Instant, PartneredReseller, ResellerId } from '../ids';
import { amountOf, millionthsOf, shareOf, type Millionths } from '../money';
import type { BillingCycle, OfferTerms, Term } from '../offer/offer.events';

/** What holds from a day on, until the day of the next step. */
export interface Step<T> {
  readonly from: Day;
  readonly value: T;
}

/** Licences that earn credit, at the list price of their billing cycle; 0 while suspended. */
export interface CreditedLicences {
  readonly licences: number;
  /** `null` where the offer has no list price. */
  readonly price: { readonly currency: string; readonly perSeat: string } | null;
}

/** All that the credit of a subscription follows from. Steps are in the order of their days, one a day. */
export interface CreditFacts {
  readonly record: readonly Step<PartneredReseller | null>[];
  readonly licences: readonly Step<CreditedLicences>[];
  /** The day that it ended on, which is not credited; `null` while it runs. */
  readonly endedOn: Day | null;
}

/** What the ledger needs to know of a subscription. */
export interface CreditedSubscription {
  readonly startsAt: Instant;
  readonly termEndsAt: Instant;
  readonly term: Term;
  readonly billingCycle: BillingCycle;
  readonly credit: CreditFacts;
}

/** Days on which the same reseller was credited for as many licences at the same price. */
export interface CreditInterval extends CreditedLicences {
  readonly from: Day;
  /** Exclusive. */
  readonly to: Day;
  readonly reseller: PartneredReseller | null;
}

/** One reseller's credit in one currency; `resellerId` is `null` for what nobody is credited for. */
export interface CreditLine {
  readonly resellerId: ResellerId | null;
  readonly licenceDays: number;
  /** `null` where there was no list price. */
  readonly listAmount: { readonly currency: string; readonly amount: string } | null;
}

/** Steps with a later fact: from its day on it stands in the place of whatever was known before. */
export function stepFrom<T>(steps: readonly Step<T>[], from: Day, value: T): readonly Step<T>[] {
  return [...steps.filter((step) => step.from < from), { from, value }];
}

/** The licences that an offer's terms make of a quantity. */
export function creditedLicences(
  licences: number,
  { pricing }: OfferTerms,
  billingCycle: BillingCycle,
): CreditedLicences {
  const perSeat = pricing?.perSeat[billingCycle];
  const price =
    pricing === null || perSeat === undefined ? null : { currency: pricing.currency, perSeat };
  return { licences, price };
}

/**
 * Who is credited for how many licences, day by day (UTC) from the start until the end of the present
 * term, or the day that the subscription ended: without gaps, without overlaps, each interval
 * different from the next. What was last said about a day counts for the whole of it.
 */
export function creditLedger({
  startsAt,
  termEndsAt,
  credit,
}: CreditedSubscription): readonly CreditInterval[] {
  const start = dayOf(startsAt);
  const end = credit.endedOn ?? dayOf(termEndsAt);
  const days = new Set([start, ...[...credit.record, ...credit.licences].map(({ from }) => from)]);
  const bounds = [...[...days].filter((day) => day >= start && day < end).sort(), end];
  const intervals: CreditInterval[] = [];
  for (const [index, from] of bounds.slice(0, -1).entries()) {
    const licensed = valueOn(credit.licences, from);
    if (licensed === undefined) continue;
    const reseller = valueOn(credit.record, from) ?? null;
    const last = intervals.at(-1);
    const next = { from, to: bounds[index + 1] ?? end, reseller, ...licensed };
    if (last !== undefined && isAlike(last, next)) {
      intervals.splice(-1, 1, { ...last, to: next.to });
    } else intervals.push(next);
  }
  return intervals;
}

function valueOn<T>(steps: readonly Step<T>[], day: Day): T | undefined {
  return steps.findLast(({ from }) => from <= day)?.value;
}

function isAlike(a: CreditInterval, b: CreditInterval): boolean {
  return (
    a.reseller?.resellerId === b.reseller?.resellerId &&
    a.reseller?.periodId === b.reseller?.periodId &&
    a.licences === b.licences &&
    a.price?.currency === b.price?.currency &&
    a.price?.perSeat === b.price?.perSeat
  );
}

/**
 * Licence-days and list amount by reseller, of the days from `from` until before `to` (all days where
 * left out). A licence's price for a billing cycle is spread evenly over the cycle's days; each
 * interval's share of each cycle is rounded half up to a millionth.
 */
export function creditsOf(
  subscription: CreditedSubscription,
  { from, to }: { readonly from?: Day | undefined; readonly to?: Day | undefined } = {},
): readonly CreditLine[] {
  const lines = new Map<string, { line: CreditLine; sum: Millionths }>();
  for (const interval of creditLedger(subscription)) {
    const clipped = {
      ...interval,
      from: from !== undefined && from > interval.from ? from : interval.from,
      to: to !== undefined && to < interval.to ? to : interval.to,
    };
    if (clipped.from >= clipped.to || clipped.licences === 0) continue;
    const resellerId = clipped.reseller?.resellerId ?? null;
    const currency = clipped.price?.currency ?? null;
    const key = JSON.stringify([resellerId, currency]);
    const before = lines.get(key);
    const sum = (before?.sum ?? 0n) + listAmount(subscription, clipped);
    const licenceDays =
      (before?.line.licenceDays ?? 0) + clipped.licences * daysBetween(clipped.from, clipped.to);
    const amount = currency === null ? null : { currency, amount: amountOf(sum) };
    lines.set(key, { line: { resellerId, licenceDays, listAmount: amount }, sum });
  }
  return [...lines.values()].map(({ line }) => line);
}

function listAmount(
  { startsAt, term, billingCycle }: CreditedSubscription,
  { from, to, licences, price }: CreditInterval,
): Millionths {
  if (price === null) return 0n;
  const ofAll = millionthsOf(price.perSeat) * BigInt(licences);
  const months = { monthly: 1, annual: 12, 'one-time': monthsOf(term) }[billingCycle];
  const startOf = (cycle: number) => dayOf(addMonths(startsAt, cycle * months));
  let sum: Millionths = 0n;
  for (let cycle = 0; startOf(cycle) < to; cycle += 1) {
    const [start, end] = [startOf(cycle), startOf(cycle + 1)];
    if (end <= from) continue;
    const days = daysBetween(from > start ? from : start, to < end ? to : end);
    sum += shareOf(ofAll, BigInt(days), BigInt(daysBetween(start, end)));
  }
  return sum;
}
