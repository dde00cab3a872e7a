import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { takeLease, type Lease } from './lease';
import type { StateStore } from './state-store';
import { InMemoryStateStore } from './testing/in-memory-state-store';

/** Longer than a busy machine keeps a test waiting. */
const LIFE_MS = 1_500;

describe('A lease', () => {
  let state: InMemoryStateStore;
  const held: Lease[] = [];
  beforeEach(() => {
    state = new InMemoryStateStore();
  });
  afterEach(async () => {
    for (const lease of held.splice(0)) await lease.release();
  });
  const options = (holder: string, store: StateStore = state) => ({
    state: store,
    name: 'projector',
    holder,
    lifeMs: LIFE_MS,
  });
  const take = async (holder: string, store?: StateStore): Promise<Lease> => {
    const lease = await takeLease(options(holder, store));
    if (lease === undefined) throw new Error('It was not waited for.');
    held.push(lease);
    return lease;
  };
  /** The store as a process sees it that is cut off from it at some time. */
  const cuttable = () => {
    let isCut = false;
    const cutOff: StateStore = {
      get: (collection, key) => state.get(collection, key),
      put: (...args) => (isCut ? Promise.reject(new Error('cut')) : state.put(...args)),
      remove: (...args) => state.remove(...args),
      list: (...args) => state.list(...args),
      close: () => state.close(),
    };
    return {
      cutOff,
      cut: () => {
        isCut = true;
      },
    };
  };
  const lossOf = (lease: Lease) =>
    new Promise<void>((resolve) => {
      if (lease.lost.aborted) resolve();
      else
        lease.lost.addEventListener('abort', () => {
          resolve();
        });
    });

  it('is held by one of many, and by the next once it is given back', async () => {
    const order: string[] = [];
    const waiting = ['a', 'b', 'c'].map(async (holder) => {
      const lease = await take(holder);
      order.push(`${holder} in`);
      // Longer than a life: it is renewed meanwhile.
      for (let renewals = 0; renewals < 9; renewals++) {
        const before = (await state.get('leases', 'projector'))?.version;
        while (
          !lease.lost.aborted &&
          (await state.get('leases', 'projector'))?.version === before
        ) {
          await new Promise(setImmediate);
        }
      }
      expect(lease.lost.aborted).toBe(false);
      order.push(`${holder} out`);
      await lease.release();
    });
    await Promise.all(waiting);
    expect(order.map((each) => each.slice(2))).toEqual(['in', 'out', 'in', 'out', 'in', 'out']);
  });

  it('is lost by who cannot renew it, before another holds it', async () => {
    const { cutOff, cut } = cuttable();
    const first = await take('a', cutOff);
    cut();
    const second = take('b').then(() => first.lost.aborted);
    await lossOf(first);
    expect(await second).toBe(true);
  });

  it('is lost when another took it', async () => {
    const first = await take('a');
    await state.put('leases', 'projector', { holder: 'b' });
    await lossOf(first);
    expect(first.lost.reason).toEqual(new Error('The lease of projector is lost.'));
    await first.release();
    expect((await state.get('leases', 'projector'))?.value).toEqual({ holder: 'b' });
  });

  it('is not waited for any more when told so', async () => {
    await take('a');
    const giveUp = new AbortController();
    const waiting = takeLease(options('b'), giveUp.signal);
    giveUp.abort();
    expect(await waiting).toBeUndefined();
  });
});
