import { execFile } from 'node:child_process';
import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { copyFileSync, cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  LogProofs,
  NO_REFUSALS,
  openOwnCheckpoint,
  parseVerifierKey,
  signCheckpoint,
  TransparencyLog,
} from '@tierbook/audit';
import { loadOrCreateDevelopmentKeys } from '@tierbook/identity';
import { auditSigners } from '@tierbook/platform';
import { openSqliteEventReader, openSqliteStateStore } from '@tierbook/sqlite';
import {
  provesConsistency,
  provesInclusion,
} from '../../libs/audit/src/testing/independent-verifier';
import { ROOT, startService } from '../e2e/harness/service';
import { accepted, World } from '../e2e/harness/world';
import { until } from '../e2e/harness/until';
import { newDirectory, startToEnd } from './harness/process';

const run = promisify(execFile);

/** The data of a service that ended well: its log, state, keys and last checkpoint. */
let original: string;
let proof: string;
let vkey: string;
let kept: string;

beforeAll(async () => {
  original = newDirectory();
  const service = await startService({ dataDir: original });
  const world = new World(service);
  const provider = await world.provider();
  const { path } = await world.subscribed(provider);
  const refused = await provider.api.put(`${path}/quantity`, { quantity: 301 });
  expect(refused.code).toBe('quantity-out-of-range');
  const { position } = accepted(await provider.api.put(`${path}/quantity`, { quantity: 20 }));
  const answer = await until('a checkpoint that signs both', async () => {
    const proved = await provider.api.get(`/v1/audit/proofs/${position}`);
    const isSigned = proved.status === 200 && proved.string('checkpoint').includes('refusals 1 ');
    return isSigned ? proved : undefined;
  });
  const text = async (of: string) => (await fetch(`${service.baseUrl}${of}`)).text();
  [kept, vkey] = [join(original, 'kept'), (await text('/v1/audit/keys')).trim()];
  writeFileSync(kept, answer.string('checkpoint'));
  proof = JSON.stringify(answer.at());
  for (const quantity of [21, 22, 23]) {
    accepted(await provider.api.put(`${path}/quantity`, { quantity }));
  }
  await service.stop();
});

/** A copy of the data, in which the log, or another file, was altered. */
function altered(sql: string, file = 'events.db'): string {
  const copy = newDirectory();
  cpSync(original, copy, { recursive: true });
  const log = new DatabaseSync(join(copy, file));
  log.exec(`PRAGMA foreign_keys = OFF; ${sql}`);
  log.close();
  return copy;
}

/** A copy of the data whose log has every event, but one of them in no index of streams: reads by stream pass it by. */
function unindexed(position: string): string {
  const copy = altered(
    `CREATE TABLE aside AS SELECT * FROM events WHERE position = ${position};
     DELETE FROM events WHERE position IN (SELECT position FROM aside)`,
  );
  const index = 'sqlite_autoindex_events_2';
  const [is, was] = [`'CHECK (1)'`, `'UNIQUE (stream, revision)'`];
  const schema = (sql: string) => {
    const log = new DatabaseSync(join(copy, 'events.db'), { defensive: false });
    log.exec(`PRAGMA writable_schema = ON; ${sql}`);
    log.close();
  };
  schema(`CREATE TABLE entry AS SELECT * FROM sqlite_schema WHERE name = '${index}';
    UPDATE sqlite_schema SET sql = replace(sql, ${was}, ${is}) WHERE name = 'events';
    DELETE FROM sqlite_schema WHERE name = '${index}'`);
  schema(`INSERT INTO events SELECT * FROM aside;
    UPDATE sqlite_schema SET sql = replace(sql, ${is}, ${was}) WHERE name = 'events';
    INSERT INTO sqlite_schema SELECT * FROM entry`);
  schema('DROP TABLE aside; DROP TABLE entry');
  return copy;
}

async function audit(...args: string[]) {
  const env = { ...process.env, TIERBOOK_KEYS_FILE: '', DATA_DIR: '', PORT: '', PUBLIC_URL: '' };
  const tool = [join(ROOT, 'bin', 'tierbook.cjs'), 'audit', ...args];
  try {
    const { stdout } = await run(process.execPath, tool, { cwd: ROOT, env });
    return { code: 0, out: stdout, err: '' };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, out: stdout, err: stderr };
  }
}

function keyOf(name: string, publicKey: KeyObject): string {
  const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
  const key = Buffer.concat([Buffer.of(1), raw]);
  const id = createHash('sha256').update(`${name}\n`).update(key).digest('hex').slice(0, 8);
  return `${name}+${id}+${key.toString('base64')}`;
}

/** Signs the log of that data as if its tree had never been kept, by the key that is there. */
async function signAnew(dataDir: string): Promise<void> {
  const state = new DatabaseSync(join(dataDir, 'state.db'));
  state.exec(`DELETE FROM state WHERE collection = 'audit-tiles'`);
  state.exec(
    `UPDATE state SET value = json_set(value, '$.size', 0, '$.position', NULL, '$.eventId', NULL) WHERE collection = 'audit-tree' AND key = 'head'`,
  );
  state.close();
  const reader = openSqliteEventReader(join(dataDir, 'events.db'));
  const store = openSqliteStateStore({ path: join(dataDir, 'state.db') });
  const log = await TransparencyLog.open(
    {
      ...{ reader, state: store, origin: '-', refusals: () => Promise.resolve(NO_REFUSALS) },
      signers: auditSigners(loadOrCreateDevelopmentKeys(dataDir)),
      publish: (note) => {
        writeFileSync(join(dataDir, 'audit-checkpoint'), note);
        return Promise.resolve();
      },
    },
    undefined,
  );
  await log.advance();
  await store.close();
  await reader.close();
}

/** A proof of consistency with as many events as the checkpoint that was kept signs. */
async function proofsOf(dataDir: string) {
  const reader = openSqliteEventReader(join(dataDir, 'events.db'));
  const store = openSqliteStateStore({ path: join(dataDir, 'state.db') });
  const size = Number(readFileSync(kept, 'utf8').split('\n')[1]);
  const made = await new LogProofs(reader, store).consistency(size);
  await store.close();
  await reader.close();
  return made;
}

/** A checkpoint by the same key, of a log of another name. */
function otherLogsCheckpoint(): string {
  const file = join(newDirectory(), 'checkpoint');
  const [signer] = auditSigners(loadOrCreateDevelopmentKeys(original));
  const own = openOwnCheckpoint(readFileSync(kept, 'utf8'), signer ? [signer] : []);
  const other = { ...own, origin: 'localhost/0123456789abcdef' };
  writeFileSync(file, signCheckpoint(other, signer ? [signer] : []));
  return file;
}

const LAST = '(SELECT max(position) FROM events)';
const OF = (back: number) => `(SELECT max(position) - ${String(back)} FROM events)`;

describe('tierbook audit', () => {
  it('finds a log that nobody altered intact, also by a checkpoint of before and a key as text', async () => {
    expect(await audit('verify', '--data-dir', original)).toMatchObject({ code: 0, err: '' });
    const { code, out } = await audit(
      ...['verify', '--data-dir', original, '--checkpoint', kept],
      ...['--key', vkey, '--json'],
    );
    const signed = Number(readFileSync(kept, 'utf8').split('\n')[1]);
    const events = signed + 3;
    expect([code, JSON.parse(out)]).toEqual([0, { intact: true, events, signed, faults: [] }]);
    const said = await audit('verify', '--data-dir', original, '--checkpoint', kept);
    expect(said.out).toBe(
      `Intact: ${String(events)} events. The first ${String(signed)} are those that the checkpoint of ` +
        `${String(signed)} signs; 3 came later, and a later checkpoint signs them.\n`,
    );
    expect((await audit('verify', '--data-dir', original)).out).toBe(
      `Intact: ${String(events)} events, all of which the checkpoint of ${String(events)} signs.\n`,
    );
    expect((await audit('keys', '--data-dir', original)).out.trim()).toBe(vkey);
  });

  it.each([
    ['edited', `UPDATE events SET data = replace(data, '"to":21', '"to":91')`],
    ['written otherwise', `UPDATE events SET data = data || ' ' WHERE position = ${OF(3)}`],
    ['back-dated', `UPDATE events SET metadata = replace(metadata, ':', ': ') WHERE position = 2`],
    ['removed', `DELETE FROM events WHERE position = ${OF(2)}`],
    [
      'swapped',
      `UPDATE events SET position = -1 WHERE position = ${OF(1)}; UPDATE events SET position = position - 1 WHERE position = ${LAST}; UPDATE events SET position = (SELECT max(position) + 1 FROM events) WHERE position = -1`,
    ],
    ['cut', `DELETE FROM events WHERE position > ${OF(2)}`],
    [
      'shifted from one column into another',
      `UPDATE events SET metadata = metadata || ',"personal":' || personal, personal = NULL WHERE type = 'CustomerCreated'`,
    ],
    [
      'put in between',
      `UPDATE events SET position = position + 1000000 WHERE position > 5;
       UPDATE events SET position = position - 999999 WHERE position > 1000000;
       INSERT INTO events SELECT 6, 'put-in-between', stream, 1000000, type, schema_version, data, personal, metadata FROM events WHERE position = 2`,
    ],
  ])('notices an event that was %s, and says where', async (_, sql) => {
    const { code, err } = await audit('verify', '--data-dir', altered(sql), '--key', vkey);
    expect(code).toBe(1);
    expect(err).toMatch(/the first that differs|The log ends after/);
    expect(err.trim().split('\n')).toHaveLength(1);
  });

  it('notices that the newest are gone, also by a checkpoint of before they came', async () => {
    const cut = altered(`DELETE FROM events WHERE position = ${LAST}`);
    const at = ['--data-dir', cut, '--key', vkey, '--checkpoint', kept];
    const { code, err } = await audit('verify', ...at);
    expect([code, err]).toEqual([
      1,
      expect.stringMatching(
        /The log ends after \d+ events, and the tree kept in state has taken in/,
      ),
    ]);
  });

  it.each([
    [
      'changed',
      `UPDATE state SET value = replace(value, 'quantity-out-of-range', 'stale-if-match') WHERE collection = 'refusals'`,
      'Entry 1 was changed.',
    ],
    [
      'removed',
      `DELETE FROM state WHERE collection = 'refusals'`,
      'It ends after 0 entries, and the checkpoint signs 1.',
    ],
  ])('notices a refused command that was %s', async (_, sql, said) => {
    const { code, err } = await audit('verify', '--data-dir', altered(sql, 'state.db'));
    expect([code, err]).toEqual([1, expect.stringContaining(said)]);
  });

  it('makes no proof of an event that was altered, and says so', async () => {
    const { event } = JSON.parse(proof) as { readonly event: string };
    const { id } = JSON.parse(event) as { readonly id: string };
    for (const [data, said] of [
      [`replace(data, '"to":20', '"to":90')`, 'is not the one that was signed'],
      [`'no JSON'`, 'was altered, and is no JSON'],
    ]) {
      const forged = altered(`UPDATE events SET data = ${data ?? ''} WHERE id = '${id}'`);
      const { code, out, err } = await audit('prove', id, '--data-dir', forged);
      expect([code, out, err]).toEqual([1, '', expect.stringContaining(said ?? '-')]);
    }
  });

  it('notices that reads by stream pass an event by, which no hash tells', async () => {
    const { code, err } = await audit('verify', '--data-dir', unindexed(OF(1)), '--key', vkey);
    expect([code, err]).toEqual([
      1,
      expect.stringMatching(/An index of .* does not lead to the event at [0-9a-f]{16}-\d{20}: /),
    ]);
  });

  it('notices that all stand elsewhere, which no hash tells', async () => {
    const moved = altered(
      `UPDATE events SET position = position + 1000000; UPDATE events SET position = position - 999990`,
    );
    for (const more of [[], ['--checkpoint', kept]]) {
      const { code, err } = await audit('verify', '--data-dir', moved, '--key', vkey, ...more);
      expect([code, err]).toEqual([1, expect.stringContaining('positions were changed')]);
    }
  });

  it('lets no service start on a log that was cut, and says what to do', async () => {
    const dataDir = altered(`DELETE FROM events WHERE position > ${OF(2)}`);
    const { code, stderr } = await startToEnd({ dataDir });
    expect(code).toBe(1);
    expect(stderr).toContain('Restore');
    const place = '[0-9a-f]{16}-[0-9]{20}';
    expect(stderr).toMatch(new RegExp(`ends at ${place}, .* at ${place}`));
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('checks a proof without service and data, and none that was changed', async () => {
    const file = join(newDirectory(), 'proof.json');
    writeFileSync(file, proof);
    expect((await audit('check', file, '--key', vkey)).out).toMatch(/^Proven: the event stands/);
    writeFileSync(file, proof.replace('"index":', '"index":1'));
    expect(await audit('check', file, '--key', vkey)).toMatchObject({ code: 1 });
    writeFileSync(file, proof.slice(1));
    expect((await audit('check', file, '--key', vkey)).err).toContain(`${file}: It is no JSON`);
    writeFileSync(file, proof);
    for (const [args, code, said] of [
      [['check', join(original, 'none')], 1, 'There is no proof in'],
      [['check', file, '--earlier', kept], 2, 'leave --earlier out'],
      [
        ['verify', '--data-dir', original, '--checkpoint', file],
        1,
        `${file}: It is no signed note`,
      ],
    ] as const) {
      const ran = await audit(...args, '--key', vkey);
      expect([ran.code, ran.err]).toEqual([code, expect.stringContaining(said)]);
    }
  });

  it('makes proofs of a copy of the data, without service and key, that prove what those of the service do', async () => {
    const { index, event, checkpoint } = JSON.parse(proof) as Record<string, string>;
    const { id } = JSON.parse(event ?? '') as { readonly id: string };
    const file = join(newDirectory(), 'proof.json');
    const { code, out } = await audit('prove', id, '--data-dir', original);
    expect([code, JSON.parse(out)]).toMatchObject([0, { event, index }]);
    expect((JSON.parse(out) as Record<string, string>)['checkpoint']).not.toBe(checkpoint);
    writeFileSync(file, out);
    expect(provesInclusion(out, vkey)).toBe(true);
    expect((await audit('check', file, '--key', vkey)).code).toBe(0);
    const unknown = await audit('prove', 'no-such-event', '--data-dir', original);
    expect([unknown.code, unknown.err]).toEqual([
      1,
      expect.stringContaining('There is no event no-such-event in this log'),
    ]);

    const consistency = await audit('consistency', kept, '--data-dir', original, '--key', vkey);
    expect(consistency.code).toBe(0);
    expect(provesConsistency(consistency.out, readFileSync(kept, 'utf8'), vkey)).toBe(true);
    writeFileSync(file, consistency.out);
    const checked = await audit('check', file, '--earlier', kept, '--key', vkey);
    expect(checked.out).toMatch(/^Proven: the log of \d+ events begins with/);
  });

  it('names what a proof is not of: an old key, another log, a forked tree, a checkpoint that is none', async () => {
    const file = join(newDirectory(), 'proof.json');
    writeFileSync(file, proof);
    const { publicKey } = generateKeyPairSync('ed25519');
    const known = parseVerifierKey(vkey);
    const otherKey = await audit('check', file, '--key', keyOf(known.name, publicKey));
    expect([otherKey.code, otherKey.err]).toEqual([
      1,
      expect.stringMatching(
        /No signature by .* stands under it, but by another key: .*Is yours an old/,
      ),
    ]);
    const otherLog = await audit('check', file, '--key', keyOf('localhost/ff00', known.publicKey));
    expect([otherLog.code, otherLog.err]).toEqual([
      1,
      expect.stringMatching(/It is of log .*, and the verifier key is of another: localhost\/ff00/),
    ]);

    // Who holds the key, the log and the state signs another history: what others kept shows it.
    const forked = altered(`UPDATE events SET data = replace(data, '"to":20', '"to":90')`);
    await signAnew(forked);
    expect((await audit('verify', '--data-dir', forked)).code).toBe(0);
    const held = await audit('verify', '--data-dir', forked, '--checkpoint', kept);
    expect(held.err).toContain('are not those that the checkpoint signs');
    const consistency = await audit('consistency', kept, '--data-dir', forked);
    expect([consistency.code, consistency.err]).toEqual([
      1,
      expect.stringContaining('the log is forked'),
    ]);
    const theirs = await proofsOf(forked);
    writeFileSync(file, JSON.stringify(theirs));
    const checked = await audit('check', file, '--earlier', kept, '--key', vkey);
    expect([checked.code, checked.err]).toEqual([1, expect.stringContaining('forked')]);

    const elsewhere = otherLogsCheckpoint();
    const foreign = await audit('verify', '--data-dir', original, '--checkpoint', elsewhere);
    expect([foreign.code, foreign.err]).toEqual([
      1,
      expect.stringContaining('The checkpoint is of another log: of localhost/0123456789abcdef'),
    ]);
  });

  it('lets no service start on the checkpoint of another log, and says so in one line', async () => {
    const dataDir = altered('SELECT 1');
    copyFileSync(otherLogsCheckpoint(), join(dataDir, 'audit-checkpoint'));
    const { code, stderr } = await startToEnd({ dataDir });
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(/is not one to go on from: It is of log localhost\/0123456789abcdef/),
    ]);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('reads a copy that is named, and not where the environment says that the service has its log', async () => {
    const forged = altered(`UPDATE events SET data = replace(data, '"to":21', '"to":91')`);
    process.env['EVENT_STORE_URL'] = `sqlite:${join(original, 'events.db')}`;
    const { code } = await audit('verify', '--data-dir', forged, '--key', vkey);
    delete process.env['EVENT_STORE_URL'];
    expect(code).toBe(1);
  });

  it('can be stopped, and goes on where it was', async () => {
    const file = join(newDirectory(), 'how-far');
    const whole = await audit('verify', '--data-dir', original, '--resume', file);
    expect(whole).toMatchObject({ code: 0, err: '' });
    expect(existsSync(file)).toBe(false);
    writeFileSync(file, 'rubbish');
    const { code, err } = await audit('verify', '--data-dir', original, '--resume', file);
    expect([code, err]).toEqual([1, expect.stringContaining('remove it to begin anew')]);
  });

  it('keeps a checkpoint as a witness as long as the log extends it, and alarms when it does not', async () => {
    const file = join(newDirectory(), 'checkpoint');
    const witness = (dataDir: string) =>
      audit('witness', '--file', file, '--data-dir', dataDir, '--key', vkey);
    expect(await witness(original)).toMatchObject({ code: 0 });
    expect(await witness(original)).toMatchObject({ code: 0 });
    const before = readFileSync(file, 'utf8');
    const forged = altered(`UPDATE events SET data = replace(data, '"to":21', '"to":91')`);
    const { code, err } = await witness(forged);
    expect([code, err]).toEqual([1, expect.stringContaining('ALARM')]);
    expect(readFileSync(file, 'utf8')).toBe(before);
  });
});
