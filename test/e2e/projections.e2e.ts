import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Answer } from './harness/api';
import { plantFault } from './harness/planted-fault';
import { type Service, startService } from './harness/service';
import { until } from './harness/until';
import { accepted, World, type Member } from './harness/world';

type Row = Readonly<Record<string, unknown>>;

let service: Service;
let world: World;
let provider: Member;

beforeAll(async () => {
  service = await startService();
  world = new World(service);
  provider = await world.provider();
});

async function projections(): Promise<readonly Row[]> {
  const answer = await world.operator.get('/v1/operations/projections');
  expect(answer.status).toBe(200);
  return answer.at('projections') as readonly Row[];
}

async function projection(view: string): Promise<Row> {
  return (await projections()).find((each) => each['view'] === view) ?? {};
}

const control = (path: string, body?: object) =>
  world.operator.send('POST', `/v1/operations/projections/${path}`, {
    headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

async function metric(name: string): Promise<number> {
  const { text } = await service.api().get('/metrics');
  const line = text.split('\n').find((each) => each.startsWith(`${name} `));
  return Number(line?.slice(name.length));
}

describe('projections', () => {
  it('tell how they stand, to the operator alone', async () => {
    const { position } = await world.customer(provider);
    await provider.api.get('/v1/customers', { position });
    const all = await projections();
    expect(all.length).toBeGreaterThan(5);
    for (const each of all) {
      expect(each).toMatchObject({ state: 'live', lag: 0, parkedKeys: 0, rebuild: null });
      expect(each['servingVersion']).toBe(each['version']);
    }
    expect((await provider.api.get('/v1/operations/projections')).code).toBe('forbidden');
    expect((await service.api().get('/v1/operations/projections')).code).toBe('token-missing');
    const { status, code } = await provider.api.send(
      'POST',
      '/v1/operations/projections/customers/rebuild',
    );
    expect([status, code]).toEqual([403, 'forbidden']);
    expect((await control('nonsense/rebuild')).code).toBe('projection-unknown');
    expect((await control('customers/parked/nobody/retry')).code).toBe('key-not-parked');
    expect((await control('customers/parked/nobody/drop', { why: '' })).code).toBe('field-invalid');
  });

  it('pause and resume, while others go on, and over a restart', async () => {
    expect((await control('customers/pause')).status).toBe(200);
    const { position, id } = await world.customer(provider);
    await provider.api.get('/v1/offers', { position });
    const behind = await provider.api.get('/v1/customers', {
      headers: { 'Tierbook-Position': position },
    });
    expect([behind.status, behind.code]).toEqual([503, 'view-behind']);
    await service.restart();
    expect(await projection('customers')).toMatchObject({
      state: 'paused',
      pausedBy: 'operator',
      lag: expect.any(Number),
    });
    expect((await control('customers/rebuild')).code).toBe('projection-paused');
    const health = await service.api().get('/health/ready');
    expect([health.status, health.at('status')]).toEqual([200, 'degraded']);
    expect(await metric('tierbook_view_paused{view="customers"}')).toBe(1);
    expect(await metric('tierbook_view_lag_events{view="customers"}')).toBeGreaterThan(0);
    expect((await control('customers/resume')).status).toBe(200);
    const again = await provider.api.get(`/v1/customers/${id}`, { position });
    expect(again.status).toBe(200);
    expect((await service.api().get('/health/ready')).at('status')).toBe('ok');
  });

  it('are rebuilt while reads and commands go on', async () => {
    const before = (await provider.api.get('/v1/customers?limit=200')).items.length;
    expect((await control('customers/rebuild')).status).toBe(200);
    let made = 0;
    await until('the rebuild', async () => {
      const { position } = await world.customer(provider);
      made += 1;
      const seen = await provider.api.get('/v1/customers?limit=200', { position });
      expect(seen.items.length).toBe(before + made);
      return (await projection('customers'))['rebuild'] === null || undefined;
    });
  });
});

describe('a document that cannot take an event', () => {
  const parkedIn = (answer: Answer) => answer.headers.get('tierbook-parked');

  it('stands still, says so, and is set right by a retry or a drop', async () => {
    const subscribed = await world.subscribed(provider);
    const { path, sid } = subscribed;
    const other = await world.subscribed(provider);
    await plantFault(service, subscribed);
    accepted(await provider.api.put(`${path}/quantity`, { quantity: 77 }));
    const name = 'Filial parada';
    const { position } = accepted(await provider.api.put(`${path}/name`, { name }));

    const read = await provider.api.get(path, { position });
    expect([read.status, read.at('quantity'), parkedIn(read)]).toEqual([200, 10, 'subscriptions']);
    const list = await provider.api.get(path.replace(`/${sid}`, ''), { position });
    expect(parkedIn(list)).toBe('subscriptions');
    expect(parkedIn(await provider.api.get(other.path, { position }))).toBeNull();
    const health = await service.api().get('/health/ready');
    expect([health.status, health.at('status')]).toEqual([200, 'degraded']);
    expect(health.at('info', 'views', 'views', 'subscriptions')).toMatchObject({ parkedKeys: 1 });
    expect(health.text).not.toContain(sid);
    expect(await metric('tierbook_view_parked_keys{view="subscriptions"}')).toBe(1);

    const parked = await world.operator.get('/v1/operations/parked-keys');
    expect(parked.at('parkedKeys')).toMatchObject([
      { view: 'subscriptions', key: sid, event: { type: 'SubscriptionQuantityChanged' } },
    ]);
    const shown = await world.operator.get(
      `/v1/operations/projections/subscriptions/parked/${sid}`,
    );
    expect(shown.at('parked', 0, 'waiting')).toMatchObject([
      { type: 'SubscriptionQuantityChanged' },
      { type: 'SubscriptionRenamed' },
    ]);

    const retried = await control(`subscriptions/parked/${sid}/retry`);
    expect(retried.at('parked')).toMatchObject({ key: sid });
    await service.restart();
    expect(await projection('subscriptions')).toMatchObject({ state: 'live', parkedKeys: 1 });
    const dropped = await control(`subscriptions/parked/${sid}/drop`, { why: 'Sem reembolso.' });
    expect([dropped.status, dropped.at('parked')]).toEqual([200, null]);

    const after = await provider.api.get(path, { position });
    expect([after.at('quantity'), after.at('name'), parkedIn(after)]).toEqual([10, name, null]);
    expect((await service.api().get('/health/ready')).at('status')).toBe('ok');
    expect((await control('subscriptions/rebuild')).status).toBe(200);
    await until('the rebuild', async () => {
      return (await projection('subscriptions'))['rebuild'] === null || undefined;
    });
    const rebuilt = await provider.api.get(path, { position });
    expect([rebuilt.at('quantity'), rebuilt.at('name')]).toEqual([10, name]);
  });
});
