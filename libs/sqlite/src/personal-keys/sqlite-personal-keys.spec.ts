import { createCipheriv, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  StoreRefusedError,
  StoreUnavailableError,
  type MasterKeys,
  type PersonalKey,
} from '@tierbook/eventing';
import { personalKeysContract, wrappedPersonalKeysContract } from '@tierbook/eventing/testing';
import { openSqlitePersonalKeys, openSqlitePersonalKeysReader } from './sqlite-personal-keys';

const directory = mkdtempSync(join(tmpdir(), 'tierbook-keys-'));
let opened = 0;
const newPath = () => join(directory, `${String(++opened)}.db`);
afterAll(() => {
  rmSync(directory, { recursive: true });
});

const AT = '2026-01-02T03:04:05.678Z';
const M1 = randomBytes(32);
const M2 = randomBytes(32);
const masterKeys: MasterKeys = { current: 'm1', keys: new Map([['m1', M1]]) };

personalKeysContract(() =>
  Promise.resolve(openSqlitePersonalKeys({ path: newPath(), masterKeys })),
);

wrappedPersonalKeysContract(() => {
  const path = newPath();
  return Promise.resolve((keys) => {
    return new Promise((resolve) => {
      resolve(openSqlitePersonalKeys({ path, masterKeys: keys }));
    });
  });
});

describe('SQLite PersonalKeys', () => {
  let path: string;
  beforeEach(() => {
    path = newPath();
  });

  it('keeps keys and tombstones when it is opened again', async () => {
    const first = openSqlitePersonalKeys({ path, masterKeys });
    const made = await first.obtain('customer-1');
    await first.destroy('customer-2', AT);
    await first.close();
    const second = openSqlitePersonalKeys({ path, masterKeys });
    expect(await second.find('customer-1')).toEqual(made);
    expect(await second.find('customer-2')).toEqual({ kind: 'destroyed', at: AT });
    await second.close();
  });

  it('shows another connection by its mark that a key was destroyed', async () => {
    const keys = openSqlitePersonalKeys({ path, masterKeys });
    await keys.obtain('customer-1');
    const reader = openSqlitePersonalKeysReader({ path, masterKeys });
    const before = await reader.mark();
    expect(await reader.mark()).toBe(before);
    await keys.destroy('customer-1', AT);
    expect(await reader.mark()).not.toBe(before);
    await reader.close();
    await keys.close();
  });

  it('has a key on disk, wrapped, by the time it answers', async () => {
    const keys = openSqlitePersonalKeys({ path, masterKeys });
    const key = keyOf(await keys.obtain('customer-1'));
    expect(wrappedOf(path, 'customer-1')).toHaveLength(48);
    expect(fileBytes(path).includes(key)).toBe(false);
    await keys.close();
    expect(fileBytes(path).includes(key)).toBe(false);
  });

  it('makes one key for two processes that ask at once', async () => {
    const both = [
      openSqlitePersonalKeys({ path, masterKeys }),
      openSqlitePersonalKeys({ path, masterKeys }),
    ];
    const [a, b] = await Promise.all(both.map((keys) => keys.obtain('customer-1')));
    expect(a).toEqual(b);
    for (const keys of both) await keys.close();
  });

  describe('destruction', () => {
    it("leaves none of the wrapped keys' bytes in the file or its WAL", async () => {
      const keys = openSqlitePersonalKeys({ path, masterKeys });
      // Enough, in random key order, that pages split and cells move about.
      const subjects = Array.from(
        { length: 1_500 },
        () => `customer-${randomBytes(16).toString('hex')}`,
      );
      await Promise.all(subjects.map((subject) => keys.obtain(subject)));
      const secrets = new Map(subjects.map((subject) => [subject, wrappedOf(path, subject)]));
      const destroyed = subjects.slice(0, 40);
      for (const subject of destroyed) {
        const secret = secrets.get(subject) ?? Buffer.alloc(0);
        expect(containsAnyOf(fileBytes(path), secret)).toBe(true);
      }
      for (const subject of destroyed.slice(0, -10)) await keys.destroy(subject, AT);
      await Promise.all(destroyed.slice(-10).map((subject) => keys.destroy(subject, AT)));
      const remaining = fileBytes(path);
      const left = destroyed.filter((subject) =>
        containsAnyOf(remaining, secrets.get(subject) ?? remaining),
      );
      expect(left).toEqual([]);
      await keys.close();
    });

    it('finishes at the next start what a crash cut short before the WAL was emptied', async () => {
      const keys = openSqlitePersonalKeys({ path, masterKeys });
      await keys.obtain('customer-1');
      const secret = wrappedOf(path, 'customer-1');
      // As the process that crashed left it: committed, secure_delete on, and no checkpoint.
      const crashed = new DatabaseSync(path);
      crashed.exec(
        `PRAGMA secure_delete = ON;
         UPDATE personal_keys SET kid = NULL, nonce = NULL, wrapped = NULL, destroyed_at = '${AT}'`,
      );
      expect(containsAnyOf(fileBytes(path), secret)).toBe(true);
      const next = openSqlitePersonalKeys({ path, masterKeys });
      expect(await next.find('customer-1')).toEqual({ kind: 'destroyed', at: AT });
      expect(containsAnyOf(fileBytes(path), secret)).toBe(false);
      crashed.close();
      await next.close();
      await keys.close();
    });

    it('does not answer while a reader keeps the bytes in the WAL; repeated, it completes', async () => {
      const keys = openSqlitePersonalKeys({ path, masterKeys });
      await keys.obtain('customer-1');
      const secret = wrappedOf(path, 'customer-1');
      const slow = new DatabaseSync(path, { readOnly: true });
      slow.exec('BEGIN; SELECT * FROM personal_keys');
      await expect(keys.destroy('customer-1', AT)).rejects.toBeInstanceOf(StoreUnavailableError);
      expect(await keys.find('customer-1')).toEqual({ kind: 'destroyed', at: AT });
      slow.close();
      await keys.destroy('customer-1', '2027-01-01T00:00:00.000Z');
      expect(containsAnyOf(fileBytes(path), secret)).toBe(false);
      expect(await keys.find('customer-1')).toEqual({ kind: 'destroyed', at: AT });
      await keys.close();
    });
  });

  describe('master keys', () => {
    it('wraps with AES-256-GCM bound to the subject', async () => {
      const keys = openSqlitePersonalKeys({ path, masterKeys });
      const key = keyOf(await keys.obtain('customer-1'));
      const row = rowOf(path, 'customer-1');
      const cipher = createCipheriv('aes-256-gcm', M1, row['nonce'] as Uint8Array);
      cipher.setAAD(Buffer.from('customer-1'));
      const sealed = Buffer.concat([cipher.update(key), cipher.final(), cipher.getAuthTag()]);
      expect(sealed.equals(row['wrapped'] as Uint8Array)).toBe(true);
      expect(row['kid']).toBe('m1');
      await keys.close();
    });

    it('reads keys wrapped by a former one, and wraps new ones by the current', async () => {
      const before = openSqlitePersonalKeys({ path, masterKeys });
      const made = await before.obtain('customer-1');
      await before.close();
      const rotated = {
        current: 'm2',
        keys: new Map([
          ['m1', M1],
          ['m2', M2],
        ]),
      };
      const after = openSqlitePersonalKeys({ path, masterKeys: rotated });
      expect(await after.find('customer-1')).toEqual(made);
      await after.obtain('customer-2');
      expect(rowOf(path, 'customer-2')['kid']).toBe('m2');
      await after.close();
    });

    it('leaves nothing of what a former one wrapped in the file or its WAL', async () => {
      const before = openSqlitePersonalKeys({ path, masterKeys });
      await before.obtain('customer-1');
      const wrapped = wrappedOf(path, 'customer-1');
      await before.close();
      const rotated = {
        current: 'm2',
        keys: new Map([
          ['m1', M1],
          ['m2', M2],
        ]),
      };
      const after = openSqlitePersonalKeys({ path, masterKeys: rotated });
      expect(containsAnyOf(fileBytes(path), wrapped)).toBe(true);
      expect(await after.rewrap()).toBe(1);
      expect(containsAnyOf(fileBytes(path), wrapped)).toBe(false);
      await after.close();
    });

    it.each<[string, MasterKeys]>([
      ['is missing', { current: 'm2', keys: new Map([['m2', M2]]) }],
      ['is another under the same id', { current: 'm1', keys: new Map([['m1', M2]]) }],
    ])('refuses to open when one that is needed %s', async (_, others) => {
      await openSqlitePersonalKeys({ path, masterKeys }).close();
      for (const open of [openSqlitePersonalKeys, openSqlitePersonalKeysReader]) {
        expect(() => open({ path, masterKeys: others })).toThrow(StoreRefusedError);
        expect(() => open({ path, masterKeys: others })).toThrow(/^Master key 'm1', which wraps/);
      }
      await openSqlitePersonalKeys({ path, masterKeys }).close();
    });

    it("refuses a key that was moved to another subject's row", async () => {
      const keys = openSqlitePersonalKeys({ path, masterKeys });
      await keys.obtain('customer-1');
      const thief = new DatabaseSync(path);
      thief.exec("UPDATE personal_keys SET subject = 'customer-2'");
      thief.close();
      await expect(keys.find('customer-2')).rejects.toThrow(/customer-2 does not open/);
      await keys.close();
    });
  });

  describe('reader', () => {
    it('sees keys and destructions as the writer commits them', async () => {
      const keys = openSqlitePersonalKeys({ path, masterKeys });
      const reader = openSqlitePersonalKeysReader({ path, masterKeys });
      expect(await reader.find('customer-1')).toEqual({ kind: 'absent' });
      const made = await keys.obtain('customer-1');
      expect(await reader.find('customer-1')).toEqual(made);
      await keys.destroy('customer-1', AT);
      expect(await reader.find('customer-1')).toEqual({ kind: 'destroyed', at: AT });
      for await (const tombstone of reader.tombstones()) {
        expect(tombstone).toEqual({ subject: 'customer-1', at: AT });
      }
      await reader.close();
      await keys.close();
    });
  });
});

function keyOf(found: PersonalKey): Buffer {
  if (found.kind !== 'present') throw new Error(`expected a key, got ${found.kind}`);
  return found.key;
}

function rowOf(path: string, subject: string): Record<string, unknown> {
  const database = new DatabaseSync(path, { readOnly: true });
  const row = database.prepare('SELECT * FROM personal_keys WHERE subject = ?').get(subject);
  database.close();
  return row ?? {};
}

function wrappedOf(path: string, subject: string): Buffer {
  return Buffer.from(rowOf(path, subject)['wrapped'] as Uint8Array);
}

/** Everything that stands in the store's files. */
function fileBytes(path: string): Buffer {
  const name = path.slice(directory.length + 1);
  const files = readdirSync(directory).filter((file) => file.startsWith(name));
  return Buffer.concat(files.map((file) => readFileSync(join(directory, file))));
}

/** Whether any 8 bytes on end of `secret` stand in `bytes`. */
function containsAnyOf(bytes: Buffer, secret: Buffer): boolean {
  return Array.from({ length: secret.length - 7 }, (_, at) => at).some((at) =>
    bytes.includes(secret.subarray(at, at + 8)),
  );
}
