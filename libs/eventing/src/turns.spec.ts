import { describe, expect, it } from '@jest/globals';
import { Turns } from './turns';

describe('Turns', () => {
  it('runs work on one key in the order it came, also after work that failed', async () => {
    const turns = new Turns();
    const ran: string[] = [];
    const gate = Promise.withResolvers<undefined>();
    const first = turns.take('a', async () => {
      await gate.promise;
      ran.push('first');
      throw new Error('failed');
    });
    const second = turns.take('a', () => Promise.resolve(ran.push('second')));
    const third = turns.take('a', () => Promise.resolve(ran.push('third')));
    gate.resolve(undefined);
    await expect(first).rejects.toThrow('failed');
    await Promise.all([second, third]);
    expect(ran).toEqual(['first', 'second', 'third']);
  });

  it('does not let work on one key wait for another', async () => {
    const turns = new Turns();
    const gate = Promise.withResolvers<undefined>();
    const held = turns.take('a', () => gate.promise);
    await expect(turns.take('b', () => Promise.resolve('done'))).resolves.toBe('done');
    gate.resolve(undefined);
    await held;
  });
});
