import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { systemClock } from '@tierbook/eventing';
import {
  AccessTokens,
  generateKeyFile,
  keysFromEnvironment,
  type Organisation,
} from '@tierbook/identity';
import { Api } from '../../e2e/harness/api';
import { EventStoreProcess } from '../../e2e/harness/engines';
import { freePort, ROOT } from '../../e2e/harness/service';
import { until } from '../../e2e/harness/until';
import { COMPOSE } from './compose-file';
import { newDirectory } from './process';

const PUBLIC_URL = 'http://localhost:8080';
const TOKEN_SECONDS = 3_600;

/** A process of the service in production, started as docker-compose.yml starts it. */
export class Process {
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  #output = '';

  constructor(app: 'api' | 'projector', env: Readonly<Record<string, string>>) {
    const { command = [] } = COMPOSE.services[`${app}-1`] ?? {};
    this.#child = spawn(process.execPath, command, {
      cwd: ROOT,
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (this.#output += text));
    }
  }

  get output(): string {
    return this.#output;
  }

  /** Whether it builds the views now. */
  get leads(): boolean {
    const said = [...this.#output.matchAll(/"lease":"projector","msg":"([^"]+)"/g)];
    return said.at(-1)?.[1] === 'leading';
  }

  /** Resolves once it has printed that; rejects when it ends before. */
  says(text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = () => {
        if (this.#output.includes(text)) resolve();
      };
      this.#child.stdout.on('data', look);
      this.#child.once('close', () => {
        reject(new Error(`It ended: ${this.#output}`));
      });
      look();
    });
  }

  end(signal: NodeJS.Signals): Promise<number | null> {
    this.#child.kill(signal);
    return this.ended();
  }

  /** Waits until it ends by itself. */
  async ended(): Promise<number | null> {
    const { exitCode, signalCode } = this.#child;
    if (exitCode === null && signalCode === null) await once(this.#child, 'exit');
    return this.#child.exitCode;
  }
}

/** What a process in production is started with, but its stores and its port: a key file and a directory of its own. */
export function productionEnv(): Readonly<Record<string, string>> {
  const TIERBOOK_KEYS_FILE = join(newDirectory(), 'keys.json');
  generateKeyFile(TIERBOOK_KEYS_FILE);
  return { TIERBOOK_KEYS_FILE, PUBLIC_URL, HOST: '127.0.0.1', DATA_DIR: newDirectory() };
}

interface ApiProcess {
  readonly process: Process;
  readonly url: string;
}

/** Two api processes and two projectors in production, on one EventStoreDB (its stand-in) and one MongoDB. */
export class Cluster {
  readonly apis: ApiProcess[] = [];
  projectors: readonly Process[] = [];
  readonly #tokens: AccessTokens;

  private constructor(
    readonly events: EventStoreProcess,
    /** What each process is started with, but its port. */
    readonly env: Readonly<Record<string, string>>,
  ) {
    this.#tokens = new AccessTokens({
      keys: keysFromEnvironment(env).tokens,
      issuer: PUBLIC_URL,
      audience: 'tierbook',
      clock: systemClock,
    });
  }

  /** @param stores the settings of views, state and keys. */
  static async start(stores: Readonly<Record<string, string>>): Promise<Cluster> {
    const events = new EventStoreProcess(join(newDirectory(), 'events'));
    await events.start();
    const cluster = new Cluster(events, {
      ...productionEnv(),
      ...stores,
      EVENT_STORE_URL: events.url,
    });
    try {
      await cluster.#startProcesses();
    } catch (error) {
      await cluster.dispose();
      throw error;
    }
    return cluster;
  }

  async #startProcesses(): Promise<void> {
    this.projectors = [new Process('projector', this.env), new Process('projector', this.env)];
    for (let count = 0; count < 2; count++) {
      const port = String(await freePort());
      const api = new Process('api', { ...this.env, PORT: port });
      this.apis.push({ process: api, url: `http://127.0.0.1:${port}` });
    }
    for (const { process: api } of this.apis) await api.says('"msg":"listening"');
    for (const projector of this.projectors) await projector.says('ready to build the views');
  }

  /** The API of one of the processes, called by an administrator of that organisation. */
  async api(index: number, organisation: Organisation = { kind: 'operator' }): Promise<Api> {
    const isOperator = organisation.kind === 'operator';
    const kind = isOperator ? 'operator' : 'agent';
    const role = isOperator ? 'operator' : 'admin-agent';
    const token = await this.#tokens.sign({ kind, id: 'test', organisation, role }, TOKEN_SECONDS);
    return new Api(this.apis[index % this.apis.length]?.url ?? '', token, []);
  }

  /** The projector that builds the views. */
  leading(): Promise<Process> {
    return until('a leading projector', () => this.projectors.find(({ leads }) => leads));
  }

  /** Returns once every api process answers so. */
  async untilReadinessIs(status: 200 | 503): Promise<void> {
    for (const { url } of this.apis) {
      await until(`readiness ${String(status)}`, async () => {
        const ready = await new Api(url, undefined, []).get('/health/ready');
        return ready.status === status ? true : undefined;
      });
    }
  }

  async dispose(): Promise<void> {
    for (const each of [...this.projectors, ...this.apis.map(({ process: api }) => api)]) {
      await each.end('SIGKILL');
    }
    await this.events.kill();
  }
}
