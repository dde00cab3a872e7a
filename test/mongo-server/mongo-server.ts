import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

// Tests and benchmarks run in the checkout's root; these know of their own folder in different ways.
const HERE = join(process.cwd(), 'test', 'mongo-server');
const POM = join(HERE, 'pom.xml');
const LONGEST_START_MS = 60_000;

/** Of the process that runs the tests, which every worker of it knows: set by `jest.global-setup.ts`. */
const RUN = 'TIERBOOK_TEST_RUN';

/** What says how tests of MongoDB are made to run where they are skipped. */
export const HOW_TO_RUN =
  'Tests of MongoDB are skipped: there is no server for them. Install Java 17 and Maven (Debian: apt-get install openjdk-17-jdk-headless maven), or set MONGODB_URL to a server, such as mongodb://127.0.0.1:27017.';

/** Whether tests of MongoDB can run: at a server that MONGODB_URL names, or at one started from this folder. */
export function mongoIsToBeHad(): boolean {
  return (
    process.env['MONGODB_URL'] !== undefined ||
    (isOnPath('javac') && (existsSync(jars()) || isOnPath('mvn')))
  );
}

/**
 * Whether it is our own server that the tests run against, which can be killed, and does less than MongoDB
 * (no views, no plans, no users).
 */
export const isOwnServer = process.env['MONGODB_URL'] === undefined;

/** The URL of a new database on the server that this run's tests share, which is started by whoever asks first. */
export async function newDatabaseUrl(): Promise<string> {
  const server = process.env['MONGODB_URL'] ?? (await sharedServer());
  return databaseUrl(server, `tierbook_test_${randomUUID().replaceAll('-', '')}`);
}

/** The URL of a database of that name on the server that a URL names; options stay. */
export function databaseUrl(server: string, name: string): string {
  const [, hosts = '', options = ''] = /^([a-z+]+:\/\/[^/?]+)\/?[^?]*(\?.*)?$/.exec(server) ?? [];
  return `${hosts}/${name}${options}`;
}

/** A server of its own, for tests that kill it: what it answered for is in its file. */
export class MongoServer {
  readonly #directory: string;
  readonly #javaArguments: readonly string[];
  #child: ChildProcess | undefined;
  #port = 0;

  private constructor(directory: string, javaArguments: readonly string[]) {
    this.#directory = directory;
    this.#javaArguments = javaArguments;
  }

  /** Starts one on a free port, with a new file. Ends with this process, if not before. */
  static async start(javaArguments: readonly string[] = []): Promise<MongoServer> {
    const server = new MongoServer(mkdtempSync(join(tmpdir(), 'tierbook-mongo-')), javaArguments);
    await server.start();
    return server;
  }

  get url(): string {
    return `mongodb://127.0.0.1:${String(this.#port)}`;
  }

  /** Starts it on its file and, once it has one, its port; returns when it serves. */
  async start(): Promise<void> {
    const output = join(this.#directory, 'output.txt');
    rmSync(output, { force: true });
    const file = join(this.#directory, 'data.db');
    this.#child = launch(output, this.#port, file, process.pid, this.#javaArguments);
    this.#port = await portIn(output);
  }

  /** From now on it refuses to write, as one does whose disk is full, until there is room again. */
  fillDisk(): void {
    writeFileSync(this.#full, '');
  }

  makeRoom(): void {
    rmSync(this.#full, { force: true });
  }

  get #full(): string {
    return join(this.#directory, 'data.db.full');
  }

  /** kill -9; returns when it is gone. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const exited = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await exited;
  }

  /** Kills it and removes its file. */
  async dispose(): Promise<void> {
    await this.kill();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

async function sharedServer(): Promise<string> {
  const run = process.env[RUN] ?? String(process.pid);
  const directory = sharedDirectory(run);
  const output = join(directory, 'output.txt');
  if (isFirst(directory)) {
    const child = launch(output, 0, join(directory, 'data.db'), Number(run));
    child.unref();
  }
  return `mongodb://127.0.0.1:${String(await portIn(output))}`;
}

/** Where the shared server of that run keeps its file: removed when the run ends. */
export function sharedDirectory(run: string): string {
  return join(tmpdir(), `tierbook-mongo-run-${run}`);
}

/** Making the folder is the lock: one of many succeeds. */
function isFirst(directory: string): boolean {
  try {
    mkdirSync(directory);
    return true;
  } catch {
    return false;
  }
}

function launch(
  output: string,
  port: number,
  file: string,
  parent: number,
  javaArguments: readonly string[] = [],
): ChildProcess {
  const classes = join(installed(), '*');
  const log = openSync(output, 'a');
  const child = spawn(
    'java',
    [
      ...javaArguments,
      '-cp',
      classes,
      join(HERE, 'Server.java'),
      String(port),
      file,
      String(parent),
    ],
    { stdio: ['ignore', log, log] },
  );
  closeSync(log);
  return child;
}

async function portIn(output: string): Promise<number> {
  const last = Date.now() + LONGEST_START_MS;
  for (;;) {
    const said = existsSync(output) ? readFileSync(output, 'utf8') : '';
    const port = /listening on (\d+)\n/.exec(said)?.[1];
    if (port !== undefined) return Number(port);
    if (/error|exception/i.test(said) || Date.now() > last) {
      throw new Error(`The MongoDB server for tests did not start: ${said}`);
    }
    await pause(20);
  }
}

/** The folder of the server's jars, as this pom.xml names them; fetched when it is not there. */
function installed(): string {
  const folder = jars();
  if (existsSync(folder)) return folder;
  const fresh = `${folder}-${randomUUID()}`;
  const run = spawnSync(
    'mvn',
    ['-q', '-B', '-f', POM, 'dependency:copy-dependencies', `-DoutputDirectory=${fresh}`],
    { encoding: 'utf8' },
  );
  if (run.status !== 0) {
    throw new Error(`mvn failed: ${run.error?.message ?? run.stdout + run.stderr}`);
  }
  writeFileSync(join(fresh, 'pom.xml'), readFileSync(POM));
  try {
    renameSync(fresh, folder);
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
  return folder;
}

function jars(): string {
  const digest = createHash('sha256').update(readFileSync(POM)).digest('hex').slice(0, 16);
  return join(HERE, '..', '..', 'node_modules', '.cache', `tierbook-mongo-server-${digest}`);
}

function isOnPath(program: string): boolean {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .some((folder) => existsSync(join(folder, program)));
}
