import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EventStoreProcess } from './harness/engines';
import { freePort, ROOT, Service } from './harness/service';
import { World } from './harness/world';

const directory = mkdtempSync(join(tmpdir(), 'tierbook-copy-'));
const dataDir = join(directory, 'data');
const file = `sqlite:${join(dataDir, 'events.db')}`;
const server = new EventStoreProcess(join(directory, 'eventstoredb.log'));

beforeAll(async () => {
  await server.start();
});
afterAll(async () => {
  await server.kill();
  rmSync(directory, { recursive: true, force: true });
});

/** `tierbook copy` from the file to the server. */
async function copy(from: string): Promise<Record<string, unknown>> {
  const args = [join(ROOT, 'bin', 'tierbook.cjs'), 'copy', '--from', from, '--to', server.url];
  const { stdout } = await promisify(execFile)(process.execPath, [...args, '--json'], {
    cwd: ROOT,
    env: { ...process.env, NODE_OPTIONS: '', DATA_DIR: dataDir },
  });
  return JSON.parse(stdout) as Record<string, unknown>;
}

describe('tierbook copy', () => {
  it('moves a service from a file to EventStoreDB: it starts there, with all that it held', async () => {
    const port = await freePort();
    const before = new Service(port, { dataDir, env: { EVENT_STORE_URL: file } });
    await before.start();
    const world = new World(before);
    const provider = await world.provider();
    await world.partner(provider);
    const { path, answer } = await world.subscribed(provider);
    const shown = (await provider.api.get(path, { position: answer.position })).body;
    await before.stop();

    const copied = await copy(file);
    const again = await copy(file);

    expect(again).toEqual({ ...copied, checkpoints: 0 });
    const after = new Service(port, { dataDir, env: { EVENT_STORE_URL: server.url } });
    await after.start();
    const position = await new World(after).head();
    const read = await provider.api.get(path, { position });
    expect([read.status, read.body]).toEqual([200, shown]);
    const offers = await provider.api.post('/v1/offers', world.offerBody());
    expect(offers.status).toBe(201);
    await after.dispose();
    await before.dispose();
  }, 120_000);

  it('is refused while the service runs', async () => {
    const running = `sqlite:${join(directory, 'running.db')}`;
    const service = new Service(await freePort(), { env: { EVENT_STORE_URL: running } });
    await service.start();

    await expect(copy(running)).rejects.toThrow(/lock|another process/i);
    await service.dispose();
  }, 60_000);
});
