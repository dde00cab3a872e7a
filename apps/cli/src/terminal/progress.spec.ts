import { describe, expect, it } from '@jest/globals';
import { Progress } from './progress';

/** Progress over 100, and a clock that the test moves. */
function progressOn(isTTY: boolean, columns = 80) {
  const written: string[] = [];
  const clock = { now: 0 };
  const target = { isTTY, columns, write: (text: string) => written.push(text) };
  const progress = new Progress('customers', 100, target, () => clock.now);
  return { written, clock, progress };
}

describe('progress on a terminal', () => {
  it('draws one line anew, ten times a second at most, and takes it off at the end', () => {
    const { written, clock, progress } = progressOn(true);
    clock.now = 5_000;
    progress.advance(10);
    expect(written).toEqual([]);
    clock.now = 6_000;
    progress.advance(15);
    progress.advance();
    expect(written).toEqual(['\r\u001b[2Kcustomers 25/100  25%  25/s  about 3 s left']);
    progress.end();
    expect(written.at(-1)).toBe('\r\u001b[2K');
  });

  it('fits a narrow one', () => {
    const { written, clock, progress } = progressOn(true, 20);
    progress.advance(25);
    clock.now = 1_000;
    progress.advance(25);
    expect(written).toEqual(['\r\u001b[2Kcustomers 50/100  5']);
  });
});

describe('progress elsewhere', () => {
  it('is a line every ten seconds, without control characters', () => {
    const { written, clock, progress } = progressOn(false);
    progress.advance(5);
    clock.now = 9_999;
    progress.advance(5);
    expect(written).toEqual([]);
    clock.now = 20_000;
    progress.advance(10);
    progress.end();
    expect(written).toEqual(['customers 20/100  20%  1.0/s  about 1 min 20 s left\n']);
  });

  it('tells what is done where nobody knows of how much', () => {
    const written: string[] = [];
    const clock = { now: 0 };
    const target = { write: (text: string) => written.push(text) };
    const progress = new Progress('events', undefined, target, () => clock.now);
    progress.advance();
    clock.now = 10_000;
    progress.advance(49);
    expect(written).toEqual(['events 50  5.0/s\n']);
  });
});
