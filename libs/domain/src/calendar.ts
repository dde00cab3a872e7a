import type { Instant } from './ids';
import type { Term } from './offer/offer.events';

const MONTHS_OF_TERM: Readonly<Record<Term, number>> = { P1M: 1, P1Y: 12, P3Y: 36 };

/** The exclusive end of a term that starts at `start`: that many months later, see {@link addMonths}. */
export function endOfTerm(start: Instant, term: Term): Instant {
  return addMonths(start, MONTHS_OF_TERM[term]);
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
