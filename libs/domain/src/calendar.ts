import type { Instant } from './ids';
import type { Term } from './offer/offer.events';

const MONTHS_OF_TERM: Readonly<Record<Term, number>> = { P1M: 1, P1Y: 12, P3Y: 36 };

/** A day of the UTC calendar: `2026-01-31`. Days compare as text. */
export type Day = string;

/** Calendar months of a term. */
export function monthsOf(term: Term): number {
  return MONTHS_OF_TERM[term];
}

/**
 * The exclusive end of term number `count` (from 1) of a subscription that began at `start`, see
 * {@link addMonths}. Counted from the beginning: after 31 January and 28 February comes 31 March.
 */
export function endOfTerm(start: Instant, term: Term, count = 1): Instant {
  return addMonths(start, MONTHS_OF_TERM[term] * count);
}

/** The UTC day that an instant is on. */
export function dayOf(instant: Instant): Day {
  return new Date(instant).toISOString().slice(0, 10);
}

/** Days from one to the other, the last one not counted: 28 from `2026-01-31` to `2026-02-28`. */
export function daysBetween(from: Day, to: Day): number {
  return (Date.parse(to) - Date.parse(from)) / 86_400_000;
}

/**
 * Calendar months later in UTC, at the same time of day. A day that the month lacks becomes its last:
 * 31 January plus one month is 28 or 29 February.
 */
export function addMonths(instant: Instant, months: number): Instant {
  const date = new Date(instant);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + months);
  const lastDay = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, lastDay));
  return date.toISOString();
}

/** Days of 24 hours later. */
export function addDays(instant: Instant, days: number): Instant {
  return new Date(Date.parse(instant) + days * 86_400_000).toISOString();
}

/** Whether `instant` has come by `now`. */
export function hasCome(instant: Instant, now: Instant): boolean {
  return Date.parse(now) >= Date.parse(instant);
}
