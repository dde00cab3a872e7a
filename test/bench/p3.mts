import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Options } from './harness/benchmark.mts';
import { atMost, median, quantile, type Verdict } from './harness/figures.mts';
import { BENCH, scratchPath } from './harness/places.mts';
import { cpuMs, freePort, nextMessage, startNode, type Started } from './harness/processes.mts';
import { takeTurns, type Sample } from './harness/rounds.mts';
import { createPartnersCustomer, startService, type Service } from './harness/service.mts';
import { COMMON_TERM, RARE_TERM } from './load/company-names.mts';
import { LoadGenerator } from './load/load.mts';

const CONNECTIONS = 10;
/** The share of the customers that the small log holds. */
const SMALL = 0.01;
const SEARCHES = 200;

/** What the load generator asks for, and of whom. */
interface Contestant extends Pick<Started, 'pid'> {
  readonly port: number;
}

/**
 * P3: a page of 50 of one reseller's customers among a million, against raw node:http with the same query; the same
 * page among a hundredth of them; and the first page of a search, in process, for a rare term and a common one.
 */
export async function benchmark({ seconds, rounds, customers }: Options): Promise<Verdict[]> {
  const generator = new LoadGenerator();
  const few = Math.max(Math.round(customers * SMALL), 10_000);
  const { service: small, resellerId } = await startFilled(few);
  const smallP50 = (await loadOf(generator, small, resellerId, small.token)(rounds * seconds))
    .p50Ms;
  console.log(`among ${String(few)}: ${smallP50.toFixed(2)} ms p50`);
  await small.stop();
  const { service } = await startFilled(customers);
  const raw = await startRaw(service, resellerId);
  const medianOf = await takeTurns(
    [
      {
        name: 'Tierbook',
        measure: measured(service, loadOf(generator, service, resellerId, service.token), seconds),
      },
      { name: 'raw http', measure: measured(raw, loadOf(generator, raw, resellerId, ''), seconds) },
    ],
    rounds,
  );
  await raw.stop();
  await measureRebuild(service, loadOf(generator, service, resellerId, service.token), seconds);
  await service.stop();
  const searched = await searches(service);
  const ratio = (figure: string) => medianOf('Tierbook', figure) / medianOf('raw http', figure);
  return [
    ...searched.map(([term, ms]) => atMost(`P3/search-${term}-ms`, ms, { must: 20 })),
    atMost('P3/p99', ratio('ms p99'), { must: 3 }),
    atMost('P3/growth', medianOf('Tierbook', 'ms p50') / smallP50, { must: 1.5 }),
    { name: 'P3', value: ratio('pages/s'), must: 0.5, aim: 0.7 },
  ];
}

/**
 * A service on a log of so many customers, once its views are current, and the reseller with the most of them. A log
 * that an earlier run has filled is used again.
 */
async function startFilled(
  customers: number,
): Promise<{ readonly service: Service; readonly resellerId: string }> {
  const name = `p3-${String(customers)}`;
  const marker = join(scratchPath(name), 'filled.json');
  if (!existsSync(marker)) {
    rmSync(scratchPath(name), { recursive: true, force: true });
    const first = await startService(name);
    await createPartnersCustomer(first);
    await first.stop();
    writeFileSync(marker, await fill(name, customers));
  }
  const { resellerId } = JSON.parse(readFileSync(marker, 'utf8')) as { resellerId: string };
  return { service: await startCaughtUp(name, resellerId), resellerId };
}

/** Writes so many customers into the log of that name; answers in JSON of whom most of them are. */
async function fill(name: string, customers: number): Promise<string> {
  const started = performance.now();
  const filler = startNode(
    [join(BENCH, 'load', 'fill-customers.ts'), scratchPath(name), String(customers)],
    { log: scratchPath('fill-customers.log') },
  );
  const answer = String(await nextMessage(filler));
  await filler.ended;
  console.log(`the log holds ${String(customers)} customers after ${secondsSince(started)} s`);
  return answer;
}

/** A service on that log, once its views are current. */
async function startCaughtUp(name: string, resellerId: string): Promise<Service> {
  const started = performance.now();
  const service = await startService(name);
  for (;;) {
    const answer = await fetch(`${service.baseUrl}/health/ready`);
    const { info } = (await answer.json()) as {
      info?: { views?: { views?: Readonly<Record<string, { state: string; lag?: number }>> } };
    };
    const views = Object.values(info?.views?.views ?? {});
    if (views.length > 0 && views.every(({ state, lag = 0 }) => state === 'live' && lag === 0))
      break;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
  console.log(`the views are current after ${secondsSince(started)} s`);
  const page = await fetch(service.baseUrl + pageOf(resellerId), {
    headers: { Authorization: `Bearer ${service.token}` },
  });
  const { items } = (await page.json()) as { items?: readonly unknown[] };
  if (items?.length !== 50) throw new Error(`A page has ${String(items?.length)} rows.`);
  return service;
}

/** Prints how long pages take while the view that they are read from is built anew. */
async function measureRebuild(
  service: Service,
  run: ReturnType<typeof loadOf>,
  seconds: number,
): Promise<void> {
  const path = `${service.baseUrl}/v1/operations/projections/customers/rebuild`;
  const answer = await fetch(path, {
    method: 'POST',
    headers: { Authorization: `Bearer ${service.operatorToken}` },
  });
  // A conflict: one that an earlier run had begun goes on, and is as good.
  if (!answer.ok && answer.status !== 409) {
    throw new Error(`The rebuild was answered with ${String(answer.status)}.`);
  }
  const { p50Ms, p99Ms } = await run(seconds);
  const isUnderWay = await rebuilds(service);
  const end = isUnderWay ? 'and went on after that' : 'and ended before that';
  console.log(
    `while the view is rebuilt (${end}): ${p50Ms.toFixed(2)} ms p50, ${p99Ms.toFixed(2)} ms p99`,
  );
}

async function rebuilds({ baseUrl }: Service): Promise<boolean> {
  const metrics = await (await fetch(`${baseUrl}/metrics`)).text();
  return metrics.includes('tierbook_view_rebuild_lag_events{view="customers"}');
}

function pageOf(resellerId: string): string {
  return `/v1/customers?resellerId=${resellerId}`;
}

/** The least that answers the page: node:http, node:sqlite, the same statement, the documents as they are kept. */
async function startRaw(
  { dataDir }: Service,
  resellerId: string,
): Promise<Started & { readonly port: number }> {
  const port = await freePort();
  const started = startNode(
    [
      join(BENCH, 'baseline', 'page-server.mts'),
      String(port),
      join(dataDir, 'views.db'),
      resellerId,
    ],
    { log: scratchPath('page-server.log') },
  );
  await nextMessage(started);
  return { ...started, port };
}

function loadOf(generator: LoadGenerator, { port }: Contestant, resellerId: string, token: string) {
  generator.read({ port, token, path: pageOf(resellerId) });
  return (seconds: number) => generator.run({ port, connections: CONNECTIONS, seconds });
}

function measured(
  { pid }: Contestant,
  run: ReturnType<typeof loadOf>,
  seconds: number,
): () => Promise<Sample> {
  return async () => {
    const before = cpuMs(pid);
    const { requests, perSecond, p50Ms, p99Ms } = await run(seconds);
    return {
      'pages/s': perSecond,
      'ms p50': p50Ms,
      'ms p99': p99Ms,
      'us cpu/page': ((cpuMs(pid) - before) * 1_000) / requests,
    };
  };
}

/** Milliseconds that the first page of a search takes in process, in the middle of many. */
async function searches({ dataDir }: Service): Promise<readonly (readonly [string, number])[]> {
  const started = startNode(
    [
      join(BENCH, 'load', 'search-views.ts'),
      join(dataDir, 'views.db'),
      String(SEARCHES),
      RARE_TERM,
      COMMON_TERM,
    ],
    { log: scratchPath('search-views.log') },
  );
  const measured = (await nextMessage(started)) as Readonly<Record<string, readonly number[]>>;
  await started.ended;
  return Object.entries(measured).map(([term, times]) => {
    const [p50, p99] = [median(times), quantile(times, 0.99)];
    console.log(`search for "${term}": ${p50.toFixed(2)} ms p50, ${p99.toFixed(2)} ms p99`);
    return [term, p50] as const;
  });
}

function secondsSince(started: number): string {
  return ((performance.now() - started) / 1000).toFixed(1);
}
