import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import {
  addDays,
  DAYS_TO_ANSWER,
  endOfTerm,
  reminderDueAt,
  refundLot,
  shareOfTerm,
  type Term,
} from '@tierbook/domain';

const text = readFileSync(join(__dirname, '../../docs/dates.md'), 'utf8');

/** The rows of the table under a heading. */
function tableOf(heading: string): readonly (readonly string[])[] {
  const section = text.split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('| '));
  return rows.slice(2).map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

describe('docs/dates.md', () => {
  it.each(tableOf('Partnership requests'))('of a request sent at %s: %s, then %s', (...row) => {
    const [sent = '', reminder, expiry = ''] = row;
    expect([addDays(sent, DAYS_TO_ANSWER), reminderDueAt(expiry)]).toEqual([expiry, reminder]);
  });

  it.each(tableOf('Terms'))('ends the term from %s of %s, number %s, at %s', (...row) => {
    const [start = '', term, count, end] = row;
    expect(endOfTerm(start, term as Term, Number(count))).toBe(end);
  });

  it.each(tableOf('Shares of a term'))('from %s until %s leaves at %s %s days of %s', (...row) => {
    const [termStartsAt = '', termEndsAt = '', at = '', days, of] = row;
    const share = shareOfTerm({ termStartsAt, termEndsAt }, at);
    expect(share).toEqual({ days: Number(days), of: Number(of) });
  });

  it.each(tableOf('Giving licences back'))(
    'lets what was bought at %s go back until %s',
    (...row) => {
      const [at = '', until] = row;
      expect(refundLot(at, 1).until).toBe(until);
    },
  );

  it('has all its tables', () => {
    expect(text.split('\n').filter((line) => line.startsWith('| 20'))).toHaveLength(16);
  });
});
