import { expect, it } from '@jest/globals';
import { stateStoreContract } from '@tierbook/state/testing';
import { describeMongo } from '../../../../test/mongo-server/describe-mongo';
import { newDatabaseUrl } from '../../../../test/mongo-server/mongo-server';
import { Proxy } from '../../../../test/mongo-server/proxy';
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

  it.each([
    ['findAndModify', 'cut'],
    ['findAndModify', 'keep back'],
    ['insert', 'cut'],
  ] as const)('writes once where the answer to %s is lost: %s', async (command, then) => {
    const url = await newDatabaseUrl();
    const proxy = await Proxy.start(url);
    const store = await openMongoStateStore({
      setting: SETTING,
      url: `${proxy.through(url)}?socketTimeoutMS=300`,
    });
    if (command !== 'insert') await store.put('c', 'k', 0);
    const before = (await store.get('c', 'k'))?.version ?? 0;

    proxy.fault = { command, then };
    const version = await store.put('c', 'k', 1, before === 0 ? 'absent' : { version: before });

    expect(proxy.fault).toBeUndefined();
    expect(version).toBe(before + 1);
    expect(await store.get('c', 'k')).toEqual({ key: 'k', value: 1, version: before + 1 });
    await store.close();
    await proxy.stop();
  });

  it('lets one of two processes win a version', async () => {
    const place = { setting: SETTING, url: await newDatabaseUrl() };
    const stores = [await openMongoStateStore(place), await openMongoStateStore(place)];
    const versions = await Promise.all(stores.map((store) => store.put('c', 'k', 1, 'absent')));
    expect(versions.filter((version) => version !== undefined)).toEqual([1]);
    for (const store of stores) await store.close();
  });
});
