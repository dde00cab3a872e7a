import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { startService, type Service } from '../e2e/harness/service';
import { accepted, World } from '../e2e/harness/world';

let service: Service;
let world: World;

beforeAll(async () => {
  service = await startService();
  world = new World(service);
});

describe('a delegation that is revoked while a read waits for its view', () => {
  it('shows nothing of it once the view is there', async () => {
    const provider = await world.provider();
    const reseller = await world.partner(provider);
    const { id } = await world.subscribed(provider, { account: { resellerId: reseller.id } });
    const path = `/v1/customers/${id}`;
    const list = await provider.api.get(`${path}/delegations`, { position: await world.head() });
    const delegation = `${path}/delegations/${list.string('items', 0, 'delegationId')}`;
    expect((await reseller.api.get(path)).status).toBe(200);
    // What holds the view up is somebody else's transaction on its file.
    const views = new DatabaseSync(join(service.dataDir, 'views.db'));
    views.exec('BEGIN IMMEDIATE');
    const { position } = accepted(await provider.api.put(`${path}/profile`, world.profileBody()));
    const waiting = reseller.api.get(path, { position });
    accepted(await provider.api.post(`${delegation}/revocation`));
    views.close();
    const answer = await waiting;
    expect([answer.status, answer.code]).toEqual([404, 'not-found']);
  });
});
