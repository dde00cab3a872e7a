import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DueQueue } from './due-queue';

describe('the queue of what is due', () => {
  it('gives each key once, at the time last set, the earliest first', () => {
    const arbitrarySet = fc.tuple(
      fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'),
      fc.option(fc.integer({ min: 0, max: 9 })),
    );
    fc.assert(
      fc.property(fc.array(arbitrarySet), fc.integer({ min: 0, max: 10 }), (sets, now) => {
        const queue = new DueQueue();
        const model = new Map<string, number>();
        for (const [key, at] of sets) {
          queue.set(key, at);
          if (at === null) model.delete(key);
          else model.set(key, at);
        }
        expect(queue.size).toBe(model.size);
        const taken: string[] = [];
        for (let key = queue.take(now); key !== undefined; key = queue.take(now)) taken.push(key);
        const due = [...model].filter(([, at]) => at <= now);
        expect([...taken].sort()).toEqual(due.map(([key]) => key).sort());
        const times = taken.map((key) => model.get(key) ?? NaN);
        expect(times).toEqual([...times].sort((a, b) => a - b));
        expect(queue.size).toBe(model.size - due.length);
      }),
    );
  });
});
