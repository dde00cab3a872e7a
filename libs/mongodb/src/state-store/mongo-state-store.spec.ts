import { expect, it } from '@jest/globals';
import { stateStoreContract } from '@tierbook/state/testing';
import { describeMongo } from '../../../../test/mongo-server/describe-mongo';
import { newDatabaseUrl } from '../../../../test/mongo-server/mongo-server';
import { openMongoStateStore } from './mongo-state-store';

const SETTING = 'STATE_STORE_URL';

describeMongo('MongoDB StateStore', () => {
  stateStoreContract(async () =>
    openMongoStateStore({ setting: SETTING, url: await newDatabaseUrl() }),
  );

  it('keeps what it answered for when it is opened again', async () => {
    const place = { setting: SETTING, url: await newDatabaseUrl() };
    const first = await openMongoStateStore(place);
    await first.put('c', 'k', { a: 1 });
    await first.put('c', 'k', { a: 2 });
    await first.close();
    const second = await openMongoStateStore(place);
    expect(await second.get('c', 'k')).toEqual({ key: 'k', value: { a: 2 }, version: 2 });
    await second.close();
  });

  it('lets one of two processes win a version', async () => {
    const place = { setting: SETTING, url: await newDatabaseUrl() };
    const stores = [await openMongoStateStore(place), await openMongoStateStore(place)];
    const versions = await Promise.all(stores.map((store) => store.put('c', 'k', 1, 'absent')));
    expect(versions.filter((version) => version !== undefined)).toEqual([1]);
    for (const store of stores) await store.close();
  });
});
