import { DatabaseSync } from 'node:sqlite';
import type { ReadStoreUnderTest } from '@tierbook/read-models/testing';

/** Reads a view of the SQLite file at `path` by its stable name, as a program of somebody else's would. */
export function directReader(path: string): ReadStoreUnderTest['direct'] {
  return (name) => {
    const database = new DatabaseSync(path, { readOnly: true });
    const rows = database.prepare(`SELECT key, doc FROM "${name}" ORDER BY key`).all();
    database.close();
    return Promise.resolve(
      rows.map(({ key, doc }) => ({ key: String(key), doc: JSON.parse(String(doc)) as unknown })),
    );
  };
}
