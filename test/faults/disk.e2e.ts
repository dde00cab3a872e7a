import { execFileSync } from 'node:child_process';
import { rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { random } from '@tierbook/eventing/testing';
import { type Service, startService } from '../e2e/harness/service';
import {
  type Answer,
  Client,
  type Command,
  command,
  customer,
  order,
  subscribed,
} from './harness/client';
import { type Known, startLoad } from './harness/load';
import { differencesOf, flawsOf, readLog } from './harness/oracle';
import { until } from '../e2e/harness/until';
import { newDirectory } from './harness/process';
import { seedOfRun } from './harness/random';

const SEED = seedOfRun();
const CONNECTIONS = 50;
const FULL_DISK = join(
  __dirname,
  ...['..', '..', 'libs', 'sqlite', 'src', 'durable-store', 'testing', 'full-disk.cjs'],
);

const services: Service[] = [];

afterEach(async () => {
  for (const service of services.splice(0)) await service.dispose();
});

async function start(nodeArgs: readonly string[] = [], env: Record<string, string> = {}) {
  const service = await startService({ dataDir: newDirectory(), nodeArgs, env });
  services.push(service);
  return service;
}

async function expectFold(dataDir: string): Promise<void> {
  const log = await readLog(dataDir);
  expect(flawsOf(log)).toEqual([]);
  expect(await differencesOf(dataDir, log)).toEqual([]);
}

describe('a full disk', () => {
  async function startOnDisk() {
    const full = join(newDirectory(), 'full');
    const service = await start(['--require', FULL_DISK], {
      FULL_DISK: full,
    });
    const client = new Client(service, CONNECTIONS);
    const { offerId, subscription } = await subscribed(client);
    // Each of another customer, for those of one take turns: so they are committed in groups.
    const customers = await Promise.all(
      Array.from({ length: 200 }, (_, n) => client.accepted(customer(`cliente${String(n)}`))),
    );
    const orders = customers.map(({ resource }) =>
      command('POST', `${resource?.href ?? ''}/subscriptions`, order(offerId)),
    );
    return { full, service, client, orders, subscription };
  }

  function byStatus(sent: readonly Command[], answers: readonly Answer[]): Map<number, Command[]> {
    const pairs = sent.map((each, index) => [answers[index]?.status ?? 0, each] as const);
    const groups = Map.groupBy(pairs, ([status]) => status);
    return new Map([...groups].map(([status, found]) => [status, found.map(([, each]) => each)]));
  }

  it('under the log refuses commands whole, serves reads, and recovers when there is room', async () => {
    const { full, service, client, orders, subscription } = await startOnDisk();
    writeFileSync(full, 'events.db');
    const answers = await Promise.all(orders.map((each) => client.send(each)));
    const groups = byStatus(orders, answers);
    expect([...groups.keys()].toSorted().filter((status) => status !== 201)).toEqual([507]);
    expect(answers.find(({ status }) => status === 507)?.body.code).toBe('disk-full');

    const stored = new Set((await readLog(service.dataDir)).map((e) => e.metadata.correlationId));
    const isStored = ({ correlationId }: Command) => stored.has(correlationId);
    expect((groups.get(201) ?? []).filter((each) => !isStored(each))).toEqual([]);
    expect((groups.get(507) ?? []).filter(isStored)).toEqual([]);
    expect((await client.read(subscription)).status).toBe(200);
    expect((await client.read('/v1/customers')).status).toBe(200);

    rmSync(full);
    const again = await Promise.all(orders.map((each) => client.send(each)));
    expect(new Set(again.map(({ status }) => status))).toEqual(new Set([201]));
    const log = await readLog(service.dataDir);
    const ordered = log.filter(({ type }) => type === 'SubscriptionOrdered');
    expect(ordered).toHaveLength(1 + orders.length);
    await client.close();
    await expectFold(service.dataDir);
  });

  it('under the views lets commands go on, says so, and the views catch up', async () => {
    const { full, service, client, orders } = await startOnDisk();
    writeFileSync(full, 'views.db');
    const answers = await Promise.all(orders.map((each) => client.send(each)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    const sick = await until('the views to fail', async () => {
      const health = await client.read('/health/ready');
      return health.status === 200 ? undefined : health;
    });
    expect(sick).toMatchObject({
      status: 503,
      body: { status: 'error', error: { views: { status: 'down', thread: 'restarting' } } },
    });

    rmSync(full);
    await expectFold(service.dataDir);
    await until('the service to be ready', async () => {
      return (await client.read('/health/ready')).status === 200 ? true : undefined;
    });
    await client.close();
  });

  it.each(['keys.db', 'state.db'])('under %s refuses what needs it, and recovers', async (name) => {
    const { full, service, client } = await startOnDisk();
    writeFileSync(full, name);
    const sent = Array.from({ length: 100 }, (_, n) => customer(`firma${String(n)}`));
    const answers = await Promise.all(sent.map((each) => client.send(each)));
    const refused = answers.filter(({ status }) => status !== 201);
    expect(new Set(refused.map(({ status, body }) => [status, body.code].join()))).toEqual(
      new Set(['507,disk-full']),
    );
    rmSync(full);
    const again = await Promise.all(sent.map((each) => client.send(each)));
    expect(new Set(again.map(({ status }) => status))).toEqual(new Set([201]));
    await client.close();
    await expectFold(service.dataDir);
  });

  it.each(['events.db', 'state.db', 'keys.db', 'views.db'])(
    'under %s lets it stop as always: nothing acknowledged is lost',
    async (name) => {
      const { full, service, client, orders } = await startOnDisk();
      writeFileSync(full, name);
      const sent = [customer('ultima'), ...orders];
      const answers = await Promise.all(sent.map((each) => client.send(each)));
      expect(await service.stop()).toEqual({ code: 0, signal: null });
      await client.close();
      const log = await readLog(service.dataDir);
      const stored = new Set(log.map(({ position }) => String(position)));
      const acknowledged = answers.flatMap(({ body }) => body.position ?? []);
      expect(acknowledged.filter((position) => !stored.has(position))).toEqual([]);
      expect(service.output()).not.toContain('could not stop');
    },
  );
});

describe('a disk that fails', () => {
  it(`ends the service without an acknowledgement that is not stored (seed ${SEED})`, async () => {
    const service = await start();
    const { dataDir } = service;
    const client = new Client(service, CONNECTIONS);
    const filled = await subscribed(client);
    const known: Known = {
      offerId: filled.offerId,
      customers: [filled.customer],
      subscriptions: [filled.subscription],
    };
    // A write beyond the limit fails with EFBIG, which SQLite takes for a disk that fails.
    const most = statSync(join(dataDir, 'events.db-wal')).size + 300_000;
    execFileSync('prlimit', ['--pid', String(service.pid), `--fsize=${String(most)}:unlimited`]);
    const load = startLoad(client, known, CONNECTIONS, random(SEED));
    await load.ended;
    expect(await service.ended()).toEqual({ code: 1, signal: null });
    await client.close();
    const sent = load.lanes.flat();
    const statuses = new Set(sent.flatMap(({ answer }) => answer?.status ?? []));
    expect([...statuses].filter((status) => ![200, 201, 503, 507].includes(status))).toEqual([]);

    await service.start();
    const log = await readLog(dataDir);
    const positions = new Set(log.map(({ position }) => String(position)));
    const acknowledged = sent.flatMap(({ answer }) => answer?.body.position ?? []);
    expect(acknowledged.length).toBeGreaterThan(0);
    expect(acknowledged.filter((position) => !positions.has(position))).toEqual([]);
    const after = new Client(service, CONNECTIONS);
    const unsure = sent.filter(({ answer }) => (answer?.status ?? 503) >= 500);
    const again = await Promise.all(unsure.map((each) => after.send(each.command)));
    expect(again.filter(({ status }) => status !== 200 && status !== 201)).toEqual([]);
    await after.close();
    await expectFold(dataDir);
  });
});
