import { createPrivateKey, hash } from 'node:crypto';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type * as audit from '@tierbook/audit';
import type * as sqlite from '@tierbook/sqlite';

// Signs the log at a path, holds it to that signature as `tierbook audit verify` does, or reads and hashes it by a bare
// loop, and tells how long it took. A process of its own each time, so that no run profits from the one before.

const load = createRequire(join(process.cwd(), 'dist', 'x.js'));
const built = (lib: string): unknown => load(join(process.cwd(), 'dist', 'libs', lib, 'src'));
const { keptCheckpoint, NO_REFUSALS, openOwnCheckpoint, TransparencyLog, verifyLog } = built(
  'audit',
) as typeof audit;
const { beginIndexCheck, openSqliteEventReader, openSqliteStateReader, openSqliteStateStore } =
  built('sqlite') as typeof sqlite;

/** Events that the bare loop reads at once. */
const PAGE = 1_000;
/** The same in every run (RFC 8032, section 7.1, test 1): what it signs is a benchmark's. */
const SIGNER = createPrivateKey({
  key: {
    kty: 'OKP',
    crv: 'Ed25519',
    d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A',
    x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
  },
  format: 'jwk',
});

async function sign(log: string, path: string): Promise<void> {
  const reader = openSqliteEventReader(log);
  const state = openSqliteStateStore({ path });
  const transparency = await TransparencyLog.open(
    {
      ...{ reader, state, signers: [SIGNER], origin: 'tierbook.example/bench' },
      refusals: () => Promise.resolve(NO_REFUSALS),
      publish: () => Promise.resolve(),
    },
    undefined,
  );
  await transparency.advance();
  await state.close();
  await reader.close();
}

async function verify(log: string, path: string): Promise<void> {
  const reader = openSqliteEventReader(log);
  const kept = openSqliteStateReader({ path });
  const checkpoint = openOwnCheckpoint((await keptCheckpoint(kept)) ?? '', [SIGNER]);
  const indexes = beginIndexCheck(log);
  const { events, faults } = await verifyLog(reader, [checkpoint], { kept });
  const unfound = await indexes.fault;
  if (faults.length > 0 || unfound !== undefined || events !== checkpoint.size) {
    throw new Error([...faults, unfound].join(' '));
  }
  await kept.close();
  await reader.close();
}

/** Paged read, and one SHA-256 over each event's columns: no canonical text, no tree, no signature, no kept tree. */
function bareLoop(log: string): void {
  const database = new DatabaseSync(log, { readOnly: true });
  const page = database.prepare(
    'SELECT * FROM events WHERE position > ? ORDER BY position LIMIT ?',
  );
  for (let after = 0; ;) {
    const rows = page.all(after, PAGE);
    if (rows.length === 0) break;
    for (const row of rows) {
      hash(
        'sha256',
        `${String(row['id'])}${String(row['stream'])}${String(row['revision'])}${String(row['type'])}` +
          `${String(row['schema_version'])}${String(row['data'])}${String(row['personal'] ?? '')}${String(row['metadata'])}`,
        'buffer',
      );
      after = Number(row['position']);
    }
  }
  database.close();
}

async function measure(how: string, log: string, state: string): Promise<number> {
  const started = performance.now();
  if (how === 'sign') await sign(log, state);
  else if (how === 'verify') await verify(log, state);
  else bareLoop(log);
  return performance.now() - started;
}

const [, , how = '', log = '', state = ''] = process.argv;
void measure(how, log, state).then((milliseconds) => {
  process.send?.(milliseconds);
  process.disconnect();
});
