import { join } from 'node:path';
import type { Options } from './harness/benchmark.mts';
import type { Verdict } from './harness/figures.mts';
import { BENCH, scratchPath } from './harness/places.mts';
import { nextMessage, rssMb, startNode } from './harness/processes.mts';
import { takeTurns, type Sample } from './harness/rounds.mts';

/** Events of one document: a million make 40,000. */
const EVENTS_OF_ONE = 25;
const SAMPLE_MS = 100;

/** P2: a view is built from the whole log, against a bare loop that reads, parses, folds and upserts. */
export async function benchmark({ rounds, events }: Options): Promise<Verdict[]> {
  const log = await fillLog(events);
  const contestant = (name: string, how: string) => ({
    name,
    measure: () => rebuild(how, log, events),
  });
  const medianOf = await takeTurns(
    [contestant('Tierbook', 'service'), contestant('bare loop', 'bare')],
    rounds,
  );
  const value = medianOf('Tierbook', 'events/s') / medianOf('bare loop', 'events/s');
  return [{ name: 'P2', value, must: 0.5, aim: 0.8 }];
}

/** Fills a log with subscriptions that are ordered and changed; answers its path. */
export async function fillLog(events: number): Promise<string> {
  const log = scratchPath('events.db');
  const documents = String(Math.max(1, events / EVENTS_OF_ONE));
  const filler = startNode(
    [join(BENCH, 'load', 'fill-subscriptions.ts'), log, String(events), documents],
    { log: scratchPath('fill.log') },
  );
  const started = performance.now();
  await nextMessage(filler);
  await filler.ended;
  const seconds = ((performance.now() - started) / 1_000).toFixed(1);
  console.log(`${String(events)} events on ${documents} subscriptions, appended in ${seconds} s`);
  return log;
}

/** Builds the view in a process of its own, into a file or a database; see `load/rebuild.ts`. */
export async function rebuild(
  how: string,
  log: string,
  events: number,
  views: string = scratchPath(`${how}.db`),
): Promise<Sample> {
  const run = startNode([join(BENCH, 'load', 'rebuild.ts'), how, log, views], {
    log: scratchPath('rebuild.log'),
  });
  let peak = 0;
  const sampling = setInterval(() => {
    peak = Math.max(peak, rssMb(run.pid));
  }, SAMPLE_MS);
  const milliseconds = Number(await nextMessage(run));
  clearInterval(sampling);
  await run.ended;
  return { 'events/s': (events * 1_000) / milliseconds, 'MB at most': peak };
}
