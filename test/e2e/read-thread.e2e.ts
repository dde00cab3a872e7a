import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { StoreUnavailableError } from '@tierbook/eventing';
import { customersView } from '@tierbook/read-models';
import { readStoreContract } from '@tierbook/read-models/testing';
import { openSqliteProjectionStore, openThreadedReadStore } from '@tierbook/sqlite';
import { directReader } from '../../libs/sqlite/src/read-store/testing/direct-reader';
import { ROOT } from './harness/service';

const workerFile = join(ROOT, 'dist/libs/sqlite/src/read-store/reader.worker.js');
const directory = mkdtempSync(join(tmpdir(), 'tierbook-reader-'));
let opened = 0;
afterAll(() => {
  rmSync(directory, { recursive: true });
});

function open() {
  const path = join(directory, `${String(++opened)}.db`);
  const writer = openSqliteProjectionStore({ path });
  return {
    writer,
    reader: openThreadedReadStore({ path, workerFile }),
    direct: directReader(path),
  };
}

readStoreContract(() => Promise.resolve(open()));

describe('the thread that reads the views', () => {
  const search = {
    where: [{ field: 'companyName', op: 'contains', value: 'ltda' }],
    sort: { field: 'companyName', direction: 'asc' },
    limit: 1,
  } as const;

  it('refuses what would pile up, and answers the rest', async () => {
    const { writer, reader } = open();
    await writer.promote(await writer.begin(customersView));
    const asked = Array.from({ length: 300 }, () => reader.find(customersView, search));
    const outcomes = await Promise.allSettled(asked);
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(refused).toHaveLength(100);
    for (const { reason } of refused) expect(reason).toBeInstanceOf(StoreUnavailableError);
    expect(await reader.find(customersView, search)).toEqual({ rows: [] });
    await reader.close();
    await writer.close();
  });

  it('tells who waits that it was closed', async () => {
    const { writer, reader } = open();
    await writer.promote(await writer.begin(customersView));
    const asked = reader.find(customersView, search);
    const told = expect(asked).rejects.toBeInstanceOf(StoreUnavailableError);
    await reader.close();
    await told;
    await writer.close();
  });
});
