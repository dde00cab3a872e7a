import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addDays, addMonths, endOfTerm, hasCome } from './calendar';

describe('the calendar', () => {
  it.each([
    ['P1M', '2026-01-31T10:00:00.000Z', '2026-02-28T10:00:00.000Z'],
    ['P1M', '2028-01-31T10:00:00.000Z', '2028-02-29T10:00:00.000Z'],
    ['P1M', '2026-12-31T23:59:59.999Z', '2027-01-31T23:59:59.999Z'],
    ['P1Y', '2028-02-29T00:00:00.000Z', '2029-02-28T00:00:00.000Z'],
    ['P3Y', '2028-02-29T00:00:00.000Z', '2031-02-28T00:00:00.000Z'],
    ['P3Y', '2026-07-15T08:00:00.000Z', '2029-07-15T08:00:00.000Z'],
  ] as const)('ends a term of %s from %s at %s', (term, start, end) => {
    expect(endOfTerm(start, term)).toBe(end);
  });

  it('reaches from one 29 February the next in four years', () => {
    expect(addMonths('2028-02-29T00:00:00.000Z', 48)).toBe('2032-02-29T00:00:00.000Z');
  });

  it('never leaves the month it counts to, and keeps the time of day', () => {
    const instants = fc.date({
      min: new Date('1970-01-01'),
      max: new Date('2200-01-01'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(instants, fc.integer({ min: 0, max: 120 }), (date, months) => {
        const later = new Date(addMonths(date.toISOString(), months));
        const ordinal = (d: Date) => d.getUTCFullYear() * 12 + d.getUTCMonth();
        expect(ordinal(later) - ordinal(date)).toBe(months);
        expect(later.toISOString().slice(10)).toBe(date.toISOString().slice(10));
        expect(later.getUTCDate()).toBeLessThanOrEqual(date.getUTCDate());
      }),
    );
  });

  it('adds days of 24 hours', () => {
    expect(addDays('2026-02-27T10:00:00.000Z', 30)).toBe('2026-03-29T10:00:00.000Z');
  });

  it('knows what has come', () => {
    expect(hasCome('2026-01-01T00:00:00.000Z', '2025-12-31T23:59:59.999Z')).toBe(false);
    expect(hasCome('2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z')).toBe(true);
  });
});
