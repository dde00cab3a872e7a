import { randomBytes } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { StoreRefusedError, type MasterKeys } from '@tierbook/eventing';
import { personalKeysContract, wrappedPersonalKeysContract } from '@tierbook/eventing/testing';
import { MongoClient } from 'mongodb';
import { describeMongo } from '../../../../test/mongo-server/describe-mongo';
import { newDatabaseUrl } from '../../../../test/mongo-server/mongo-server';
import { openMongoPersonalKeys } from './mongo-personal-keys';

const M1 = randomBytes(32);
const masterKeys: MasterKeys = { current: 'm1', keys: new Map([['m1', M1]]) };
const AT = '2026-01-02T03:04:05.678Z';
const newPlace = async () => ({ setting: 'KEY_STORE_URL', url: await newDatabaseUrl() });

describeMongo('MongoDB PersonalKeys', () => {
  personalKeysContract(async () => openMongoPersonalKeys({ ...(await newPlace()), masterKeys }));

  wrappedPersonalKeysContract(async () => {
    const place = await newPlace();
    return (keys) => openMongoPersonalKeys({ ...place, masterKeys: keys });
  });

  it('gives several processes one key, and shows each the others’ destructions by its mark', async () => {
    const place = { ...(await newPlace()), masterKeys };
    const stores = [
      await openMongoPersonalKeys(place),
      await openMongoPersonalKeys(place),
    ] as const;
    const made = await Promise.all(
      Array.from({ length: 20 }, (_, n) => stores[n % 2 === 0 ? 0 : 1].obtain('customer-1')),
    );
    expect(new Set(made.map((key) => JSON.stringify(key))).size).toBe(1);
    const before = await stores[1].mark();
    expect(await stores[1].mark()).toBe(before);
    await stores[0].destroy('customer-1', AT);
    expect(await stores[1].mark()).not.toBe(before);
    expect(await stores[1].find('customer-1')).toEqual({ kind: 'destroyed', at: AT });
    for (const store of stores) await store.close();
  });

  it('keeps no key unwrapped, and none at all once it is destroyed', async () => {
    const place = await newPlace();
    const store = await openMongoPersonalKeys({ ...place, masterKeys });
    const made = await store.obtain('customer-1');
    const client = new MongoClient(place.url);
    const stored = () => client.db().collection('personal_keys').find().toArray();
    const [wrapped] = await stored();
    expect(Object.keys(wrapped ?? {}).sort()).toEqual(['_id', 'kid', 'nonce', 'wrapped']);
    const key = made.kind === 'present' ? made.key : Buffer.alloc(0);
    expect(key).toHaveLength(32);
    expect(Buffer.from(JSON.stringify(wrapped), 'utf8').includes(key.toString('base64'))).toBe(
      false,
    );
    await store.destroy('customer-1', AT);
    expect(await stored()).toEqual([{ _id: 'customer-1', destroyedAt: AT }]);
    await client.close();
    await store.close();
  });

  it.each<[string, MasterKeys]>([
    ['missing', { current: 'm2', keys: new Map([['m2', randomBytes(32)]]) }],
    ['another', { current: 'm1', keys: new Map([['m1', randomBytes(32)]]) }],
  ])('refuses to open with a master key that is %s', async (_, other) => {
    const place = await newPlace();
    const store = await openMongoPersonalKeys({ ...place, masterKeys });
    await store.close();
    const opening = openMongoPersonalKeys({ ...place, masterKeys: other });
    await expect(opening).rejects.toThrow(StoreRefusedError);
    await expect(opening).rejects.toThrow(/^KEY_STORE_URL: master key 'm1'/);
  });
});
