import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { PersonalKey, PersonalKeys, WrappedPersonalKeys } from '../personal-keys';
import type { MasterKeys } from '../wrapped-keys';

/** What the contract needs of an adapter: each call opens a new, empty store. */
export type OpenEmptyPersonalKeys = () => Promise<PersonalKeys>;

const FIRST_DATE = '2026-01-02T03:04:05.678Z';
const LATER_DATE = '2026-02-03T04:05:06.789Z';

/** What every PersonalKeys promises. Each adapter's spec runs all of it. */
export function personalKeysContract(openEmpty: OpenEmptyPersonalKeys): void {
  describe('PersonalKeys contract', () => {
    let keys: PersonalKeys;
    beforeEach(async () => {
      keys = await openEmpty();
    });
    afterEach(async () => {
      await keys.close();
    });

    it('knows nothing of a subject that never had a key', async () => {
      expect(await keys.find('customer-1')).toEqual({ kind: 'absent' });
      expect(await tombstonesOf(keys)).toEqual([]);
    });

    it('makes a 256-bit key once, and finds it again', async () => {
      const made = keyOf(await keys.obtain('customer-1'));
      expect(made).toHaveLength(32);
      expect(keyOf(await keys.obtain('customer-1'))).toEqual(made);
      expect(keyOf(await keys.find('customer-1'))).toEqual(made);
    });

    it('makes no key by finding', async () => {
      await keys.find('customer-1');
      expect(await keys.find('customer-1')).toEqual({ kind: 'absent' });
    });

    it('gives each subject a key of its own', async () => {
      const subjects = ['customer-1', 'customer-10', 'reseller-1', 'Customer-1', ''];
      const made = await Promise.all(subjects.map((subject) => keys.obtain(subject)));
      expect(new Set(made.map((key) => keyOf(key).toString('hex'))).size).toBe(subjects.length);
    });

    it('gives one key to 50 callers at once', async () => {
      const obtained = await Promise.all(
        Array.from({ length: 50 }, () => keys.obtain('customer-1')),
      );
      expect(new Set(obtained.map((key) => keyOf(key).toString('hex'))).size).toBe(1);
      expect(keyOf(await keys.find('customer-1'))).toEqual(keyOf(obtained[0]));
    });

    it('answers the tombstone wherever the key was asked for, once it is destroyed', async () => {
      await keys.obtain('customer-1');
      await keys.destroy('customer-1', FIRST_DATE);
      const tombstone = { kind: 'destroyed', at: FIRST_DATE };
      expect(await keys.find('customer-1')).toEqual(tombstone);
      expect(await keys.obtain('customer-1')).toEqual(tombstone);
    });

    it('keeps the date of the first destruction', async () => {
      await keys.obtain('customer-1');
      await keys.destroy('customer-1', FIRST_DATE);
      await keys.destroy('customer-1', LATER_DATE);
      expect(await keys.find('customer-1')).toEqual({ kind: 'destroyed', at: FIRST_DATE });
      expect(await tombstonesOf(keys)).toEqual([{ subject: 'customer-1', at: FIRST_DATE }]);
    });

    it('leaves a tombstone for a subject that had no key, as a restore needs', async () => {
      await keys.destroy('customer-1', FIRST_DATE);
      expect(await keys.obtain('customer-1')).toEqual({ kind: 'destroyed', at: FIRST_DATE });
    });

    it('touches no other subject by destroying one', async () => {
      await keys.obtain('customer-1');
      const other = keyOf(await keys.obtain('customer-2'));
      await keys.destroy('customer-1', FIRST_DATE);
      expect(keyOf(await keys.find('customer-2'))).toEqual(other);
    });

    it('ends in a tombstone when obtained and destroyed at once', async () => {
      await Promise.all([
        keys.obtain('customer-1'),
        keys.destroy('customer-1', FIRST_DATE),
        keys.obtain('customer-1'),
      ]);
      expect(await keys.find('customer-1')).toEqual({ kind: 'destroyed', at: FIRST_DATE });
    });

    it('lists every tombstone and nothing else', async () => {
      const destroyed = Array.from({ length: 25 }, (_, n) => `customer-${String(n)}`);
      await keys.obtain('customer-alive');
      for (const subject of destroyed) await keys.destroy(subject, FIRST_DATE);
      const tombstones = await tombstonesOf(keys);
      expect(tombstones.map(({ subject }) => subject).sort()).toEqual([...destroyed].sort());
      expect(new Set(tombstones.map(({ at }) => at))).toEqual(new Set([FIRST_DATE]));
    });
  });
}

/** Opens stores of one place, each with other master keys. */
export type OpenWrappedPersonalKeys = (masterKeys: MasterKeys) => Promise<WrappedPersonalKeys>;

/** What personal keys promise of the master keys that wrap them. `newPlace` is called for each test. */
export function wrappedPersonalKeysContract(
  newPlace: () => Promise<OpenWrappedPersonalKeys>,
): void {
  const [former, current] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
  const before: MasterKeys = { current: 'm1', keys: new Map([['m1', former]]) };
  const both: MasterKeys = { current: 'm2', keys: new Map([...before.keys, ['m2', current]]) };
  const after: MasterKeys = { current: 'm2', keys: new Map([['m2', current]]) };

  describe('WrappedPersonalKeys contract', () => {
    it('is read without a former master key, once the current one wraps what that wrapped', async () => {
      const open = await newPlace();
      const first = await open(before);
      // More than a page.
      const subjects = Array.from({ length: 250 }, (_, n) => `customer-${String(n)}`);
      const made = await Promise.all(subjects.map((subject) => first.obtain(subject)));
      await first.destroy('customer-7', FIRST_DATE);
      expect(await first.wrappedBy()).toEqual(new Map([['m1', 249]]));
      await first.close();

      const rotated = await open(both);
      await rotated.obtain('customer-new');
      expect(await rotated.wrappedBy()).toEqual(
        new Map([
          ['m1', 249],
          ['m2', 1],
        ]),
      );
      expect(await rotated.rewrap()).toBe(249);
      expect(await rotated.wrappedBy()).toEqual(new Map([['m2', 250]]));
      expect(await rotated.rewrap()).toBe(0);
      await rotated.close();

      const last = await open(after);
      const found = await Promise.all(subjects.map((subject) => last.find(subject)));
      expect(found).toEqual(
        made.map((key, n) => (n === 7 ? { kind: 'destroyed', at: FIRST_DATE } : key)),
      );
      await last.close();
    });

    it('stops when told to, needs the former one then, and goes on later', async () => {
      const open = await newPlace();
      const first = await open(before);
      const made = await first.obtain('customer-1');
      await first.close();
      const rotated = await open(both);
      expect(await rotated.rewrap(AbortSignal.abort())).toBe(0);
      expect(await rotated.find('customer-1')).toEqual(made);
      await rotated.close();
      await expect(open(after)).rejects.toThrow(/aster key 'm1'/);
      const again = await open(both);
      expect(await again.rewrap()).toBe(1);
      await again.close();
      const last = await open(after);
      expect(await last.find('customer-1')).toEqual(made);
      await last.close();
    });

    it('keeps a key destroyed that is destroyed while keys are wrapped anew', async () => {
      const open = await newPlace();
      const first = await open(before);
      const subjects = Array.from({ length: 150 }, (_, n) => `customer-${String(n)}`);
      for (const subject of subjects) await first.obtain(subject);
      await first.close();
      const rotated = await open(both);
      await Promise.all([
        rotated.rewrap(),
        ...subjects.map((subject) => rotated.destroy(subject, FIRST_DATE)),
      ]);
      expect(await rotated.wrappedBy()).toEqual(new Map());
      expect(await tombstonesOf(rotated)).toHaveLength(150);
      await rotated.close();
    });
  });
}

function keyOf(found: PersonalKey | undefined): Buffer {
  if (found?.kind !== 'present') throw new Error(`expected a key, got ${String(found?.kind)}`);
  return found.key;
}

async function tombstonesOf(keys: PersonalKeys) {
  const found = [];
  for await (const tombstone of keys.tombstones()) found.push(tombstone);
  return found;
}
