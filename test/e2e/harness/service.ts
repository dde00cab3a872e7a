import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { afterAll } from '@jest/globals';
import { systemClock } from '@tierbook/eventing';
import { AccessTokens, loadOrCreateDevelopmentKeys, type Principal } from '@tierbook/identity';
import { Api, type Exchange } from './api';
import { ENGINES, EventStoreProcess } from './engines';
import { Kept } from './kept';
import { storesEnv } from './mongo-stores';

/** The checkout whose build is served: TIERBOOK_ROOT, else this one. */
export const ROOT = process.env['TIERBOOK_ROOT'] ?? join(__dirname, '..', '..', '..');

const START_ATTEMPTS = 3;
const TOKEN_SECONDS = 3_600;

export interface ServiceOptions {
  /** Beside PORT and DATA_DIR, or instead of them. */
  readonly env?: Readonly<Record<string, string>>;
  /** The script that is run; the service's own where it is left out. */
  readonly script?: string;
  /** For Node itself, such as `--max-old-space-size=64`. */
  readonly nodeArgs?: readonly string[];
  /** Whose the process is; the caller's own where it is left out. */
  readonly uid?: number;
  /** Kept when the service ends; without it, a fresh one that goes with the test file. */
  readonly dataDir?: string;
}

/** How a process ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

type Child = ChildProcessByStdio<null, Readable, Readable>;

const services = new Set<Service>();

/** However the test file ends, its services end with it. */
afterAll(async () => {
  for (const service of services) await service.dispose();
});
process.once('exit', () => {
  for (const service of services) service.signal('SIGKILL');
});

/** Which stores the service on that data directory has, as variables of the environment; none where none was started. */
export function storesOf(dataDir: string): Readonly<Record<string, string>> {
  const service = [...services].find((each) => each.dataDir === dataDir);
  return service?.stores ?? {};
}

/** Starts the built service as `npm start` does, on a free port, and waits until it serves. */
export async function startService(options: ServiceOptions = {}): Promise<Service> {
  for (let attempt = 1; ; attempt += 1) {
    const env = { ...(await storesEnv()), ...options.env };
    const service = new Service(await freePort(), { ...options, env });
    try {
      await service.start();
      return service;
    } catch (error) {
      const portTaken = service.output().includes('The port is taken');
      await service.dispose();
      if (!portTaken || attempt === START_ATTEMPTS) throw error;
    }
  }
}

/** The built service in a process of its own, in development mode. */
export class Service {
  readonly dataDir: string;
  readonly baseUrl: string;
  /** Every exchange over HTTP that this service's `api` had, in the order of the answers. */
  readonly exchanges: Exchange[] = [];
  /** Every token that this service made or that was signed with its keys. */
  readonly issuedTokens = new Set<string>();
  private readonly ownsDataDir: boolean;
  private readonly printed: string[] = [];
  private readonly logged: string[] = [];
  private child: Child | undefined;
  private hasEventStore = false;
  private development: Development | undefined;
  /** The server that keeps its log, where that is not a file. */
  readonly eventStore: EventStoreProcess | undefined;

  constructor(
    readonly port: number,
    private readonly options: ServiceOptions,
  ) {
    this.ownsDataDir = options.dataDir === undefined;
    this.dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'tierbook-e2e-'));
    this.baseUrl = `http://127.0.0.1:${port}`;
    if (ENGINES === 'eventstoredb' && options.env?.['EVENT_STORE_URL'] === undefined) {
      this.eventStore = new EventStoreProcess(join(this.dataDir, 'events.eventstoredb'));
    }
    services.add(this);
  }

  get tokens(): Development['tokens'] {
    return this.known().tokens;
  }

  /** Of the demo provider. */
  get providerId(): string {
    return this.known().providerId;
  }

  /** Of the demo reseller, which is enrolled and has no partnership yet. */
  get resellerId(): string {
    return this.known().resellerId;
  }

  get pid(): number {
    const pid = this.child?.pid;
    if (pid === undefined) throw new Error('The service is not running.');
    return pid;
  }

  /** The settings that name its stores; those that are left out are files of its data directory. */
  get stores(): Readonly<Record<string, string>> {
    const url = this.eventStore?.url;
    const settings = {
      ...(url !== undefined && { EVENT_STORE_URL: url }),
      ...this.options.env,
    };
    return Object.fromEntries(
      Object.entries(settings).filter(([name]) => name.endsWith('_STORE_URL')),
    );
  }

  /** What it keeps, to be looked at behind its back. */
  get kept(): Kept {
    return new Kept({ DATA_DIR: this.dataDir, ...this.stores });
  }

  /** All that the process printed to either stream, over all its starts. */
  output(): string {
    return this.printed.join('');
  }

  /** What it logged: its standard output, one JSON object a line. */
  logs(): string {
    return this.logged.join('');
  }

  /** Calls the API as the holder of that token; without one, as nobody. */
  api(token?: string): Api {
    return new Api(this.baseUrl, token, this.exchanges);
  }

  /** Signs a token with the service's own keys; good for an hour. */
  async sign(principal: Principal, lifetimeSeconds = TOKEN_SECONDS): Promise<string> {
    const keys = loadOrCreateDevelopmentKeys(this.dataDir);
    const issuer = `http://localhost:${this.port}`;
    const options = { keys: keys.tokens, issuer, audience: 'tierbook', clock: systemClock };
    const token = await new AccessTokens(options).sign(principal, lifetimeSeconds);
    this.issuedTokens.add(token);
    return token;
  }

  /** Starts the process on its data directory and port; returns once it serves. */
  async start(): Promise<void> {
    const announced = join(this.dataDir, 'development.json');
    rmSync(announced, { force: true });
    await this.startEventStore();
    const child = this.spawn();
    await outputUntil(child, () => existsSync(announced)).catch((error: unknown) => {
      throw new Error(`The service did not start:\n${this.output()}`, { cause: error });
    });
    this.development = JSON.parse(readFileSync(announced, 'utf8')) as Development;
    for (const token of Object.values(this.development.tokens)) this.issuedTokens.add(token);
    const ready = await this.api().get('/health/ready');
    if (ready.status !== 200) throw new Error(`The service is not ready: ${ready.text}`);
  }

  /** kill -9, then waits until it is gone. */
  kill(): Promise<Ended> {
    return this.end('SIGKILL');
  }

  /** Ends it as an operator would, by SIGTERM, and answers how it ended. */
  stop(): Promise<Ended> {
    return this.end('SIGTERM');
  }

  /** Ends the process, if it runs, and starts it anew on the same files and port. */
  async restart(): Promise<void> {
    await this.end('SIGTERM');
    await this.start();
  }

  /** Waits until the process ends by itself. */
  async ended(): Promise<Ended> {
    const { child } = this;
    if (child === undefined) throw new Error('The service was never started.');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    return { code: child.exitCode, signal: child.signalCode };
  }

  signal(signal: NodeJS.Signals): void {
    this.child?.kill(signal);
  }

  /** Kills the process and removes its files. */
  async dispose(): Promise<void> {
    if (this.child !== undefined) await this.kill();
    await this.eventStore?.kill();
    if (this.ownsDataDir) rmSync(this.dataDir, { recursive: true, force: true });
    services.delete(this);
  }

  private async end(signal: NodeJS.Signals): Promise<Ended> {
    this.signal(signal);
    return this.ended();
  }

  private async startEventStore(): Promise<void> {
    if (this.eventStore === undefined || this.hasEventStore) return;
    mkdirSync(this.dataDir, { recursive: true });
    await this.eventStore.start();
    this.hasEventStore = true;
  }

  private environment(): Record<string, string> {
    return { PORT: String(this.port), DATA_DIR: this.dataDir, ...this.stores };
  }

  private spawn(): Child {
    const { nodeArgs = [], env = {}, uid, script = join(ROOT, 'bin', 'api.cjs') } = this.options;
    const child = spawn(process.execPath, [...nodeArgs, script, 'development'], {
      cwd: ROOT,
      env: { ...inherited(), ...this.environment(), ...env },
      ...(uid === undefined ? {} : { uid, gid: uid }),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => this.printed.push(text));
    }
    child.stdout.on('data', (text: string) => this.logged.push(text));
    this.child = child;
    return child;
  }

  private known(): Development {
    if (this.development === undefined) throw new Error('The service never served.');
    return this.development;
  }
}

interface Development {
  readonly tokens: {
    readonly operator: string;
    readonly provider: string;
    readonly reseller: string;
  };
  readonly providerId: string;
  readonly resellerId: string;
}

/** What Jest sets, and the service must not see. */
const OF_JEST = new Set(['NODE_ENV', 'NODE_OPTIONS', 'JEST_WORKER_ID']);

function inherited(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !OF_JEST.has(name)));
}

/** Looks each time the process prints, until there is what is waited for; rejects when the process ends before. */
function outputUntil(child: Child, isThere: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = () => {
      if (isThere()) resolve();
    };
    child.stdout.on('data', look);
    child.stderr.on('data', look);
    child.once('error', reject);
    child.once('close', (code, signal) => {
      reject(new Error(`It ended with ${String(code ?? signal)}.`));
    });
  });
}

/** A TCP port of the loopback interface that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('No TCP port to be had.');
  server.close();
  await once(server, 'close');
  return address.port;
}
