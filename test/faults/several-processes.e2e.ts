import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { afterEach, expect, it } from '@jest/globals';
import { openMongoStateStore } from '@tierbook/mongodb';
import type { Api } from '../e2e/harness/api';
import { mongoEnv } from '../e2e/harness/mongo-stores';
import { freePort } from '../e2e/harness/service';
import { until } from '../e2e/harness/until';
import { describeMongo } from '../mongo-server/describe-mongo';
import { newDatabaseUrl } from '../mongo-server/mongo-server';
import { Cluster } from './harness/cluster';
import { COMPOSE } from './harness/compose-file';

/** The code that docker-compose.yml's health check of an api process ends with, for one that listens elsewhere. */
async function healthOf(url: string): Promise<number | null> {
  const [, node, ...script] = COMPOSE.services['api-1']?.healthcheck?.test ?? [];
  expect(node).toBe('node');
  const args = script.map((each) => each.replace('http://127.0.0.1:3000', url));
  const child = spawn(process.execPath, args, { stdio: 'ignore' });
  await once(child, 'exit');
  return child.exitCode;
}

describeMongo('Several processes on EventStoreDB and MongoDB', () => {
  let cluster: Cluster;
  afterEach(async () => {
    await cluster.dispose();
  });

  const provider = (name: string) => ({ name, email: `a@${name}.example`, country: 'BR' });
  /** Sent with one key until it is answered; an outage is waited out. */
  const created = async (api: Api, name: string): Promise<string> => {
    const key = randomUUID();
    return until(`the creation of ${name}`, async () => {
      const answer = await api.post('/v1/providers', provider(name), { key });
      if (answer.status === 201) return answer.position;
      expect([answer.status, answer.headers.has('retry-after')]).toEqual([503, true]);
      return undefined;
    });
  };
  const names = async (api: Api, position: string): Promise<readonly string[]> =>
    until('the list', async () => {
      const page = await api.get('/v1/providers?limit=200', { position });
      if (page.status === 503) return undefined;
      expect(page.status).toBe(200);
      return page.items.map(({ name }) => String(name)).sort();
    });

  it('lets a caller read at one what it wrote at another, whichever builds the views, also when its lease is stolen', async () => {
    cluster = await Cluster.start(mongoEnv(await newDatabaseUrl()));
    const written: string[] = [];
    for (let round = 0; round < 3; round++) {
      for (let index = 0; index < 2; index++) {
        const name = `p${String(round)}${String(index)}`;
        const position = await created(await cluster.api(index), name);
        written.push(name);
        expect(await names(await cluster.api(1 - index), position)).toEqual(written.toSorted());
      }
    }
    expect(cluster.projectors.filter(({ leads }) => leads)).toHaveLength(1);
    await cluster.untilReadinessIs(200);
    expect(await Promise.all(cluster.apis.map(({ url }) => healthOf(url)))).toEqual([0, 0]);
    expect(await healthOf(`http://127.0.0.1:${String(await freePort())}`)).toBe(1);
    const robbed = await cluster.leading();
    const place = { setting: 'STATE_STORE_URL', url: cluster.env['STATE_STORE_URL'] ?? '' };
    const state = await openMongoStateStore(place);
    await state.put('leases', 'projector', { holder: 'a thief' });
    await state.close();
    await robbed.says('"msg":"leading no more"');
    const stolen = await created(await cluster.api(0), 'stolen');
    expect(await names(await cluster.api(1), stolen)).toContain('stolen');
    const leading = await cluster.leading();
    expect(await leading.end('SIGTERM')).toBe(0);
    const position = await created(await cluster.api(0), 'after');
    expect(await names(await cluster.api(1), position)).toContain('after');
    const [other] = cluster.projectors.filter((each) => each !== leading);
    expect(other?.leads).toBe(true);
  }, 180_000);

  it('goes on when the projector is killed: another takes its place', async () => {
    cluster = await Cluster.start(mongoEnv(await newDatabaseUrl()));
    const api = await cluster.api(0);
    await created(api, 'before');
    const leading = await cluster.leading();
    const other = cluster.projectors.find((each) => each !== leading);
    const writing = Promise.all(
      Array.from({ length: 20 }, (_, n) => created(api, `during${String(n)}`)),
    );
    await leading.end('SIGKILL');
    const positions = await writing;
    const last = positions.toSorted().at(-1) ?? '';
    expect(await names(await cluster.api(1), last)).toHaveLength(21);
    expect(other?.leads).toBe(true);
    expect(other?.output).not.toContain('"level":50');
  }, 180_000);
});
