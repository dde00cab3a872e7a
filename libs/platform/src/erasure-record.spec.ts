import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { StoreRefusedError, StoreUnavailableError, type PersonalKeys } from '@tierbook/eventing';
import { InMemoryPersonalKeys } from '@tierbook/eventing/testing';
import { erasuresFile, notingErasures, readErasures } from './erasure-record';

const AT = '2026-01-02T03:04:05.678Z';
let directory: string;
let file: string;
let keys: PersonalKeys;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tierbook-erasures-'));
  file = erasuresFile(join(directory, 'checkpoint'));
  keys = new InMemoryPersonalKeys();
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

describe('a noted erasure', () => {
  it('is noted before the key is destroyed, and once', async () => {
    const seen: (readonly unknown[])[] = [];
    const watched: PersonalKeys = {
      obtain: (subject) => keys.obtain(subject),
      find: (subject) => keys.find(subject),
      tombstones: () => keys.tombstones(),
      close: () => keys.close(),
      destroy: async (subject, at) => {
        seen.push(await readErasures(file));
        await keys.destroy(subject, at);
      },
    };
    const noting = await notingErasures(watched, file);
    await noting.obtain('customer-1');
    await noting.destroy('customer-1', AT);
    await noting.destroy('customer-1', '2027-01-01T00:00:00.000Z');
    const noted = [{ subject: 'customer-1', at: AT }];
    expect(seen[0]).toEqual(noted);
    expect(await readErasures(file)).toEqual(noted);
    expect(await keys.find('customer-1')).toEqual({ kind: 'destroyed', at: AT });
  });

  it('is noted at the start where it was not', async () => {
    await keys.destroy('customer-1', AT);
    await notingErasures(keys, file);
    await notingErasures(keys, file);
    expect(readFileSync(file, 'utf8')).toBe(`{"subject":"customer-1","at":"${AT}"}\n`);
  });

  it('stands on a line of its own though a crash cut the one before short', async () => {
    const before = await notingErasures(keys, file);
    await before.destroy('customer-1', AT);
    appendFileSync(file, '{"subject":"cust');
    const after = await notingErasures(keys, file);
    await Promise.all([after.destroy('customer-2', AT), after.destroy('customer-3', AT)]);
    const subjects = (await readErasures(file)).map(({ subject }) => subject);
    expect(subjects).toEqual(['customer-1', 'customer-2', 'customer-3']);
  });

  it('that cannot be written destroys no key', async () => {
    await keys.obtain('customer-1');
    const noting = await notingErasures(keys, join(directory, 'missing', 'file'));
    await expect(noting.destroy('customer-1', AT)).rejects.toThrow(StoreUnavailableError);
    expect((await keys.find('customer-1')).kind).toBe('present');
  });

  it('in a damaged file is no reason to go on', async () => {
    writeFileSync(file, 'garbage\n');
    await expect(notingErasures(keys, file)).rejects.toThrow(StoreRefusedError);
  });
});
