import { describe, expect, it } from '@jest/globals';
import { formatBytes, formatCount, formatDuration, formatRate, formatTable } from './format';

describe('formats', () => {
  it('counts', () => {
    expect([0, 999, 1_000, 1_234_567.4].map(formatCount)).toEqual([
      '0',
      '999',
      '1,000',
      '1,234,567',
    ]);
  });

  it('bytes', () => {
    expect([0, 1_023, 1_024, 1_536, 5 * 1024 ** 3].map(formatBytes)).toEqual([
      '0 bytes',
      '1023 bytes',
      '1.0 KiB',
      '1.5 KiB',
      '5.0 GiB',
    ]);
  });

  it('durations', () => {
    expect([0, 1, 59_000, 61_000, 3_600_000, 7_260_000].map(formatDuration)).toEqual([
      '0 s',
      '1 s',
      '59 s',
      '1 min 1 s',
      '1 h 0 min',
      '2 h 1 min',
    ]);
  });

  it('rates', () => {
    expect([0.25, 9.99, 1_500].map(formatRate)).toEqual(['0.3/s', '10.0/s', '1,500/s']);
  });

  it('tables', () => {
    expect(
      formatTable([
        ['a', '1', ''],
        ['bbb', '100', '(all)'],
      ]),
    ).toEqual(['a      1', 'bbb  100  (all)']);
  });
});
