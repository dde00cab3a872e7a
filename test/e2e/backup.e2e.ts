import { execFile } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openSqliteEventReader } from '@tierbook/sqlite';
import type { StoredEvent } from '@tierbook/eventing';
import { EMBEDDED } from './harness/engines';
import { freePort, ROOT, Service } from './harness/service';
import { until } from './harness/until';
import { accepted, World, type Member } from './harness/world';

const made: string[] = [];
function newDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'tierbook-backup-'));
  made.push(directory);
  return directory;
}
afterAll(() => {
  for (const directory of made) rmSync(directory, { recursive: true, force: true });
});

/** A machine: its data, and the checkpoint on another disk. */
interface Machine {
  readonly dataDir: string;
  readonly checkpoint: string;
}

async function tierbook({ dataDir, checkpoint }: Machine, ...args: readonly string[]) {
  const tool = [join(ROOT, 'bin', 'tierbook.cjs'), ...args];
  const env = {
    ...process.env,
    ...{ PORT: '', PUBLIC_URL: '', TIERBOOK_KEYS_FILE: '', NODE_OPTIONS: '' },
    ...{ DATA_DIR: dataDir, AUDIT_CHECKPOINT_FILE: checkpoint },
  };
  try {
    const { stdout } = await promisify(execFile)(process.execPath, tool, { cwd: ROOT, env });
    return { code: 0, out: stdout, err: '' };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, out: stdout, err: stderr };
  }
}

async function eventsIn(dataDir: string): Promise<readonly StoredEvent[]> {
  const reader = openSqliteEventReader(join(dataDir, 'events.db'));
  const all: StoredEvent[] = [];
  for await (const { events } of reader.readAll()) all.push(...events);
  await reader.close();
  return all;
}

/** Whether a checkpoint signs so many events, by its second line. */
function signs(file: string): number {
  return existsSync(file) ? Number(readFileSync(file, 'utf8').split('\n')[1]) : 0;
}

/** The files that hold the text. */
function filesWith(directory: string, text: string): readonly string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => readFileSync(file).includes(text));
}

let service: Service;
let world: World;
let provider: Member;
let machine: Machine;
let port: number;
/** Of a customer that is erased after the backup. */
let erased: { id: string; mark: string };
let kept: { id: string; path: string };
let backup: string;
let keysBackup: string;
let early: string;
let atBackup: number;
let lastPosition: string;
let proof: string;
let oldKey: string;

beforeAll(async () => {
  const disk = newDirectory();
  machine = { dataDir: join(disk, 'data'), checkpoint: join(newDirectory(), 'checkpoint') };
  [backup, keysBackup] = [join(newDirectory(), 'log'), join(newDirectory(), 'keys')];
  port = await freePort();
  service = new Service(port, {
    dataDir: machine.dataDir,
    env: { ...EMBEDDED, AUDIT_CHECKPOINT_FILE: machine.checkpoint },
  });
  await service.start();
  world = new World(service);
  provider = await world.provider();
  const mark = world.unique('qzx');
  const account = { companyName: `Companhia ${mark} Ltda` };
  const doomed = await world.subscribed(provider, { account });
  accepted(await provider.api.post(`${doomed.path}/suspension`));
  erased = { id: doomed.id, mark };
  const { id, path } = await world.subscribed(provider);
  kept = { id, path };
  await until('a signed log', () => signs(machine.checkpoint) > 5 || undefined);
  early = join(newDirectory(), 'early');
  copyFileSync(machine.checkpoint, early);

  // Customers are made all the while: each writes its password's verifier to the state, then the log.
  let isOver = false;
  const working = Promise.all(
    Array.from({ length: 4 }, async () => {
      while (!isOver) await world.customer(provider);
    }),
  );
  const ran = await tierbook(machine, 'backup', '--to', backup, '--keys-to', keysBackup, '--json');
  isOver = true;
  await working;
  expect(ran).toMatchObject({ code: 0, err: '' });
  atBackup = (JSON.parse(ran.out) as { events: number }).events;

  accepted(await provider.api.post(`/v1/customers/${erased.id}/erasure`));
  const answer = accepted(await provider.api.put(`${path}/quantity`, { quantity: 77 }));
  lastPosition = answer.position;
  const proved = await until('a signed checkpoint', async () => {
    const found = await provider.api.get(`/v1/audit/proofs/${answer.position}`);
    return found.status === 200 ? found : undefined;
  });
  proof = JSON.stringify(proved.at());
  oldKey = (await (await fetch(`${service.baseUrl}/v1/audit/keys`)).text()).trim();
  await service.stop();
}, 120_000);

/** A machine without data, with the key file, the checkpoint's disk, and the same address. */
function emptyMachine(): Machine {
  const dataDir = join(newDirectory(), 'data');
  mkdirSync(dataDir, { mode: 0o700 });
  cpSync(join(machine.dataDir, 'keys.json'), join(dataDir, 'keys.json'));
  const elsewhere = newDirectory();
  const checkpoint = join(elsewhere, 'checkpoint');
  copyFileSync(machine.checkpoint, checkpoint);
  copyFileSync(`${machine.checkpoint}-erasures`, `${checkpoint}-erasures`);
  return { dataDir, checkpoint };
}

const FROM = () => ['restore', '--from', backup, '--keys-from', keysBackup];

describe('tierbook backup', () => {
  it('of a service at work is of one position: each event has its key and its password', async () => {
    const events = await eventsIn(backup);
    expect(events).toHaveLength(atBackup);
    expect(events).toEqual((await eventsIn(machine.dataDir)).slice(0, atBackup));
    const target = emptyMachine();
    const { code, err } = await tierbook(target, ...FROM(), '--accept-loss-after', `${atBackup}`);
    expect([code, err]).toEqual([0, '']);
    const state = readFileSync(join(target.dataDir, 'state.db')).toString('latin1');
    const issued = events.filter(({ type }) => type === 'AdminCredentialIssued');
    expect(issued.length).toBeGreaterThan(1);
    for (const { data } of issued) expect(state).toContain(data['credentialId']);
  });

  it('is verified as a data directory is, and nothing is written there', async () => {
    const before = readdirSync(backup).sort();
    expect(before).toEqual(['audit-checkpoint', 'backup.json', 'events.db', 'state.db']);
    expect(readdirSync(keysBackup).sort()).toEqual(['backup.json', 'keys.db']);
    const of = { dataDir: backup, checkpoint: '' };
    const verified = await tierbook(of, 'audit', 'verify', '--key', oldKey);
    expect(verified).toMatchObject({ code: 0, err: '' });
    expect(verified.out).toContain(`Intact: ${String(atBackup)} events`);
    expect(readdirSync(backup).sort()).toEqual(before);
  });

  it.each<[string, () => { of: Machine; args: string[] }, RegExp]>([
    [
      'a directory that is not empty',
      () => ({ of: machine, args: ['--to', backup] }),
      /is not empty: name a new directory/,
    ],
    [
      'a file',
      () => ({ of: machine, args: ['--to', early] }),
      /Cannot make the directory .*EEXIST/,
    ],
    [
      'a source that is no data directory',
      () => ({ of: { ...machine, dataDir: newDirectory() }, args: ['--to', newDirectory()] }),
      /There is no .*events\.db: start the service once/,
    ],
    [
      'keys beside the log',
      () => {
        const to = newDirectory();
        return { of: machine, args: ['--to', to, '--keys-to', join(to, 'keys')] };
      },
      /is not apart from/,
    ],
    [
      'what a server keeps',
      () => ({ of: machine, args: ['--to', newDirectory()] }),
      /must all be files of the embedded engine/,
    ],
  ])('refuses %s, in one line', async (what, given, line) => {
    const { of, args } = given();
    if (what === 'what a server keeps') process.env['KEY_STORE_URL'] = 'mongodb://localhost/keys';
    const { code, err } = await tierbook(of, 'backup', ...args);
    delete process.env['KEY_STORE_URL'];
    expect([code, err]).toEqual([1, expect.stringMatching(line)]);
    expect(err.trim().split('\n')).toHaveLength(1);
  });
});

describe('tierbook restore', () => {
  it('says what is lost, and loses nothing that is not accepted', async () => {
    const target = emptyMachine();
    const signed = signs(machine.checkpoint);
    const refused = await tierbook(target, ...FROM());
    expect(refused.code).toBe(1);
    expect(refused.err).toContain(
      `The backup ends after ${String(atBackup)} events, and the checkpoint in ${target.checkpoint} signs ` +
        `${String(signed)}: ${String(signed - atBackup)} would be lost.`,
    );
    expect(refused.err).toContain(`--accept-loss-after ${String(atBackup)}`);
    const wrong = await tierbook(target, ...FROM(), '--accept-loss-after', String(atBackup - 1));
    expect(wrong.err).toContain(`not after ${String(atBackup - 1)}`);
    rmSync(target.checkpoint);
    expect((await tierbook(target, ...FROM())).err).toContain('No checkpoint in');
    expect(existsSync(join(target.dataDir, 'events.db'))).toBe(false);
    expect(existsSync(join(target.dataDir, 'state.db'))).toBe(false);
  });

  it('brings the service back as it stood, under another name, with the lost tail told and those erased since erased', async () => {
    const target = emptyMachine();
    const accept = ['--accept-loss-after', String(atBackup)];
    const { code, out } = await tierbook(target, ...FROM(), ...accept, '--json');
    expect(code).toBe(0);
    const lost = signs(machine.checkpoint) - atBackup;
    expect(JSON.parse(out)).toMatchObject({ events: atBackup, lost, erasedAgain: 1 });
    const env = { ...EMBEDDED, AUDIT_CHECKPOINT_FILE: target.checkpoint };
    const restored = new Service(port, { dataDir: target.dataDir, env });
    await restored.start();
    const again = new World(restored);
    const here = { ...provider, api: await again.as({ kind: 'provider', id: provider.id }) };
    const unknown = await here.api.get(`/v1/customers/${kept.id}`, { position: lastPosition });
    expect([unknown.status, unknown.at('code')]).toEqual([400, 'position-unknown']);

    const { position } = accepted(await here.api.put(`${kept.path}/quantity`, { quantity: 12 }));
    const shown = await here.api.get(kept.path, { position });
    expect(shown.at('quantity')).toBe(12);
    const gone = await here.api.get(`/v1/customers/${erased.id}`, { position });
    expect(gone.body).toMatchObject({ status: 'erased', companyName: null });
    const all = await eventsIn(target.dataDir);
    expect(all.slice(0, atBackup).map(({ id }) => id)).toEqual(
      (await eventsIn(backup)).map(({ id }) => id),
    );
    expect(all[atBackup]).toMatchObject({
      type: 'LogRestored',
      data: { events: atBackup, lost: { events: lost }, lossAccepted: true },
    });
    expect(all.filter(({ type }) => type === 'PersonalDataErased')).toHaveLength(1);

    // The tree goes on: what was signed before the backup is still the log's beginning.
    const newKeys = (await (await fetch(`${restored.baseUrl}/v1/audit/keys`)).text()).trim();
    expect(newKeys).not.toBe(oldKey);
    await restored.stop();
    expect(filesWith(target.dataDir, erased.mark)).toEqual([]);
    const verified = await tierbook(
      target,
      ...['audit', 'verify', '--checkpoint', early, '--checkpoint', target.checkpoint],
    );
    expect(verified).toMatchObject({ code: 0, err: '' });
    const late = join(newDirectory(), 'late');
    copyFileSync(machine.checkpoint, late);
    const beyond = await tierbook(target, 'audit', 'verify', '--checkpoint', late);
    expect(beyond.code).toBe(1);

    // Erasure and restore leave every proof as it was.
    const file = join(newDirectory(), 'proof.json');
    writeFileSync(file, proof);
    expect(await tierbook(target, 'audit', 'check', file, '--key', oldKey)).toMatchObject({
      code: 0,
    });
  });

  it('needs no word where nothing is known to be lost', async () => {
    const target = emptyMachine();
    copyFileSync(early, target.checkpoint);
    expect(await tierbook(target, ...FROM())).toMatchObject({ code: 0, err: '' });
    expect((await eventsIn(target.dataDir)).at(-1)).toMatchObject({
      type: 'LogRestored',
      data: { lost: null, lossAccepted: false },
    });
  });

  it.each<[string, (target: Machine) => string[], RegExp]>([
    [
      'over a log',
      (target) => {
        writeFileSync(join(target.dataDir, 'events.db'), '');
        return FROM();
      },
      /There is .*events\.db already, and nothing is restored over it/,
    ],
    ['what is no backup', () => ['restore', '--from', newDirectory()], /is no backup: it has no/],
    [
      'a damaged backup',
      () => {
        const damaged = newDirectory();
        cpSync(backup, damaged, { recursive: true });
        const bytes = readFileSync(join(damaged, 'events.db'));
        bytes[5_000] = (bytes[5_000] ?? 0) ^ 1;
        writeFileSync(join(damaged, 'events.db'), bytes);
        return ['restore', '--from', damaged, '--keys-from', keysBackup];
      },
      /is damaged: events\.db is not as it was taken/,
    ],
    [
      'without personal keys',
      () => ['restore', '--from', backup],
      /There are no personal keys in .*--keys-from/,
    ],
  ])('refuses %s, in one line, and leaves nothing', async (_, args, line) => {
    const target = emptyMachine();
    const given = args(target);
    const before = readdirSync(target.dataDir);
    const { code, err } = await tierbook(target, ...given);
    expect([code, err]).toEqual([1, expect.stringMatching(line)]);
    expect(err.trim().split('\n')).toHaveLength(1);
    const after = readdirSync(target.dataDir).filter((name) => name !== 'events.lock');
    expect(after).toEqual(before);
  });

  it('refuses beside a running service', async () => {
    const running = new Service(await freePort(), {
      dataDir: join(newDirectory(), 'data'),
      env: EMBEDDED,
    });
    await running.start();
    const target = { dataDir: running.dataDir, checkpoint: '' };
    const { code, err } = await tierbook(target, ...FROM());
    expect([code, err]).toEqual([1, expect.stringMatching(/Another process is running on the/)]);
    await running.stop();
  });
});
