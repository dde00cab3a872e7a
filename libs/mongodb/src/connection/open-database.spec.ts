import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { StoreFullError, StoreRefusedError, StoreUnavailableError } from '@tierbook/eventing';
import { MongoClient, MongoNetworkError, MongoServerError } from 'mongodb';
import { freePort } from '../../../../test/e2e/harness/service';
import { describeMongo } from '../../../../test/mongo-server/describe-mongo';
import { MongoServer, newDatabaseUrl } from '../../../../test/mongo-server/mongo-server';
import { openMongoStateStore } from '../state-store/mongo-state-store';
import { retried, startFailure } from './failures';
import { openDatabase } from './open-database';

const setting = 'READ_STORE_URL';
const VIEWS = { what: 'views', version: 1 };
const refusal = async (url: string, format = VIEWS): Promise<string> => {
  const failure: unknown = await openDatabase({ setting, url }, format).then(
    (database) => database.close(),
    (error: unknown) => error,
  );
  expect(failure).toBeInstanceOf(StoreRefusedError);
  return String(failure);
};

describeMongo('A MongoDB database', () => {
  let server: MongoServer;
  beforeAll(async () => {
    server = await MongoServer.start();
  }, 60_000);
  afterAll(async () => {
    await server.dispose();
  });

  it.each([
    ['without a database', 'mongodb://user:geheim@127.0.0.1:1/'],
    ['without a host', 'mongodb://'],
    ['with a bad escape', 'mongodb://user:ge%heim@127.0.0.1:1/db'],
    ['with an unknown option', 'mongodb://user:geheim@127.0.0.1:1/db?nonsense=1'],
    ['with a bad option', 'mongodb://user:geheim@127.0.0.1:1/db?tls=perhaps'],
  ])('is refused by a URL %s, without telling the password', async (_, url) => {
    const said = await refusal(url);
    expect(said).toMatch(/READ_STORE_URL/);
    expect(said).not.toMatch(/geheim|heim/);
  });

  it('is said to be away where no server answers', async () => {
    const port = await freePort();
    const url = `mongodb://user:geheim@127.0.0.1:${String(port)}/db?serverSelectionTimeoutMS=200`;
    const opening = openDatabase({ setting, url }, VIEWS);
    await expect(opening).rejects.toBeInstanceOf(StoreUnavailableError);
    await expect(opening).rejects.toThrow(/^READ_STORE_URL: no server to write to answers at 127/);
    await expect(opening).rejects.not.toThrow(/geheim/);
  });

  it('is refused by a server that is too old, or speaks TLS otherwise', async () => {
    expect(await refusal(`${server.url}/db?tls=true&serverSelectionTimeoutMS=500`)).toMatch(/TLS/);
    const old = await MongoServer.start(['-Dwire=8']);
    expect(await refusal(`${old.url}/db`)).toMatch(/too old a server: MongoDB 7 or later/);
    await old.dispose();
  }, 60_000);

  it.each([18, 13, 8_000])('is refused by wrong credentials (code %i)', (code) => {
    const failure = startFailure(setting, 'host', new MongoServerError({ message: 'no', code }));
    expect(failure).toBeInstanceOf(StoreRefusedError);
    expect(failure.message).toMatch(/^READ_STORE_URL: host refuses the user name, the password/);
  });

  it('acknowledges no write that a majority has not on disk', async () => {
    const opened = await openDatabase({ setting, url: await newDatabaseUrl() }, VIEWS);
    const { writeConcern, readConcern } = opened.db;
    await opened.close();
    expect(writeConcern).toMatchObject({ w: 'majority', journal: true });
    expect(readConcern?.level).toBe('majority');
  });

  it('is refused where it is another program’s, holds something else, or is newer', async () => {
    const url = await newDatabaseUrl();
    const state = await openMongoStateStore({ setting: 'STATE_STORE_URL', url });
    await state.close();
    expect(await refusal(url)).toMatch(/holds Tierbook's state, and is to hold its views/);
    const foreign = `${server.url}/db`;
    const there = new MongoClient(foreign);
    await there.db().collection('other').insertOne({ a: 1 });
    expect(await refusal(foreign)).toMatch(/is another program's/);
    const newer = await newDatabaseUrl();
    const opened = await openDatabase({ setting, url: newer }, { ...VIEWS, version: 2 });
    await opened.close();
    expect(await refusal(newer)).toMatch(/was written by a newer Tierbook .*: upgrade/);
    await there.close();
  });

  it('that is full refuses to write, is read, and takes writes again once there is room', async () => {
    const place = { setting: 'STATE_STORE_URL', url: `${server.url}/full_state` };
    const state = await openMongoStateStore(place);
    await state.put('c', 'k', 1);
    server.fillDisk();
    const writing = state.put('c', 'k', 2);
    await expect(writing).rejects.toThrow(/^The server of STATE_STORE_URL has no space left/);
    await expect(writing).rejects.toBeInstanceOf(StoreFullError);
    expect(await state.get('c', 'k')).toMatchObject({ value: 1, version: 1 });
    const opening = openDatabase({ setting, url: `${server.url}/full_views` }, VIEWS);
    await expect(opening).rejects.toThrow(/^READ_STORE_URL: the server at .* has no space left/);
    server.makeRoom();
    expect(await state.put('c', 'k', 2)).toBe(2);
    await state.close();
  });

  it('is asked again after errors that pass, and tells the others', async () => {
    let attempts = 0;
    const failing = (error: Error, times: number) =>
      retried(setting, () =>
        attempts++ < times ? Promise.reject(error) : Promise.resolve('done'),
      );
    expect(await failing(new MongoNetworkError('cut'), 2)).toBe('done');
    expect(attempts).toBe(3);
    attempts = 0;
    const stepping = new MongoServerError({ message: 'stepping down', code: 189 });
    await expect(failing(stepping, 99)).rejects.toThrow(StoreUnavailableError);
    expect(attempts).toBe(4);
    attempts = 0;
    const full = new MongoServerError({ message: 'full', code: 14_031 });
    await expect(failing(full, 99)).rejects.toThrow(StoreFullError);
    expect(attempts).toBe(1);
    attempts = 0;
    const denied = new MongoServerError({ message: 'not authorized', code: 13 });
    const refused = failing(denied, 99);
    await expect(refused).rejects.toBeInstanceOf(StoreUnavailableError);
    await expect(refused).rejects.toThrow(/READ_STORE_URL refuses the user name, the password/);
    const other = new MongoServerError({ message: 'bad', code: 2 });
    await expect(failing(other, 99)).rejects.toBe(other);
  });
});
