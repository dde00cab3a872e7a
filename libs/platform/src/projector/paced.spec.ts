import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Paced } from './paced';

describe('Paced', () => {
  const work = jest.fn();
  let paced: Paced;
  beforeEach(() => {
    jest.useFakeTimers();
    work.mockReset();
    paced = new Paced(work, { leastMs: 10, mostMs: 40 });
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('does at once, but after this turn, what is asked for after a while of quiet', () => {
    paced.ask();
    paced.ask();
    expect(work).toHaveBeenCalledTimes(0);
    jest.advanceTimersByTime(0);
    expect(work).toHaveBeenCalledTimes(1);
  });

  it('does what is asked for in quick succession once, when the while is over', () => {
    paced.ask();
    jest.advanceTimersByTime(4);
    paced.ask();
    paced.ask();
    jest.advanceTimersByTime(5);
    expect(work).toHaveBeenCalledTimes(1);
    jest.advanceTimersByTime(1);
    expect(work).toHaveBeenCalledTimes(2);
    jest.advanceTimersByTime(100);
    expect(work).toHaveBeenCalledTimes(2);
  });

  it('does ever less often what is asked for on and on, down to a limit, and as often as before once that is over', () => {
    const askEachMs = (every: number, ms: number) => {
      work.mockReset();
      for (let at = 0; at < ms; at += every) {
        paced.ask();
        jest.advanceTimersByTime(every);
      }
    };
    askEachMs(1, 200);
    askEachMs(1, 400);
    expect(work).toHaveBeenCalledTimes(10);
    askEachMs(20, 400);
    askEachMs(20, 400);
    expect(work).toHaveBeenCalledTimes(20);
  });

  it('does at once what is hurried, and not again', () => {
    paced.ask();
    jest.advanceTimersByTime(0);
    paced.ask();
    paced.hurry();
    expect(work).toHaveBeenCalledTimes(2);
    paced.hurry();
    jest.advanceTimersByTime(100);
    expect(work).toHaveBeenCalledTimes(2);
  });
});
