import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { systemClock } from '@tierbook/eventing';
import { AccessTokens, generateKeyFile, keysFromEnvironment } from '@tierbook/identity';
import { Api } from '../e2e/harness/api';
import { EventStoreProcess } from '../e2e/harness/engines';
import { mongoEnv } from '../e2e/harness/mongo-stores';
import { freePort, ROOT } from '../e2e/harness/service';
import { describeMongo } from '../mongo-server/describe-mongo';
import { MongoServer, newDatabaseUrl } from '../mongo-server/mongo-server';
import { until } from '../e2e/harness/until';
import { newDirectory } from './harness/process';

const PUBLIC_URL = 'http://localhost:8080';

/** A process of the service in production, as `npm run start:api` and `npm run start:projector` start it. */
class Process {
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  #output = '';

  constructor(app: 'api' | 'projector', env: Readonly<Record<string, string>>) {
    this.#child = spawn(process.execPath, [join(ROOT, 'bin', `${app}.cjs`)], {
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

  async end(signal: NodeJS.Signals): Promise<number | null> {
    const { exitCode, signalCode } = this.#child;
    if (exitCode === null && signalCode === null) {
      const exited = once(this.#child, 'exit');
      this.#child.kill(signal);
      await exited;
    }
    return this.#child.exitCode;
  }
}

describeMongo('Several processes on EventStoreDB and MongoDB', () => {
  let env: Readonly<Record<string, string>>;
  let tokens: AccessTokens;
  let mongo: MongoServer | undefined;
  let events: EventStoreProcess;
  let apis: { readonly process: Process; readonly url: string }[] = [];
  let projectors: Process[] = [];

  beforeAll(() => {
    const keyFile = join(newDirectory(), 'keys.json');
    generateKeyFile(keyFile);
    env = { TIERBOOK_KEYS_FILE: keyFile, PUBLIC_URL, HOST: '127.0.0.1' };
    const keys = keysFromEnvironment(env).tokens;
    tokens = new AccessTokens({
      keys,
      issuer: PUBLIC_URL,
      audience: 'tierbook',
      clock: systemClock,
    });
  });
  beforeEach(async () => {
    events = new EventStoreProcess(join(newDirectory(), 'events'));
    await events.start();
  });
  afterEach(async () => {
    for (const each of [...projectors, ...apis.map(({ process }) => process)]) {
      await each.end('SIGKILL');
    }
    projectors = [];
    apis = [];
    await events.kill();
  });
  afterAll(async () => {
    await mongo?.dispose();
  });

  const start = async (stores: Readonly<Record<string, string>>) => {
    const all = { ...env, ...stores, EVENT_STORE_URL: events.url, DATA_DIR: newDirectory() };
    projectors = [new Process('projector', all), new Process('projector', all)];
    for (let count = 0; count < 2; count++) {
      const port = await freePort();
      const started = new Process('api', { ...all, PORT: String(port) });
      apis.push({ process: started, url: `http://127.0.0.1:${String(port)}` });
    }
    for (const { process: api } of apis) await api.says('"msg":"listening"');
    for (const projector of projectors) await projector.says('ready to build the views');
  };
  const operator = async (index: number): Promise<Api> => {
    const organisation = { kind: 'operator' } as const;
    const token = await tokens.sign(
      { kind: 'operator', id: 'test', organisation, role: 'operator' },
      3_600,
    );
    return new Api(apis[index]?.url ?? '', token, []);
  };
  const provider = (name: string) => ({ name, email: `a@${name}.example`, country: 'BR' });
  /** Sent with one key until it is answered; an outage is waited out. */
  const created = async (api: Api, name: string): Promise<string> => {
    const key = randomUUID();
    return until(`the creation of ${name}`, async () => {
      const answer = await api.post('/v1/providers', provider(name), { key });
      if (answer.status === 201) return answer.position;
      expect([answer.status, answer.headers.has('retry-after')]).toEqual([503, true]);
      return undefined;
    });
  };
  const names = async (api: Api, position: string): Promise<readonly string[]> =>
    until('the list', async () => {
      const page = await api.get('/v1/providers?limit=200', { position });
      if (page.status === 503) return undefined;
      expect(page.status).toBe(200);
      return page.items.map(({ name }) => String(name)).sort();
    });

  it('lets a caller read at one what it wrote at another, whichever builds the views', async () => {
    await start(mongoEnv(await newDatabaseUrl()));
    const written: string[] = [];
    for (let round = 0; round < 3; round++) {
      for (let index = 0; index < 2; index++) {
        const name = `p${String(round)}${String(index)}`;
        const position = await created(await operator(index), name);
        written.push(name);
        expect(await names(await operator(1 - index), position)).toEqual(written.toSorted());
      }
    }
    expect(projectors.filter(({ leads }) => leads)).toHaveLength(1);
    for (const { url } of apis) {
      await until('readiness', async () => {
        const ready = await new Api(url, undefined, []).get('/health/ready');
        return ready.status === 200 ? true : undefined;
      });
    }
    const [leading] = projectors.filter(({ leads }) => leads);
    expect(await leading?.end('SIGTERM')).toBe(0);
    const position = await created(await operator(0), 'after');
    expect(await names(await operator(1), position)).toContain('after');
    const [other] = projectors.filter((each) => each !== leading);
    expect(other?.leads).toBe(true);
  }, 180_000);

  it('goes on when the projector is killed: another takes its place', async () => {
    await start(mongoEnv(await newDatabaseUrl()));
    const api = await operator(0);
    await created(api, 'before');
    const leading = await until('a leading projector', () => projectors.find(({ leads }) => leads));
    const other = projectors.find((each) => each !== leading);
    const writing = Promise.all(
      Array.from({ length: 20 }, (_, n) => created(api, `during${String(n)}`)),
    );
    await leading.end('SIGKILL');
    const positions = await writing;
    const last = positions.toSorted().at(-1) ?? '';
    expect(await names(await operator(1), last)).toHaveLength(21);
    expect(other?.leads).toBe(true);
    expect(other?.output).not.toContain('"level":50');
  }, 180_000);

  it('waits out a MongoDB server that is killed in the middle, and needs no hand', async () => {
    mongo = await MongoServer.start();
    await start(mongoEnv(`${mongo.url}/tierbook`));
    const api = await operator(0);
    await names(await operator(1), await created(api, 'before'));
    const writing = Promise.all(
      Array.from({ length: 20 }, (_, n) => created(api, `during${String(n)}`)),
    );
    await mongo.kill();
    await until('a process that is not ready', async () => {
      const ready = await new Api(apis[0]?.url ?? '', undefined, []).get('/health/ready');
      return ready.status === 503 ? true : undefined;
    });
    await mongo.start();
    const last = (await writing).toSorted().at(-1) ?? '';
    expect(await names(await operator(1), last)).toHaveLength(21);
    for (const { url } of apis) {
      await until('readiness', async () => {
        const ready = await new Api(url, undefined, []).get('/health/ready');
        return ready.status === 200 ? true : undefined;
      });
    }
  }, 180_000);
});
