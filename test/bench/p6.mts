import { join } from 'node:path';
import { startBaseline } from './harness/baseline.mts';
import type { Options } from './harness/benchmark.mts';
import { atMost, type Verdict } from './harness/figures.mts';
import { BENCH, scratchPath } from './harness/places.mts';
import { nextMessage, rssMb, startNode } from './harness/processes.mts';
import {
  type Catalogue,
  catchUp,
  fillCatalogue,
  type Service,
  startService,
} from './harness/service.mts';
import { LoadGenerator } from './load/load.mts';

const SAMPLE_MS = 100;
/** Growth below this is noise, and is taken as this. */
const LEAST_GROWTH_MB = 0.1;

/** Memory of a process after the load of P1, and the most that it had under twice that load, in MB. */
interface Memory {
  readonly after: number;
  readonly peak: number;
}

/**
 * P6: resident memory of the service under load against that of a raw node:http process under the same, and
 * how it grows with the log: ten times the events, after a start on views that are current.
 */
export async function benchmark({ seconds, customers, events }: Options): Promise<Verdict[]> {
  const generator = new LoadGenerator();
  const first = await startService();
  const catalogue = await fillCatalogue(first, customers);
  await orderForEach(first, catalogue, generator);
  const raw = await startBaseline('none', first);
  const baseline = await underLoad(generator, raw, first, catalogue, seconds);
  report('raw node:http', baseline);
  await raw.stop();
  await first.stop();

  const small = await withEvents(events / 10, generator, catalogue, seconds);
  const large = await withEvents(events, generator, catalogue, seconds);
  const growth = Math.max(large.after - small.after, LEAST_GROWTH_MB);
  console.log(`ten times the events take ${(large.after - small.after).toFixed(1)} MB more`);
  return [
    atMost('P6/growth', growth, { must: 20 }),
    atMost('P6/double-load', large.peak / baseline.peak, { must: 3.5, aim: 2.5 }),
    atMost('P6', large.after / baseline.after, { must: 3.5, aim: 2.5 }),
  ];
}

/** One order for each customer, so that each has a subscription. */
async function orderForEach(
  service: Service,
  catalogue: Catalogue,
  generator: LoadGenerator,
): Promise<void> {
  const { port, token } = service;
  const { customerIds, orderBody: body } = catalogue;
  generator.target({ port, token, customerIds, body });
  let done = 0;
  while (done < customerIds.length) {
    done += (await generator.run({ port, connections: 50, seconds: 1 })).requests;
  }
}

/** Fills the log up, lets a service bring the views up to it, and measures one that starts then. */
async function withEvents(
  events: number,
  generator: LoadGenerator,
  catalogue: Catalogue,
  seconds: number,
): Promise<Memory> {
  const [customerId = ''] = catalogue.customerIds;
  const path = join(scratchPath('data'), 'events.db');
  const filler = startNode([join(BENCH, 'load', 'fill-log.ts'), path, String(events)], {
    log: scratchPath('fill-log.log'),
  });
  let started = performance.now();
  const head = String(await nextMessage(filler));
  await filler.ended;
  console.log(`the log holds ${String(events)} events after ${secondsSince(started)} s`);
  started = performance.now();
  const behind = await startService();
  await catchUp(behind, customerId, head);
  await behind.stop();
  console.log(`the views are current after ${secondsSince(started)} s`);

  const service = await startService();
  const memory = await underLoad(generator, service, service, catalogue, seconds);
  report(`Tierbook, ${String(events)} events`, memory);
  await service.stop();
  return memory;
}

async function underLoad(
  generator: LoadGenerator,
  { pid, port }: { readonly pid: number; readonly port: number },
  { token }: Service,
  { customerIds, orderBody: body }: Catalogue,
  seconds: number,
): Promise<Memory> {
  generator.target({ port, token, customerIds, body });
  await generator.run({ port, connections: 50, seconds: 2 * seconds });
  const after = rssMb(pid);
  let peak = after;
  const sampling = setInterval(() => {
    peak = Math.max(peak, rssMb(pid));
  }, SAMPLE_MS);
  await generator.run({ port, connections: 100, seconds: 2 * seconds });
  clearInterval(sampling);
  return { after, peak };
}

function report(name: string, { after, peak }: Memory): void {
  console.log(
    `${name.padEnd(28)} ${after.toFixed(1)} MB after load, ${peak.toFixed(1)} MB at most under double load`,
  );
}

function secondsSince(started: number): string {
  return ((performance.now() - started) / 1000).toFixed(1);
}
