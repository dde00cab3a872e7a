import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { RowTemplate } from '../baseline/row.mts';
import { BENCH, scratchPath } from './places.mts';
import { freePort, nextMessage, startNode, type Started } from './processes.mts';
import type { Service } from './service.mts';

export interface Baseline extends Started {
  readonly port: number;
}

/** Takes the newest order in the service's log as what the baselines write, and answers the file it is in. */
export function rowTemplateFile(service: Service): string {
  const file = scratchPath('row.json');
  writeFileSync(file, JSON.stringify(rowTemplate(service)));
  return file;
}

export function rowTemplate(service: Service): RowTemplate {
  const database = new DatabaseSync(service.eventsPath, { readOnly: true });
  const row = database
    .prepare(
      `SELECT * FROM events WHERE type = 'SubscriptionOrdered' ORDER BY position DESC LIMIT 1`,
    )
    .get();
  database.close();
  if (row === undefined) throw new Error('The service has no order yet.');
  return {
    type: String(row['type']),
    schemaVersion: Number(row['schema_version']),
    data: JSON.parse(String(row['data'])) as object,
    personal: row['personal'] === null ? null : String(row['personal']),
    metadata: JSON.parse(String(row['metadata'])) as object,
  };
}

/** A copy of the service's log as it stands: the same table, with the same rows in it. */
export function copyOfLog(service: Service, name: string): string {
  const copy = scratchPath(name);
  const database = new DatabaseSync(service.eventsPath, { readOnly: true });
  database.prepare('VACUUM INTO ?').run(copy);
  database.close();
  return copy;
}

/** Starts the raw server: storing nothing, one commit an order, or commits in groups. */
export async function startBaseline(
  mode: 'none' | 'commit' | 'group',
  service: Service,
): Promise<Baseline> {
  const port = await freePort();
  const path = mode === 'none' ? '' : copyOfLog(service, `${mode}.db`);
  const started = startNode(
    [join(BENCH, 'baseline', 'server.mts'), mode, String(port), path, rowTemplateFile(service)],
    { log: scratchPath(`${mode}.log`) },
  );
  await nextMessage(started);
  return { ...started, port };
}
