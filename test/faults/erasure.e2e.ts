import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, jest } from '@jest/globals';
import { loadOrCreateDevelopmentKeys } from '@tierbook/identity';
import { openSqliteEventReader, openSqlitePersonalKeysReader } from '@tierbook/sqlite';
import { startService, type Service } from '../e2e/harness/service';
import { accepted, World, type Member } from '../e2e/harness/world';

/*
 * A service that is killed at each step of an erasure: after its event and before the key is destroyed, after that
 * and before the views are cleared, and after that and before their former pages are gone from the WAL. What holds
 * the step up is what would in production: somebody else's transaction on the file, a paused view.
 */

jest.setTimeout(120_000);

interface Erasing {
  readonly service: Service;
  readonly provider: Member;
  readonly id: string;
  /** Stands in each of its personal texts, and nowhere else. */
  readonly mark: string;
}

async function erasing(): Promise<Erasing> {
  const service = await startService();
  const world = new World(service);
  const provider = await world.provider();
  const mark = world.unique('qzx');
  const { id, path } = await world.subscribed(provider, {
    account: { companyName: `Companhia ${mark}`, email: `compras@${mark}.example` },
    order: { name: `Filial ${mark}` },
  });
  const { position } = accepted(await provider.api.post(`${path}/suspension`));
  const found = await provider.api.get(`/v1/customers?companyName=${mark}`, { position });
  expect(found.items).toHaveLength(1);
  return { service, provider, id, mark };
}

function filesWith({ dataDir }: Service, text: string): readonly string[] {
  return readdirSync(dataDir, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .filter((name) => {
      const bytes = readFileSync(join(dataDir, name));
      return [text, text.toUpperCase()].some(
        (form) => bytes.includes(form) || bytes.includes(Buffer.from(form, 'utf16le')),
      );
    });
}

/** Returns once no file holds the text, and every read says so. */
async function erased({ service, provider, id, mark }: Erasing): Promise<void> {
  const { dataDir } = service;
  const keys = openSqlitePersonalKeysReader({
    path: join(dataDir, 'keys.db'),
    masterKeys: loadOrCreateDevelopmentKeys(dataDir).personalData,
  });
  while ((await keys.find(`customer-${id}`)).kind !== 'destroyed') {
    await service.api().get('/health/live');
  }
  await keys.close();
  const path = `/v1/customers/${id}`;
  while ((await provider.api.get(path)).at('companyName') !== null) {
    await service.api().get('/health/live');
  }
  while (filesWith(service, mark).length > 0) await service.api().get('/health/live');
  const position = await new World(service).head();
  for (const read of [path, `${path}/subscriptions`, `${path}/events`]) {
    const answer = await provider.api.get(read, { position });
    expect([read, answer.status, answer.text.includes(mark)]).toEqual([read, 200, false]);
  }
  expect((await provider.api.get(path)).at('status')).toBe('erased');
  expect(service.logs()).not.toContain(mark);
  await service.stop();
  expect(filesWith(service, mark)).toEqual([]);
}

/** Another process's transaction on a file of the service. */
function transactionOn({ dataDir }: Service, file: string, begin: string): DatabaseSync {
  const database = new DatabaseSync(join(dataDir, file));
  database.exec(begin);
  return database;
}

async function eventIsWritten({ dataDir }: Service, type: string): Promise<void> {
  const reader = openSqliteEventReader(join(dataDir, 'events.db'));
  try {
    for (;;) {
      for await (const { events } of reader.readAll()) {
        if (events.some((event) => event.type === type)) return;
      }
      // The service is asked by this very thread.
      await new Promise(setImmediate);
    }
  } finally {
    await reader.close();
  }
}

describe('an erasure whose service is killed', () => {
  it('after its event and before the key is destroyed is finished at the next start', async () => {
    const one = await erasing();
    const { service, provider, id, mark } = one;
    const writer = transactionOn(service, 'keys.db', 'BEGIN IMMEDIATE');
    const sent = provider.api.post(`/v1/customers/${id}/erasure`).catch(() => undefined);
    await eventIsWritten(service, 'PersonalDataErased');
    await service.kill();
    await sent;
    writer.close();
    const keys = openSqlitePersonalKeysReader({
      path: join(service.dataDir, 'keys.db'),
      masterKeys: loadOrCreateDevelopmentKeys(service.dataDir).personalData,
    });
    expect((await keys.find(`customer-${id}`)).kind).toBe('present');
    await keys.close();
    expect(filesWith(service, mark)).not.toEqual([]);
    await service.start();
    await erased(one);
  });

  it('after the key is destroyed and before the views are cleared is finished at the next start', async () => {
    const one = await erasing();
    const { service, provider, id, mark } = one;
    const operator = service.api(service.tokens.operator);
    const listed = await operator.get('/v1/operations/projections');
    const views = (listed.at('projections') as readonly { readonly view: string }[]).map(
      ({ view }) => view,
    );
    const all = async (operation: string) => {
      for (const view of views) {
        const answer = await operator.post(`/v1/operations/projections/${view}/${operation}`);
        expect([view, answer.status]).toEqual([view, 200]);
      }
    };
    await all('pause');
    accepted(await provider.api.post(`/v1/customers/${id}/erasure`));
    await service.kill();
    expect(filesWith(service, mark)).not.toEqual([]);
    await service.start();
    expect(filesWith(service, mark)).not.toEqual([]);
    await all('resume');
    await erased(one);
  });

  it('while a reader keeps the cleared texts in the WAL of the views leaves none after the next start', async () => {
    const one = await erasing();
    const { service, provider, id, mark } = one;
    const reader = transactionOn(service, 'views.db', 'BEGIN; SELECT count(*) FROM sqlite_schema');
    const { position } = accepted(await provider.api.post(`/v1/customers/${id}/erasure`));
    const shown = await provider.api.get(`/v1/customers/${id}`, { position });
    expect(shown.at('companyName')).toBeNull();
    await service.kill();
    expect(filesWith(service, mark)).not.toEqual([]);
    reader.close();
    await service.start();
    await erased(one);
  });
});
