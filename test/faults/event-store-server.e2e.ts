import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Api } from '../e2e/harness/api';
import { EventStoreProcess } from '../e2e/harness/engines';
import { freePort, Service } from '../e2e/harness/service';
import { accepted, type Member, World } from '../e2e/harness/world';
import { startToEnd } from './harness/process';

/** The log is in a server, here the stand-in for EventStoreDB, that goes away and comes back. */
const directory = mkdtempSync(join(tmpdir(), 'tierbook-event-store-'));
const server = new EventStoreProcess(join(directory, 'eventstoredb.log'));
let service: Service;
let world: World;
let provider: Member;

beforeAll(async () => {
  await server.start();
  service = new Service(await freePort(), { env: { EVENT_STORE_URL: server.url } });
  await service.start();
  world = new World(service);
  provider = await world.provider();
}, 60_000);
afterAll(async () => {
  await service.dispose();
  await server.kill();
  rmSync(directory, { recursive: true, force: true });
});

async function untilReady(): Promise<void> {
  for (;;) {
    if ((await service.api().get('/health/ready')).status === 200) return;
  }
}

describe('an event store that is a server', () => {
  it('serves orders and their reads', async () => {
    const { path } = await world.subscribed(provider);

    const position = await world.head();
    expect((await provider.api.get(path, { position })).status).toBe(200);
  });

  it('takes one process at a time for a data directory', async () => {
    const { dataDir } = service;
    const env = { EVENT_STORE_URL: server.url };
    const { code, stderr } = await startToEnd({ dataDir, env });

    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^Another process is running on the data directory .+ \(it holds .+\): stop it first\.\n$/,
    );
  }, 60_000);

  it('that is killed in the middle of orders loses and doubles nothing, and needs no hand', async () => {
    const { id } = await world.subscribed(provider);
    const offer = await world.offer(provider);
    const orders = Array.from({ length: 30 }, (_, n) => ({
      key: `order-${n}`,
      body: world.orderBody(offer),
    }));
    const send = async ({ key, body }: (typeof orders)[number]) => {
      for (;;) {
        const answer = await provider.api.post(`/v1/customers/${id}/subscriptions`, body, { key });
        if (answer.status !== 503) return accepted(answer);
        expect(answer.headers.get('retry-after')).toBe('1');
      }
    };
    const sending = orders.map(send);
    await sending[0];
    await server.kill();
    await server.start();

    const answers = await Promise.all(sending);
    await untilReady();

    const ids = answers.map((answer) => answer.id);
    expect(new Set(ids).size).toBe(orders.length);
    const after = answers.map((answer) => answer.headers.get('tierbook-position') ?? '').sort();
    const list = await provider.api.get(`/v1/customers/${id}/subscriptions?limit=200`, {
      position: after.at(-1) ?? '',
    });
    const listed = list.items.map((item) => item['subscriptionId']);
    expect(listed).toHaveLength(orders.length + 1);
    expect(new Set([...listed, ...ids]).size).toBe(listed.length);
  }, 120_000);

  it('that is away is said to be, by health and by each command, until it is back', async () => {
    await server.kill();
    for (;;) {
      const ready = await service.api().get('/health/ready');
      if (ready.status === 503) {
        expect(ready.text).toContain('(EVENT_STORE_URL) does not answer');
        break;
      }
    }

    const refused = await provider.api.post('/v1/offers', world.offerBody());

    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    expect((await service.api().get('/health/live')).status).toBe(200);
    await server.start();
    await untilReady();
    expect((await provider.api.post('/v1/offers', world.offerBody())).status).toBe(201);
  }, 120_000);

  it('whose disk is full ends itself; once it is started with room, what was refused is done once', async () => {
    const { id, path } = await world.subscribed(provider);
    const offer = await world.offer(provider);
    const order = { path: `/v1/customers/${id}/subscriptions`, body: world.orderBody(offer) };
    const send = () => provider.api.post(order.path, order.body, { key: 'on-a-full-disk' });
    server.fillDisk();

    const refused = await send();
    await server.ended();
    const again = await send();

    expect([refused.status, refused.code]).toEqual([503, 'outcome-unknown']);
    expect([again.status, again.headers.get('retry-after')]).toEqual([503, '1']);
    await server.start();
    await untilReady();
    const done = accepted(await send());
    const position = done.headers.get('tierbook-position') ?? '';
    const list = await provider.api.get(`${order.path}?limit=200`, { position });
    const listed = list.items.map((item) => String(item['subscriptionId']));
    expect(listed.toSorted()).toEqual([path.split('/').at(-1) ?? '', done.id].toSorted());
  }, 120_000);

  it('that is not there when the service starts is waited for', async () => {
    await service.stop();
    await server.kill();
    const starting = service.start();
    await untilAnswered(service.api());

    const ready = await service.api().get('/health/ready');
    const refused = await service.api().get('/v1/offers');

    expect(ready.status).toBe(503);
    expect([refused.status, refused.code]).toEqual([503, 'store-unavailable']);
    expect((await service.api().get('/health/live')).status).toBe(200);
    await server.start();
    await starting;
    expect((await provider.api.get('/v1/offers')).status).toBe(200);
  }, 120_000);
});

/** Until something answers there. */
async function untilAnswered(api: Api): Promise<void> {
  for (;;) {
    try {
      await api.get('/health/live');
      return;
    } catch (error) {
      // Nobody listens yet.
      expect((error as Error).message).toMatch(/fetch failed|ECONNREFUSED/);
    }
  }
}
