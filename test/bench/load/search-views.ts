import { createRequire } from 'node:module';
import { join } from 'node:path';
import type * as readModels from '@tierbook/read-models';
import type { CustomerDoc, ReadStore } from '@tierbook/read-models';
import type * as sqlite from '@tierbook/sqlite';

// Times the first page of a search for customers, in process and without HTTP, in the views at a path: for each
// term so many times. Answers milliseconds by term.

const dist = (name: string) => join(process.cwd(), 'dist', 'libs', name, 'src', 'index.js');
const load = createRequire(dist('sqlite'));
const { openSqliteReadStore } = load(dist('sqlite')) as typeof sqlite;
const { Cursors, customersView, listCustomers } = load(dist('read-models')) as typeof readModels;

async function search(
  path: string,
  times: number,
  terms: readonly string[],
): Promise<Record<string, number[]>> {
  const store = openSqliteReadStore({ path });
  const reads = { store, cursors: new Cursors(Buffer.alloc(32)) };
  const { providerId } = await anyCustomer(store);
  const measured: Record<string, number[]> = {};
  for (const companyName of terms) {
    const milliseconds: number[] = [];
    for (let turn = 0; turn < times; turn += 1) {
      const begun = performance.now();
      const { items } = await listCustomers(reads, { providerId, companyName });
      milliseconds.push(performance.now() - begun);
      if (items.length === 0) throw new Error(`Nobody is called ${companyName}.`);
    }
    measured[companyName] = milliseconds;
  }
  await store.close();
  return measured;
}

async function anyCustomer(store: ReadStore): Promise<CustomerDoc> {
  for await (const [row] of store.scan(customersView, { where: [] })) {
    if (row !== undefined) return row.doc;
  }
  throw new Error('There are no customers.');
}

const [path, times, ...terms] = process.argv.slice(2);
void search(String(path), Number(times), terms).then((measured) => {
  process.send?.(measured);
  process.disconnect();
});
