import { afterEach, expect, it } from '@jest/globals';
import { PROJECTIONS } from '@tierbook/read-models';
import { openMongoProjectionStore } from '@tierbook/mongodb';
import { Api } from '../e2e/harness/api';
import { EMBEDDED, EventStoreProcess } from '../e2e/harness/engines';
import { mongoEnv } from '../e2e/harness/mongo-stores';
import { freePort, Service } from '../e2e/harness/service';
import { until } from '../e2e/harness/until';
import { describeMongo } from '../mongo-server/describe-mongo';
import { MongoServer, newDatabaseUrl } from '../mongo-server/mongo-server';
import { Process, productionEnv } from './harness/cluster';
import { newDirectory } from './harness/process';

describeMongo('A process that starts', () => {
  const ending: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const end of ending.splice(0).toReversed()) await end();
  });

  it('while MongoDB is away says so, naming the setting, and serves once it is back', async () => {
    const mongo = await MongoServer.start();
    ending.push(() => mongo.dispose());
    const stores = mongoEnv(`${mongo.url}/tierbook?serverSelectionTimeoutMS=500`);
    await mongo.kill();
    const env = { ...stores, EVENT_STORE_URL: EMBEDDED.EVENT_STORE_URL };
    const service = new Service(await freePort(), { env });
    ending.push(() => service.dispose());
    const starting = service.start();
    const api = new Api(service.baseUrl, undefined, []);
    const ready = await until('a first answer that names the store', async () => {
      const answer = await api.get('/health/ready').catch(() => undefined);
      return answer?.text.includes('STORE_URL') === true ? answer : undefined;
    });
    expect([ready.status, ready.text]).toEqual([
      503,
      expect.stringContaining('STATE_STORE_URL: no server to write to answers at 127.0.0.1'),
    ]);
    const refused = await api.post('/v1/offers', {});
    expect([refused.status, refused.code, refused.headers.get('retry-after')]).toEqual([
      503,
      'store-unavailable',
      '1',
    ]);
    expect((await api.get('/health/live')).status).toBe(200);
    await mongo.start();
    await starting;
    expect((await api.get('/health/ready')).status).toBe(200);
  }, 120_000);

  it('and is to build views that a newer version has built ends, and says to upgrade it', async () => {
    const stores = mongoEnv(await newDatabaseUrl());
    const [projection] = PROJECTIONS;
    if (projection === undefined) throw new Error('There is no projection.');
    const place = { setting: 'READ_STORE_URL', url: stores['READ_STORE_URL'] ?? '' };
    const views = await openMongoProjectionStore(place);
    const { view } = projection;
    await views.begin({ ...view, version: view.version + 1 });
    await views.close();
    const events = new EventStoreProcess(`${newDirectory()}/events`);
    await events.start();
    ending.push(() => events.kill());

    const env = { ...productionEnv(), ...stores, EVENT_STORE_URL: events.url };
    const projector = new Process('projector', env);
    ending.push(() => projector.end('SIGKILL'));

    expect(await projector.ended()).toBe(1);
    expect(projector.output).toContain(
      `The view ${view.name} was built by a newer Tierbook (version ${String(view.version + 1)}, this one has ${String(view.version)}): upgrade this process.`,
    );
  }, 60_000);
});
