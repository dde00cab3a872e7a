import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isKernelEvent } from '@tierbook/eventing';
import { type Service, startService } from '../e2e/harness/service';
import {
  Client,
  command,
  type Command,
  customer,
  order,
  subscribed,
  type Subscribed,
} from './harness/client';
import { flawsOf, readLog } from './harness/oracle';
import { until } from '../e2e/harness/until';

/** The service gives a request 30 s to arrive whole, and looks every other second. */
const LONGEST_REQUEST_MS = 45_000;
const HALF_REQUESTS = 200;
/** Whom the half requests or the idle connections held up would be answered after these are cut off. */
const HELD_UP_MS = 12_000;
/** Of them each side holds one descriptor. */
const IDLE = 2_000;
const SHORT_MINUTES = join(__dirname, 'harness', 'short-minutes.cjs');

let service: Service;
let client: Client;
let known: Subscribed;
const sockets: Socket[] = [];
const half: Socket[] = [];
let silent: Socket;

/** A raw connection that has sent this text. */
async function connect(text: string, { port } = service): Promise<Socket> {
  // A connection that is cut off may say so in any way: whether it was is asked elsewhere.
  const socket = createConnection(port, '127.0.0.1').on('error', () => undefined);
  sockets.push(socket);
  await once(socket, 'connect');
  if (text !== '') await new Promise((written) => socket.write(text, written));
  return socket;
}

/** A command as it goes over the wire. */
function wired({ method, path, key, correlationId, body }: Command): string {
  const text = JSON.stringify(body);
  return [
    `${method} ${path} HTTP/1.1`,
    'Host: tierbook',
    `Authorization: Bearer ${service.tokens.provider}`,
    `Idempotency-Key: ${key}`,
    `Correlation-Id: ${correlationId}`,
    'Content-Type: application/json',
    `Content-Length: ${String(Buffer.byteLength(text))}`,
    '',
    text,
  ].join('\r\n');
}

function newOrder(): Command {
  return command('POST', `${known.customer}/subscriptions`, order(known.offerId));
}

/** Memory in use by the service, in MB. */
function memory(): number {
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(service.pid)]).toString()) / 1_024;
}

async function typesOf({ correlationId }: Command): Promise<readonly string[]> {
  const log = await readLog(service.dataDir);
  const ours = log.filter(({ metadata }) => metadata.correlationId === correlationId);
  return ours.map(({ type }) => type);
}

beforeAll(async () => {
  service = await startService();
  client = new Client(service, 20);
  known = await subscribed(client);
  silent = (await connect('')).resume();
  for (let n = 0; n < HALF_REQUESTS; n++) {
    const text = wired(newOrder());
    // Some stop in the first line, some in the headers, some in the body.
    const socket = await connect(text.slice(0, [5, 80, text.length - 5][n % 3]));
    half.push(socket.resume());
  }
});

afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await client.close();
});

describe('half a request and then silence', () => {
  it('holds nobody else up', async () => {
    const started = performance.now();
    const sent = Array.from({ length: 100 }, newOrder);
    const answers = await Promise.all(sent.map((each) => client.send(each)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(performance.now() - started).toBeLessThan(HELD_UP_MS);
    expect(half.some(({ closed }) => closed)).toBe(false);
  });
});

describe('a client that hangs up right after its command', () => {
  it('has it done once, and learns the answer by the same key', async () => {
    const sent = Array.from({ length: 50 }, newOrder);
    for (const each of sent) (await connect(wired(each))).destroy();
    await until('every command to be done', async () => {
      const stored = new Set((await readLog(service.dataDir)).map((e) => e.metadata.correlationId));
      return sent.every(({ correlationId }) => stored.has(correlationId)) ? true : undefined;
    });
    const head = (await readLog(service.dataDir)).length;
    const answers = await Promise.all(sent.map((each) => client.send(each)));
    const log = await readLog(service.dataDir);
    expect(log).toHaveLength(head);
    expect(flawsOf(log)).toEqual([]);
    expect(answers.map(({ status, body }) => [status, body.position])).toEqual(
      sent.map(({ correlationId }) => [
        201,
        log.find(({ metadata }) => metadata.correlationId === correlationId)?.position,
      ]),
    );
  });

  it('does nothing by half a command', async () => {
    const sent = newOrder();
    (await connect(wired(sent).slice(0, -10))).destroy();
    await client.accepted(newOrder());
    expect(await typesOf(sent)).toEqual([]);
  });
});

describe(`${String(IDLE)} idle connections`, () => {
  it('leave room to serve', async () => {
    const before = memory();
    const idle: Socket[] = [];
    for (let n = 0; n < IDLE; n += 100) {
      idle.push(...(await Promise.all(Array.from({ length: 100 }, () => connect('')))));
    }
    const started = performance.now();
    const fresh = new Client(service);
    await fresh.accepted(newOrder());
    expect((await fresh.read(known.subscription)).status).toBe(200);
    await fresh.close();
    expect(performance.now() - started).toBeLessThan(HELD_UP_MS);
    expect(memory() - before).toBeLessThan(150);
    expect(idle.filter(({ closed }) => closed)).toEqual([]);
    for (const socket of idle) socket.destroy();
  });
});

describe('readers of the feed that read nothing', () => {
  const READERS = 60;
  const CUSTOMERS = 210;
  const ORDERS = 100;

  it('cost little memory, and catch up without a gap', async () => {
    const request =
      'GET /v1/events HTTP/1.1\r\nHost: tierbook\r\nAccept: text/event-stream\r\n' +
      `Authorization: Bearer ${service.tokens.provider}\r\n\r\n`;
    const readers = await Promise.all(
      Array.from({ length: READERS }, async () => (await connect(request)).pause()),
    );
    const before = memory();
    const orders = Array.from({ length: ORDERS }, () => order(known.offerId));
    const sent = Array.from({ length: CUSTOMERS }, (_, n) => customer(`lenta${String(n)}`, orders));
    const answers = await Promise.all(sent.map((each) => client.send(each)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    const grown = memory() - before;

    const log = await readLog(service.dataDir);
    const expected = log
      .filter(
        ({ type, metadata }) => metadata.tenant === service.providerId && !isKernelEvent(type),
      )
      .map(({ position }) => String(position));
    expect(expected.length).toBeGreaterThan(CUSTOMERS * ORDERS);
    for (const reader of readers.slice(1)) reader.destroy();
    const { positions, bytes } = await positionsRead(readers[0], expected.at(-1) ?? '');
    expect(positions).toEqual(expected);
    // Buffered for each of them, what was appended would take this many MB.
    const buffered = (READERS * bytes) / 2 ** 20;
    expect(buffered).toBeGreaterThan(1_000);
    expect(grown).toBeLessThan(buffered / 2);
  }, 60_000);

  async function positionsRead(
    reader: Socket | undefined,
    last: string,
  ): Promise<{ positions: readonly string[]; bytes: number }> {
    const positions: string[] = [];
    let bytes = 0;
    let rest = '';
    for await (const chunk of reader?.setEncoding('utf8') ?? []) {
      const text = rest + String(chunk);
      bytes += Buffer.byteLength(String(chunk));
      const end = text.lastIndexOf('\n') + 1;
      rest = text.slice(end);
      for (const [, position] of text.slice(0, end).matchAll(/^id: (.+)$/gm)) {
        positions.push(position ?? '');
      }
      if (positions.at(-1) === last) break;
    }
    return { positions, bytes };
  }
});

describe('a connection that is silent for a minute, and a little more between requests,', () => {
  let hasty: Service;
  beforeAll(async () => {
    hasty = await startService({ nodeArgs: ['--require', SHORT_MINUTES] });
  });

  it.each([
    ['after its answers', '/health/live', ''],
    ['in the middle of one', '/v1/events', 'Accept: text/event-stream\r\n'],
  ])('is cut off %s', async (_, path, accept) => {
    const token = `Authorization: Bearer ${hasty.tokens.reseller}\r\n`;
    const get = (from: string) => `GET ${from} HTTP/1.1\r\nHost: tierbook\r\n${token}`;
    const socket = (await connect(`${get('/health/live')}\r\n`, hasty)).setEncoding('utf8');
    const [first] = (await once(socket, 'data')) as [string];
    const closed = once(socket, 'close');
    // It is not for what it did before: as long as it asks, it is answered.
    socket.write(`${get(path)}${accept}\r\n`);
    const [second] = (await once(socket, 'data')) as [string];
    expect([first, second]).toEqual([
      expect.stringMatching(/^HTTP\/1.1 200/),
      expect.stringMatching(/^HTTP\/1.1 200/),
    ]);
    socket.resume();
    await closed;
    expect((await hasty.api().get('/health/live')).status).toBe(200);
  });
});

describe('half a request, at last,', () => {
  it(
    'is cut off, and so is who sends nothing, and nothing is done',
    async () => {
      const log = (await readLog(service.dataDir)).length;
      const open = [...half, silent].filter(({ closed }) => !closed);
      await Promise.all(open.map((socket) => once(socket, 'close')));
      expect(await readLog(service.dataDir)).toHaveLength(log);
      await client.accepted(newOrder());
    },
    LONGEST_REQUEST_MS,
  );
});
