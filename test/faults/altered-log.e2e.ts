import { execFile } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from '@jest/globals';
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
  const { position } = accepted(await provider.api.put(`${path}/quantity`, { quantity: 20 }));
  const answer = await until('a signed checkpoint', async () => {
    const proved = await provider.api.get(`/v1/audit/proofs/${position}`);
    return proved.status === 200 ? proved : undefined;
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

/** A copy of the data, in which the log was altered. */
function altered(sql: string): string {
  const copy = newDirectory();
  cpSync(original, copy, { recursive: true });
  const log = new DatabaseSync(join(copy, 'events.db'));
  log.exec(`PRAGMA foreign_keys = OFF; ${sql}`);
  log.close();
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

const LAST = '(SELECT max(position) FROM events)';
const OF = (back: number) => `(SELECT max(position) - ${String(back)} FROM events)`;

describe('tierbook audit', () => {
  it('finds a log that nobody altered intact, also by a checkpoint of before and a key as text', async () => {
    expect(await audit('verify', '--data-dir', original)).toMatchObject({ code: 0, err: '' });
    const { code, out } = await audit(
      ...['verify', '--data-dir', original, '--checkpoint', kept],
      ...['--key', vkey, '--json'],
    );
    expect([code, JSON.parse(out)]).toMatchObject([0, { intact: true, faults: [] }]);
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
  ])('notices an event that was %s, and says where', async (_, sql) => {
    const { code, err } = await audit('verify', '--data-dir', altered(sql), '--key', vkey);
    expect(code).toBe(1);
    expect(err).toMatch(/the first that differs|The log ends after/);
  });

  it('lets no service start on a log that was cut, and says what to do', async () => {
    const dataDir = altered(`DELETE FROM events WHERE position > ${OF(2)}`);
    const { code, stderr } = await startToEnd({ dataDir });
    expect(code).toBe(1);
    expect(stderr).toContain('Restore');
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('checks a proof without service and data, and none that was changed', async () => {
    const file = join(newDirectory(), 'proof.json');
    writeFileSync(file, proof);
    expect((await audit('check', file, '--key', vkey)).out).toMatch(/^Proven: the event stands/);
    writeFileSync(file, proof.replace('"index":', '"index":1'));
    expect(await audit('check', file, '--key', vkey)).toMatchObject({ code: 1 });
    writeFileSync(file, proof.slice(1));
    expect((await audit('check', file, '--key', vkey)).err).toContain('It is no JSON');
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
