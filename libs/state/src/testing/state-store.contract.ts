import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { StateRecord, StateStore, StateValue } from '../state-store';

/** What the contract needs of an adapter: each call opens a new, empty store. */
export type OpenEmptyStateStore = () => Promise<StateStore>;

/** What every StateStore promises. Each adapter's spec runs all of it. */
export function stateStoreContract(openEmpty: OpenEmptyStateStore): void {
  describe('StateStore contract', () => {
    let store: StateStore;
    beforeEach(async () => {
      store = await openEmpty();
    });
    afterEach(async () => {
      await store.close();
    });

    it('answers nothing for a key that was never written', async () => {
      expect(await store.get('c', 'k')).toBeUndefined();
    });

    it.each<[string, StateValue]>([
      ['a string', 'Ação €'],
      ['an empty string', ''],
      ['a number', -1.5e-7],
      ['a boolean', false],
      ['null', null],
      ['an array', [1, [2, null], 'x']],
      ['an object', { a: { b: [true] }, 'weird key': '', e: {} }],
    ])('gives back %s as it was written', async (_, value) => {
      await store.put('c', 'k', value);
      expect(await store.get('c', 'k')).toEqual({ key: 'k', value, version: 1 });
    });

    it('keeps a copy: what the caller changes afterwards is not written', async () => {
      const value = { n: 1 };
      await store.put('c', 'k', value);
      value.n = 2;
      const read = await store.get<{ n: number }>('c', 'k');
      if (read !== undefined) read.value.n = 3;
      expect(await store.get('c', 'k')).toEqual({ key: 'k', value: { n: 1 }, version: 1 });
    });

    it('counts the version up by one with each write of the key', async () => {
      expect(await store.put('c', 'k', 'a')).toBe(1);
      expect(await store.put('c', 'k', 'b')).toBe(2);
      expect(await store.put('c', 'other', 'a')).toBe(1);
      expect(await store.get('c', 'k')).toEqual({ key: 'k', value: 'b', version: 2 });
    });

    it('keeps collections apart', async () => {
      await store.put('c', 'k', 'in c');
      await store.put('d', 'k', 'in d');
      await store.remove('d', 'k');
      expect(await store.get('c', 'k')).toEqual({ key: 'k', value: 'in c', version: 1 });
      expect(await store.get('d', 'k')).toBeUndefined();
    });

    it.each(['', '__proto__', "a'b", 'a\u0000b', 'a%_b', '🙂', 'k'.repeat(1_000)])(
      'takes %j as a key like any other',
      async (key) => {
        await store.put('c', key, 1);
        expect(await store.get('c', key)).toEqual({ key, value: 1, version: 1 });
        expect(await store.list('c', { limit: 10 })).toEqual([{ key, value: 1, version: 1 }]);
        expect(await store.remove('c', key)).toBe(true);
      },
    );

    describe('put', () => {
      it('writes over an absent key only, when absence is expected', async () => {
        expect(await store.put('c', 'k', 'first', 'absent')).toBe(1);
        expect(await store.put('c', 'k', 'second', 'absent')).toBeUndefined();
        expect(await store.get('c', 'k')).toEqual({ key: 'k', value: 'first', version: 1 });
      });

      it('writes over exactly the expected version', async () => {
        await store.put('c', 'k', 'a');
        expect(await store.put('c', 'k', 'b', { version: 1 })).toBe(2);
        expect(await store.put('c', 'k', 'stale', { version: 1 })).toBeUndefined();
        expect(await store.put('c', 'k', 'ahead', { version: 3 })).toBeUndefined();
        expect(await store.get('c', 'k')).toEqual({ key: 'k', value: 'b', version: 2 });
      });

      it('writes nothing when a version of an absent key is expected', async () => {
        expect(await store.put('c', 'k', 'a', { version: 1 })).toBeUndefined();
        expect(await store.put('c', 'k', 'a', { version: 0 })).toBeUndefined();
        expect(await store.get('c', 'k')).toBeUndefined();
      });

      it('lets exactly one of 50 racers win', async () => {
        await store.put('c', 'k', 'start');
        const attempts = Array.from({ length: 50 }, (_, racer) =>
          store.put('c', 'k', racer, { version: 1 }),
        );
        const versions = await Promise.all(attempts);
        const winner = versions.findIndex((version) => version !== undefined);
        expect(versions.filter((version) => version !== undefined)).toEqual([2]);
        expect(await store.get('c', 'k')).toEqual({ key: 'k', value: winner, version: 2 });
      });

      it('counts every one of 50 unconditional writes at once', async () => {
        const writes = Array.from({ length: 50 }, (_, n) => store.put('c', 'k', n));
        const versions = await Promise.all(writes);
        expect(versions.sort((a = 0, b = 0) => a - b)).toEqual(
          Array.from({ length: 50 }, (_, n) => n + 1),
        );
      });
    });

    describe('remove', () => {
      it('says whether a record was removed', async () => {
        await store.put('c', 'k', 1);
        expect(await store.remove('c', 'k')).toBe(true);
        expect(await store.remove('c', 'k')).toBe(false);
        expect(await store.get('c', 'k')).toBeUndefined();
      });

      it('removes exactly the expected version', async () => {
        await store.put('c', 'k', 1);
        await store.put('c', 'k', 2);
        expect(await store.remove('c', 'k', { version: 1 })).toBe(false);
        expect(await store.get('c', 'k')).toEqual({ key: 'k', value: 2, version: 2 });
        expect(await store.remove('c', 'k', { version: 2 })).toBe(true);
      });

      it('leaves a key that begins again at version 1', async () => {
        await store.put('c', 'k', 1);
        await store.put('c', 'k', 2);
        await store.remove('c', 'k');
        expect(await store.put('c', 'k', 3, 'absent')).toBe(1);
      });

      it('lets exactly one of 50 racers remove', async () => {
        await store.put('c', 'k', 1);
        const removals = Array.from({ length: 50 }, () => store.remove('c', 'k', { version: 1 }));
        expect((await Promise.all(removals)).filter((removed) => removed)).toHaveLength(1);
      });
    });

    describe('list', () => {
      const keysOf = (records: readonly StateRecord<StateValue>[]) => records.map(({ key }) => key);

      it('answers nothing for an unknown collection', async () => {
        expect(await store.list('c', { limit: 10 })).toEqual([]);
      });

      it('gives whole records', async () => {
        await store.put('c', 'k', { a: 1 });
        await store.put('c', 'k', { a: 2 });
        expect(await store.list('c', { limit: 10 })).toEqual([
          { key: 'k', value: { a: 2 }, version: 2 },
        ]);
      });

      it("orders by the keys' UTF-8 bytes, whatever order they were written in", async () => {
        const ordered = ['', 'B', 'a', 'aa', 'b', 'é', '\uff5e', '\u{1f642}'];
        for (const key of [...ordered].reverse()) await store.put('c', key, 1);
        expect(keysOf(await store.list('c', { limit: 10 }))).toEqual(ordered);
      });

      it('keeps to a prefix, read literally', async () => {
        for (const key of ['a', 'a%', 'a%b', 'a_b', 'ab', 'A%', 'b']) {
          await store.put('c', key, 1);
        }
        expect(keysOf(await store.list('c', { prefix: 'a%', limit: 10 }))).toEqual(['a%', 'a%b']);
        expect(keysOf(await store.list('c', { prefix: 'zz', limit: 10 }))).toEqual([]);
      });

      it('pages through a prefix without gap or double', async () => {
        const ordered = Array.from({ length: 25 }, (_, n) => `p/${String(n).padStart(2, '0')}`);
        for (const key of ['o', ...ordered, 'p0', 'q']) await store.put('c', key, 1);
        const seen: string[] = [];
        for (;;) {
          const after = seen.at(-1);
          const page = await store.list('c', {
            prefix: 'p/',
            limit: 10,
            ...(after === undefined ? {} : { after }),
          });
          if (page.length === 0) break;
          expect(page.length).toBeLessThanOrEqual(10);
          seen.push(...keysOf(page));
        }
        expect(seen).toEqual(ordered);
      });

      it('goes on after a key that is not there any more', async () => {
        for (const key of ['a', 'c']) await store.put('c', key, 1);
        expect(keysOf(await store.list('c', { after: 'b', limit: 10 }))).toEqual(['c']);
      });
    });
  });
}
