import { setTimeout as sleep } from 'node:timers/promises';
import { quantile } from '../harness/figures.mts';
import { Connection, headerOf } from './connection.mts';
import type { LoadJob, LoadResult } from './load.mts';
import { Orders, Reads, type OrderTarget, type ReadTarget } from './order.mts';

// A process of its own, so that its processor time is not counted as the server's.

/** What to send to which port, and the status of an answer that counts. */
const targets = new Map<number, { readonly source: Orders | Reads; readonly status: number }>();

process.on('message', (message: OrderTarget | ReadTarget | LoadJob) => {
  if ('customerIds' in message) {
    targets.set(message.port, { source: new Orders(message), status: 201 });
  } else if ('path' in message) {
    targets.set(message.port, { source: new Reads(message), status: 200 });
  } else void run(message).then((result) => process.send?.(result));
});
// Its parent has gone.
process.on('disconnect', () => {
  process.exit();
});

async function run({ port, connections, seconds, ratePerSecond }: LoadJob): Promise<LoadResult> {
  const target = targets.get(port);
  if (target === undefined) throw new Error(`Nobody said what to send to port ${String(port)}.`);
  const latencies: number[] = [];
  const failures: Record<string, number> = {};
  const heads: string[] = [];
  const started = performance.now();
  const deadline = started + seconds * 1000;
  let sent = 0;

  const worker = async (connection: Connection) => {
    let lastHead = '';
    for (;;) {
      if (ratePerSecond !== undefined) {
        const due = started + (sent / ratePerSecond) * 1000;
        sent += 1;
        const early = due - performance.now();
        if (early > 0) await sleep(early);
      }
      const begun = performance.now();
      if (begun >= deadline) break;
      const { status, head } = await connection.send(target.source.next().request);
      if (status === target.status) {
        latencies.push(performance.now() - begun);
        lastHead = head;
      } else {
        failures[String(status)] = (failures[String(status)] ?? 0) + 1;
      }
    }
    heads.push(lastHead);
  };

  const open = await Promise.all(Array.from({ length: connections }, () => Connection.open(port)));
  await Promise.all(open.map(worker));
  const elapsed = (performance.now() - started) / 1000;
  for (const connection of open) connection.close();
  const positions = heads.map((head) => headerOf(head, 'tierbook-position') ?? '').sort();
  return {
    requests: latencies.length,
    failures,
    perSecond: latencies.length / elapsed,
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
    lastPosition: positions.at(-1) ?? '',
  };
}
