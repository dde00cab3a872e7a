import { createConnection, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { random } from '@tierbook/eventing/testing';
import { type Service, startService } from '../e2e/harness/service';
import { Client, subscribed } from './harness/client';
import { startLoad } from './harness/load';
import { flawsOf, readLog } from './harness/oracle';
import { until } from '../e2e/harness/until';
import { newDirectory, startToEnd } from './harness/process';
import { seedOfRun } from './harness/random';

const SEED = seedOfRun();
const CONNECTIONS = 50;
/** The service gives requests under way so long: an end without any is sooner. */
const GRACE_MS = 7_000;
/** An end with one, on a slow machine. */
const LONGEST_STOP_MS = 15_000;

const sockets: Socket[] = [];

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

/** A raw connection that has sent this text. */
function connect({ port }: Service, text: string): Socket {
  const socket = createConnection(port, '127.0.0.1').setEncoding('utf8').on('error', ignore);
  sockets.push(socket);
  socket.write(text);
  return socket;
}

/** A connection that is cut off may say so in any way. */
function ignore(): void {
  // Whether it was is asked elsewhere.
}

/** Resolves once the connection has received text that holds this. */
function heard(socket: Socket, text: string): Promise<void> {
  let received = '';
  return new Promise((resolve, reject) => {
    socket.on('data', (chunk: string) => {
      received += chunk;
      if (received.includes(text)) resolve();
    });
    socket.once('close', () => {
      reject(new Error(`Closed before ${text} came: ${received}`));
    });
  });
}

async function timed<T>(work: Promise<T>): Promise<readonly [T, number]> {
  const started = performance.now();
  return [await work, performance.now() - started];
}

describe.each(['SIGTERM', 'SIGINT'] as const)('%s', (signal) => {
  it(`answers what it has taken, stores what it has answered, and ends with 0 (seed ${SEED})`, async () => {
    const dataDir = newDirectory();
    const service = await startService({ dataDir });
    const known = await subscribed(new Client(service));
    const client = new Client(service, CONNECTIONS);
    let signalled = NaN;
    const load = startLoad(
      client,
      { offerId: known.offerId, customers: [known.customer], subscriptions: [known.subscription] },
      CONNECTIONS,
      random(SEED),
      (answers) => {
        if (answers !== 300) return;
        service.signal(signal);
        signalled = performance.now();
      },
    );
    const end = await service.ended();
    const ms = performance.now() - signalled;
    await load.ended;
    await client.close();

    expect(end).toEqual({ code: 0, signal: null });
    expect(ms).toBeLessThan(GRACE_MS);
    const log = await readLog(dataDir);
    expect(flawsOf(log)).toEqual([]);
    const positions = new Set(log.map(({ position }) => String(position)));
    const acknowledged = load.lanes.flat().flatMap(({ answer }) => answer?.body.position ?? []);
    expect(acknowledged.length).toBeGreaterThanOrEqual(300);
    expect(acknowledged.filter((position) => !positions.has(position))).toEqual([]);
    const statuses = load.lanes.flat().flatMap(({ answer }) => answer?.status ?? []);
    expect(new Set(statuses)).toEqual(new Set([200, 201]));
    expect(service.output()).not.toContain('could not stop');
  });
});

describe('SIGTERM', () => {
  it('waits neither for idle connections nor for open event streams', async () => {
    const service = await startService();
    const head = 'HTTP/1.1\r\nHost: tierbook\r\n';
    const idle = connect(service, `GET /health/live ${head}\r\n`);
    await heard(idle, '"ok"');
    const stream = connect(
      service,
      `GET /v1/events ${head}Authorization: Bearer ${service.tokens.provider}\r\n` +
        'Accept: text/event-stream\r\n\r\n',
    );
    await heard(stream, 'event: ProviderCreated');

    const [end, ms] = await timed(service.stop());

    expect(end).toEqual({ code: 0, signal: null });
    expect(ms).toBeLessThan(GRACE_MS);
    await until('every connection to be closed', () =>
      [idle, stream].every(({ closed }) => closed) ? true : undefined,
    );
  });

  it('cuts off who has sent nothing, or half a request', async () => {
    const service = await startService();
    const half = connect(service, 'POST /v1/customers HTTP/1.1\r\nHost: tierbook\r\nContent-Le');
    const silent = connect(service, '');
    await new Client(service).read('/health/live');

    const [end, ms] = await timed(service.stop());

    expect(end).toEqual({ code: 0, signal: null });
    expect(ms).toBeLessThan(LONGEST_STOP_MS);
    await until('both connections to be closed', () =>
      half.closed && silent.closed ? true : undefined,
    );
  });

  it(`may come at any moment of a start (seed ${SEED})`, async () => {
    const next = random(SEED);
    const dataDir = newDirectory();
    for (let round = 0; round < 8; round++) {
      const { code, signal, stderr } = await startToEnd({
        dataDir,
        endAfterMs: next(1_500),
        endSignal: 'SIGTERM',
      });
      expect([signal ?? code, stderr.includes('    at ')]).toEqual([
        signal === 'SIGTERM' ? 'SIGTERM' : 0,
        false,
      ]);
    }
    const service = await startService({ dataDir });
    expect(flawsOf(await readLog(dataDir))).toEqual([]);
    await service.dispose();
  });
});
