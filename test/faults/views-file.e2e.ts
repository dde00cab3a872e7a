import {
  chmodSync,
  chownSync,
  copyFileSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type Service, startService } from '../e2e/harness/service';
import { Client, command, order, subscribed } from './harness/client';
import { differencesOf, readLog } from './harness/oracle';
import { until } from '../e2e/harness/until';
import { newDirectory } from './harness/process';

/** Somebody who owns nothing here: root may write what is read-only. */
const NOBODY = 65_534;

const services: Service[] = [];

afterEach(async () => {
  for (const service of services.splice(0)) await service.dispose();
});

describe('the file of the views, while the service runs', () => {
  const faults: readonly (readonly [string, (path: string) => void])[] = [
    [
      'removed',
      (path) => {
        for (const end of ['', '-wal', '-shm']) rmSync(path + end, { force: true });
      },
    ],
    [
      'overwritten with rubbish',
      (path) => {
        writeFileSync(path, Buffer.alloc(readFileSync(path).length, 0x5a));
        writeFileSync(`${path}-wal`, '');
      },
    ],
  ];
  it.each(faults)('%s: the views are built again, and no page is wrong', async (_, harm) => {
    const dataDir = newDirectory();
    const service = await startService({ dataDir });
    services.push(service);
    const client = new Client(service);
    const { subscription, offerId } = await subscribed(client);
    const path = join(dataDir, 'views.db');
    const before = await client.read(subscription);
    expect(before.status).toBe(200);
    harm(path);
    // Commands go on; reads answer what is so, or that they cannot now, and are right in the end.
    const { position = '' } = await client.accepted(
      command('POST', subscription.replace(/\/[^/]+$/, ''), order(offerId)),
    );
    const after = await until('a read of what was ordered before', async () => {
      const { status, body } = await client.read(subscription, { position });
      expect([200, 503]).toContain(status);
      return status === 200 ? body : undefined;
    });
    expect(after).toEqual(before.body);
    const log = await readLog(dataDir);
    // A file that was only just removed may still have been read, and the next one not be there yet.
    const differences = await until('the file to be there', () =>
      differencesOf(dataDir, log).catch(() => undefined),
    );
    expect(differences).toEqual([]);
    await client.close();
  });

  it('replaced by one that may only be read: commands go on, reads say that they cannot, and are right once it may be written', async () => {
    const dataDir = newDirectory();
    const isRoot = process.getuid?.() === 0;
    if (isRoot) chownSync(dataDir, NOBODY, NOBODY);
    const service = await startService({ dataDir, ...(isRoot ? { uid: NOBODY } : {}) });
    services.push(service);
    const client = new Client(service);
    const { subscription, offerId } = await subscribed(client);
    const path = join(dataDir, 'views.db');
    const before = await client.read(subscription);
    const copy = join(dataDir, 'copy');
    copyFileSync(path, copy);
    for (const end of ['-wal', '-shm']) rmSync(path + end, { force: true });
    chmodSync(copy, 0o444);
    if (isRoot) chownSync(copy, 0, 0);
    renameSync(copy, path);
    chmodSync(dataDir, 0o555);
    // For a moment, the file that was there is still trusted: what is ordered then is still written to it, and read.
    const position = await until('a read that cannot be answered', async () => {
      const ordered = await client.accepted(
        command('POST', subscription.replace(/\/[^/]+$/, ''), order(offerId)),
      );
      // It gives up after the 5 s of a read that waits, or at once.
      const { status } = await client.read(subscription, ordered);
      expect([200, 503]).toContain(status);
      return status === 503 ? ordered.position : undefined;
    });
    chmodSync(dataDir, 0o755);
    for (const name of readdirSync(dataDir).filter((each) => each.startsWith('views.db'))) {
      if (isRoot) chownSync(join(dataDir, name), NOBODY, NOBODY);
      chmodSync(join(dataDir, name), 0o600);
    }
    const after = await until('a read of what was ordered before', async () => {
      const { status, body } = await client.read(subscription, { position });
      expect([200, 503]).toContain(status);
      return status === 200 ? body : undefined;
    });
    expect(after).toEqual(before.body);
    expect(await differencesOf(dataDir, await readLog(dataDir))).toEqual([]);
    await client.close();
  });

  it('laid out by a newer Tierbook: it is neither read nor written until it is as it was, and commands go on', async () => {
    const dataDir = newDirectory();
    const service = await startService({ dataDir });
    services.push(service);
    const client = new Client(service);
    const { subscription, offerId } = await subscribed(client);
    const versioned = (change: (version: number) => number) => {
      const database = new DatabaseSync(join(dataDir, 'views.db'));
      const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
      database.exec(`PRAGMA user_version = ${String(change(version))}`);
      database.close();
    };
    const before = await client.read(subscription);
    versioned((version) => version + 1);
    expect(await client.read(subscription)).toMatchObject({
      status: 503,
      body: { code: 'store-unavailable' },
    });
    const { position = '' } = await client.accepted(
      command('POST', subscription.replace(/\/[^/]+$/, ''), order(offerId)),
    );
    expect((await client.read(subscription)).status).toBe(503);
    versioned((version) => version - 1);
    const after = await until('a read of what was ordered before', async () => {
      const { status, body } = await client.read(subscription, { position });
      return status === 200 ? body : undefined;
    });
    expect(after).toEqual(before.body);
    expect(await differencesOf(dataDir, await readLog(dataDir))).toEqual([]);
    await client.close();
  });
});
