import { DatabaseSync } from 'node:sqlite';
import { INSERT, makeDurable, type Row } from './baseline/row.mts';
import { copyOfLog, rowTemplate } from './harness/baseline.mts';
import type { Options } from './harness/benchmark.mts';
import { atMost, median, quantile, type Verdict } from './harness/figures.mts';
import { type Sample, takeTurns } from './harness/rounds.mts';
import { catchUp, fillCatalogue, type Service, startService } from './harness/service.mts';
import { Connection, headerOf } from './load/connection.mts';
import { LoadGenerator } from './load/load.mts';
import { Orders } from './load/order.mts';

const PAUSE_MS = 2;

/**
 * P4: from an order's answer to the answer of a read of its customer's subscriptions that shows it, over
 * HTTP; against the time of one synced commit of the same row, without HTTP.
 */
export async function benchmark({ rounds, seconds, customers }: Options): Promise<Verdict[]> {
  const service = await startService();
  const { customerIds, orderBody: body } = await fillCatalogue(service, customers);
  const { port, token } = service;
  const target = { port, token, customerIds, body };
  const orders = new Orders(target);
  const connection = await Connection.open(port);
  const probe = () => measureVisibility(service, connection, orders, seconds);
  await orderAndRead(service, connection, orders);
  const commit = commitAlone(service);
  const medianOf = await takeTurns(
    [
      { name: 'visible, idle', measure: async () => sampleOf(await probe()) },
      { name: 'one commit', measure: async () => sampleOf(commit(seconds)) },
    ],
    rounds,
  );

  const generator = new LoadGenerator();
  generator.target(target);
  const { perSecond, lastPosition } = await generator.run({ port, connections: 50, seconds });
  await catchUp(service, customerIds[0] ?? '', lastPosition);
  const half = perSecond / 2;
  console.log(`full load is ${perSecond.toFixed(0)} orders/s, half is ${half.toFixed(0)}`);
  const underLoad = await takeTurns(
    [
      {
        name: 'visible, half load',
        measure: async () => {
          const job = { port, connections: 50, seconds: seconds + 1, ratePerSecond: half };
          const [result, times] = await Promise.all([generator.run(job), probe()]);
          return { ...sampleOf(times), 'orders/s meanwhile': result.perSecond };
        },
      },
    ],
    rounds,
  );

  const idle = medianOf('visible, idle', 'ms p50');
  return [
    atMost('P4/p50-ms', idle, { must: 3 }),
    atMost('P4/p99-half-load-ms', underLoad('visible, half load', 'ms p99'), { must: 50 }),
    atMost('P4', idle / medianOf('one commit', 'ms p50'), { must: 10, aim: 2 }),
  ];
}

function sampleOf(times: readonly number[]): Sample {
  return { 'ms p50': median(times), 'ms p99': quantile(times, 0.99), tries: times.length };
}

async function measureVisibility(
  service: Service,
  connection: Connection,
  orders: Orders,
  seconds: number,
): Promise<number[]> {
  const times: number[] = [];
  const deadline = performance.now() + seconds * 1000;
  while (performance.now() < deadline) {
    times.push(await orderAndRead(service, connection, orders));
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  return times;
}

/** Orders, reads with the order's position, and answers the milliseconds between the two answers. */
async function orderAndRead(
  { port, token }: Service,
  connection: Connection,
  orders: Orders,
): Promise<number> {
  const { request, customerId } = orders.next();
  const ordered = await connection.send(request);
  const begun = performance.now();
  if (ordered.status !== 201) throw new Error(`An order was not accepted: ${ordered.body}`);
  const position = headerOf(ordered.head, 'tierbook-position') ?? '';
  const { resource } = JSON.parse(ordered.body) as { resource: { id: string; href: string } };
  const read = await connection.send(
    `GET ${resource.href} HTTP/1.1\r\nHost: 127.0.0.1:${String(port)}` +
      `\r\nAuthorization: Bearer ${token}\r\nTierbook-Position: ${position}\r\n\r\n`,
  );
  const time = performance.now() - begun;
  if (read.status !== 200 || !read.body.includes(resource.id)) {
    throw new Error(`Customer ${customerId}'s order ${resource.id} is not visible: ${read.body}`);
  }
  return time;
}

/** Commits the service's row by itself, again and again, and answers the milliseconds of each. */
function commitAlone(service: Service): (seconds: number) => number[] {
  const { type, schemaVersion, data, personal, metadata } = rowTemplate(service);
  const [dataText, metadataText] = [JSON.stringify(data), JSON.stringify(metadata)];
  const database = new DatabaseSync(copyOfLog(service, 'commit.db'));
  makeDurable(database);
  const insert = database.prepare(INSERT);
  let count = 0;
  return (seconds) => {
    const times: number[] = [];
    const deadline = performance.now() + seconds * 1000;
    while (performance.now() < deadline) {
      const id = `bench-${String(count++).padStart(12, '0')}`;
      const row: Row = [id, 0, id, type, schemaVersion, dataText, personal, metadataText];
      const begun = performance.now();
      insert.run(...row);
      times.push(performance.now() - begun);
    }
    return times;
  };
}
