import { beforeEach, describe, expect, it } from '@jest/globals';
import { CachedPersonalKeys } from './cached-personal-keys';
import type { PersonalKey } from './personal-keys';
import { InMemoryPersonalKeys } from './testing/in-memory-personal-keys';
import { personalKeysContract } from './testing/personal-keys.contract';

const START = Date.parse('2026-01-02T03:04:05.000Z');
const DATE = '2026-01-02T03:04:05.000Z';
const TOMBSTONE = { kind: 'destroyed', at: DATE };

class CountingPersonalKeys extends InMemoryPersonalKeys {
  asked = 0;
  /** What an answer waits for, where a test holds it back. */
  gate: Promise<void> = Promise.resolve();

  override async find(subject: string): Promise<PersonalKey> {
    this.asked++;
    const found = await super.find(subject);
    await this.gate;
    return found;
  }
}

describe('CachedPersonalKeys', () => {
  let now: number;
  let stored: CountingPersonalKeys;
  let cached: CachedPersonalKeys;
  beforeEach(() => {
    now = START;
    stored = new CountingPersonalKeys();
    cached = new CachedPersonalKeys(stored, { now: () => new Date(now) });
  });

  it('asks the store once within a second', async () => {
    const made = await cached.obtain('customer-1');
    now += 999;
    expect(await cached.find('customer-1')).toEqual(made);
    expect(await cached.obtain('customer-1')).toEqual(made);
    expect(stored.asked).toBe(1);
  });

  it('asks again after a second, and so learns of a destruction elsewhere', async () => {
    await cached.obtain('customer-1');
    await stored.destroy('customer-1', DATE);
    now += 1_000;
    expect(await cached.find('customer-1')).toEqual(TOMBSTONE);
  });

  it('does not lengthen the second by using the key', async () => {
    await cached.obtain('customer-1');
    await stored.destroy('customer-1', DATE);
    now += 600;
    await cached.find('customer-1');
    now += 600;
    expect(await cached.find('customer-1')).toEqual(TOMBSTONE);
  });

  it('asks for no key again while the mark says that none was destroyed', async () => {
    await cached.obtain('customer-1');
    now += 5_000;
    await cached.find('customer-1');
    expect(stored.asked).toBe(1);
  });

  it('asks for each key again after a second where the store has no mark', async () => {
    Object.defineProperty(stored, 'mark', { value: undefined });
    await cached.obtain('customer-1');
    now += 1_000;
    await cached.find('customer-1');
    expect(stored.asked).toBe(2);
  });

  it('asks again when the clock was set back', async () => {
    await cached.obtain('customer-1');
    await stored.destroy('customer-1', DATE);
    now -= 3_600_000;
    expect(await cached.find('customer-1')).toEqual(TOMBSTONE);
  });

  it('never remembers absence', async () => {
    await cached.find('customer-1');
    await stored.obtain('customer-1');
    expect((await cached.find('customer-1')).kind).toBe('present');
  });

  it('forgets a key at once when it is destroyed here', async () => {
    await cached.obtain('customer-1');
    await cached.destroy('customer-1', DATE);
    expect(await cached.find('customer-1')).toEqual(TOMBSTONE);
  });

  it('does not remember an answer that was under way when the key was destroyed', async () => {
    await stored.obtain('customer-1');
    let answer: () => void = () => undefined;
    stored.gate = new Promise((resolve) => (answer = resolve));
    const underWay = cached.find('customer-1');
    await cached.destroy('customer-1', DATE);
    answer();
    await underWay;
    expect(await cached.find('customer-1')).toEqual(TOMBSTONE);
  });

  it('holds the 10,000 keys used last, and forgets what is long unused', async () => {
    for (let n = 0; n <= 10_000; n++) await cached.obtain(`customer-${String(n)}`);
    await cached.find('customer-0');
    for (let n = 10_001; n <= 20_000; n++) await cached.obtain(`customer-${String(n)}`);
    const askedBefore = stored.asked;
    await cached.find('customer-0');
    await cached.find('customer-10001');
    expect(stored.asked).toBe(askedBefore);
    await cached.find('customer-1');
    expect(stored.asked).toBe(askedBefore + 1);
  });
});

personalKeysContract(() =>
  Promise.resolve(
    new CachedPersonalKeys(new InMemoryPersonalKeys(), { now: () => new Date(START) }),
  ),
);
