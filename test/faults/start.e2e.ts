import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { generateKeyFile } from '@tierbook/identity';
import { type Service, startService } from '../e2e/harness/service';
import { Client, subscribed, type Subscribed } from './harness/client';
import { differencesOf, readLog } from './harness/oracle';
import { until } from '../e2e/harness/until';
import { newDirectory, type StartOptions, startToEnd } from './harness/process';

/** Somebody who owns nothing here: root may write what is read-only. */
const NOBODY = 65_534;
/** Where SQLite's header holds them. */
const USER_VERSION = 60;
const APPLICATION_ID = 68;

let killed: string;
let stopped: string;
let known: Subscribed;
const services: Service[] = [];

beforeAll(async () => {
  const dataDir = newDirectory();
  const service = await startService({ dataDir });
  const client = new Client(service);
  known = await subscribed(client);
  await client.close();
  // What is not signed yet would not be missed.
  await until('a signed log', () => isSigned(dataDir) || undefined);
  await service.kill();
  killed = copyOf(dataDir);
  await service.start();
  await service.stop();
  await service.dispose();
  stopped = dataDir;
}, 60_000);

afterEach(async () => {
  for (const service of services.splice(0)) await service.dispose();
});

/** Whether a checkpoint signs events of the log, by its second line. */
function isSigned(dataDir: string): boolean {
  const file = join(dataDir, 'audit-checkpoint');
  return existsSync(file) && Number(readFileSync(file, 'utf8').split('\n')[1]) > 0;
}

function copyOf(directory: string): string {
  const copy = newDirectory();
  cpSync(directory, copy, { recursive: true });
  return copy;
}

/** Removes a database with all that SQLite keeps beside it. */
function removeDatabase(dataDir: string, name: string): void {
  for (const end of ['', '-wal', '-shm']) rmSync(join(dataDir, name + end), { force: true });
}

async function start(dataDir: string): Promise<Service> {
  const service = await startService({ dataDir });
  services.push(service);
  return service;
}

/** Each database's bytes. Of a service that was stopped they are all there is: its WALs are empty. */
function contentOf(dataDir: string): Record<string, string> {
  const names = readdirSync(dataDir).filter((name) => name.endsWith('.db'));
  return Object.fromEntries(
    names.map((name) => {
      const bytes = readFileSync(join(dataDir, name));
      return [name, createHash('sha256').update(bytes).digest('hex')];
    }),
  );
}

/** Writes a number into the header of a SQLite file (https://www.sqlite.org/fileformat.html, 1.3). */
function patchHeader(path: string, offset: number, value: number): void {
  const bytes = readFileSync(path);
  bytes.writeUInt32BE(value, offset);
  writeFileSync(path, bytes);
}

/** Expects a start that says so much in one line, serves nothing and ends with 1. */
async function expectRefused(options: StartOptions, line: RegExp): Promise<void> {
  const { code, stdout, stderr } = await startToEnd(options);
  expect([code, stderr]).toEqual([1, expect.stringMatching(line)]);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  expect(stdout).not.toContain('listening');
}

/** Expects such a start to leave the files of a data directory as they are. */
async function expectUntouched(options: StartOptions, line: RegExp): Promise<void> {
  const before = contentOf(options.dataDir);
  await expectRefused(options, line);
  expect(contentOf(options.dataDir)).toEqual(before);
}

describe('views', () => {
  async function expectRebuilt(dataDir: string): Promise<void> {
    const service = await start(dataDir);
    const log = await readLog(dataDir);
    expect(await differencesOf(dataDir, log)).toEqual([]);
    const client = new Client(service);
    expect((await client.read(known.subscription)).body.quantity).toBe(10);
    await client.close();
  }

  it('are built again when their file is gone', async () => {
    const dataDir = copyOf(killed);
    removeDatabase(dataDir, 'views.db');
    await expectRebuilt(dataDir);
  });

  it('catch up when their WAL is gone', async () => {
    const dataDir = copyOf(killed);
    expect(statSync(join(dataDir, 'views.db-wal')).size).toBeGreaterThan(0);
    for (const file of ['views.db-wal', 'views.db-shm']) rmSync(join(dataDir, file));
    await expectRebuilt(dataDir);
  });

  it('are built again when the log is not the one that they were built from', async () => {
    const dataDir = copyOf(killed);
    const other = await start(newDirectory());
    await other.stop();
    removeDatabase(dataDir, 'views.db');
    copyFileSync(join(other.dataDir, 'views.db'), join(dataDir, 'views.db'));
    await expectRebuilt(dataDir);
  });

  it('are refused when their file is no SQLite', async () => {
    const dataDir = copyOf(stopped);
    writeFileSync(join(dataDir, 'views.db'), 'garbage '.repeat(1_000));
    await expectUntouched({ dataDir }, /views\.db is not a Tierbook views file/);
  });
});

describe('a foreign file', () => {
  it('in place of the log is refused when it is no SQLite', async () => {
    const dataDir = copyOf(stopped);
    writeFileSync(join(dataDir, 'events.db'), 'garbage '.repeat(1_000));
    await expectUntouched(
      { dataDir },
      /events\.db is not a Tierbook event log but some other file/,
    );
  });

  it.each(['events.db', 'keys.db'])(
    'in place of %s is refused when it is another SQLite',
    async (name) => {
      const dataDir = copyOf(stopped);
      patchHeader(join(dataDir, name), APPLICATION_ID, 0x12345678);
      await expectUntouched({ dataDir }, /is not a Tierbook .* but some other SQLite file/);
    },
  );

  it.each(['events.db', 'state.db'])(
    'is refused when a newer Tierbook has written %s',
    async (name) => {
      const dataDir = copyOf(stopped);
      patchHeader(join(dataDir, name), USER_VERSION, 99);
      await expectUntouched({ dataDir }, /was written by a newer Tierbook/);
    },
  );
});

describe('the log', () => {
  it('is refused when acknowledged events are missing from its end', async () => {
    const dataDir = copyOf(killed);
    for (const file of ['events.db-wal', 'events.db-shm']) rmSync(join(dataDir, file));
    await expectRefused({ dataDir }, /is not in this log: log and state do not belong together/);
  });

  it('takes one process at a time', async () => {
    const service = await start(newDirectory());
    await expectRefused(
      { dataDir: service.dataDir },
      /Another process is running on the event log .*: stop it first/,
    );
    const client = new Client(service);
    await subscribed(client);
    await client.close();
    expect(await service.stop()).toEqual({ code: 0, signal: null });
  });
});

describe('a place that cannot be written', () => {
  it('is refused when the directory cannot be made', async () => {
    const file = join(newDirectory(), 'file');
    writeFileSync(file, '');
    await expectRefused(
      { dataDir: join(file, 'data') },
      /Cannot make the data directory .*ENOTDIR/,
    );
  });

  it('is refused when the directory is read-only', async () => {
    const dataDir = newDirectory();
    chmodSync(dataDir, 0o555);
    const user = process.getuid?.() === 0 ? { uid: NOBODY } : {};
    await expectRefused({ dataDir, ...user }, /Cannot write the key file .*EACCES/);
    chmodSync(dataDir, 0o755);
  });

  it.each(['events.db', 'views.db'])('is refused when %s is a directory', async (name) => {
    const dataDir = newDirectory();
    mkdirSync(join(dataDir, name));
    await expectRefused({ dataDir }, new RegExp(name.replace('.', '\\.')));
  });

  it('is refused when the port is taken', async () => {
    const dataDir = newDirectory();
    const server = createServer();
    const port = await new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => {
        const address = server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
    await expectRefused({ dataDir, env: { PORT: String(port) } }, /The port is taken: set PORT/);
    server.close();
  });
});

describe('settings', () => {
  it.each([
    ['PORT', 'abc', /^PORT is 'abc'/],
    ['PUBLIC_URL', 'tierbook', /^PUBLIC_URL is 'tierbook'/],
    ['STREAM_NAMESPACE', 'Tier.book', /^STREAM_NAMESPACE is 'Tier\.book'/],
    ['EVENT_STORE_URL', 'http://admin:s3cret@localhost:2113', /^EVENT_STORE_URL is 'http:\.\.\.'/],
    [
      'READ_STORE_URL',
      'mongodb://admin:s3cret@localhost',
      /^READ_STORE_URL is not usable: give mongodb:/,
    ],
  ])('refuse %s=%s and make nothing', async (name, value, line) => {
    const dataDir = join(newDirectory(), 'data');
    const { code, stderr } = await startToEnd({ dataDir, env: { [name]: value } });
    expect([code, stderr]).toEqual([1, expect.stringMatching(line)]);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(stderr).not.toContain('s3cret');
    expect(existsSync(join(dataDir, 'events.db'))).toBe(false);
  });

  it('refuse a mode that there is not', async () => {
    await expectRefused({ dataDir: newDirectory(), args: ['developement'] }, /developement/);
  });
});

describe('keys', () => {
  it('must be given outside development', async () => {
    const dataDir = join(newDirectory(), 'data');
    await expectRefused({ dataDir, args: [] }, /^TIERBOOK_KEYS_FILE is not set/);
    expect(existsSync(dataDir)).toBe(false);
  });

  it('must not be readable by others', async () => {
    const dataDir = copyOf(stopped);
    const file = join(newDirectory(), 'keys.json');
    generateKeyFile(file);
    chmodSync(file, 0o640);
    const env = { TIERBOOK_KEYS_FILE: file };
    await expectUntouched({ dataDir, args: [], env }, /may be read by others: chmod 600/);
  });

  it.each(['{', '{"version":1}'])('must be a key file, which %j is not', async (text) => {
    const dataDir = copyOf(stopped);
    writeFileSync(join(dataDir, 'keys.json'), text);
    await expectUntouched({ dataDir }, /The key file .*keys\.json/);
  });

  it('must be there for the personal data in the log', async () => {
    const dataDir = copyOf(stopped);
    removeDatabase(dataDir, 'keys.db');
    await expectRefused({ dataDir }, /restore the key store that belongs to this log/);
  });

  it('must be those that the data was written with', async () => {
    const dataDir = copyOf(stopped);
    const file = join(newDirectory(), 'keys.json');
    generateKeyFile(file);
    const env = { TIERBOOK_KEYS_FILE: file };
    await expectUntouched({ dataDir, args: [], env }, /configure the key file that belongs to/);
  });
});
