import { join } from 'node:path';
import type { Options } from './harness/benchmark.mts';
import type { Verdict } from './harness/figures.mts';
import { BENCH, scratchPath } from './harness/places.mts';
import { nextMessage, rssMb, startNode } from './harness/processes.mts';
import { takeTurns, type Sample } from './harness/rounds.mts';

/** Events of one document: a million make 40,000. */
const EVENTS_OF_ONE = 25;
const SAMPLE_MS = 100;

/** P5: the whole log is held to a signed checkpoint, against a bare loop that reads it and hashes each event once. */
export async function benchmark({ rounds, events }: Options): Promise<Verdict[]> {
  const log = scratchPath('events.db');
  const documents = String(Math.max(1, events / EVENTS_OF_ONE));
  const filler = startNode(
    [join(BENCH, 'load', 'fill-subscriptions.ts'), log, String(events), documents],
    { log: scratchPath('fill.log') },
  );
  await nextMessage(filler);
  await filler.ended;
  const signed = await run('sign', log);
  console.log(
    `${String(events)} events, and a checkpoint signed in ${(signed / 1_000).toFixed(1)} s`,
  );

  const contestant = (name: string, how: string) => ({
    name,
    measure: () => measure(how, log, events),
  });
  const medianOf = await takeTurns(
    [contestant('audit verify', 'verify'), contestant('bare loop', 'bare')],
    rounds,
  );
  const value = medianOf('audit verify', 'events/s') / medianOf('bare loop', 'events/s');
  return [{ name: 'P5', value, must: 0.6, aim: 0.8 }];
}

async function measure(how: string, log: string, events: number): Promise<Sample> {
  let peak = 0;
  const milliseconds = await run(how, log, (mb) => {
    peak = Math.max(peak, mb);
  });
  return { 'events/s': (events * 1_000) / milliseconds, 'MB at most': peak };
}

/** In a process of its own each time; answers how many milliseconds it took. */
async function run(how: string, log: string, onRss?: (mb: number) => void): Promise<number> {
  const child = startNode([join(BENCH, 'load', 'verify.ts'), how, log, scratchPath('state.db')], {
    log: scratchPath('verify.log'),
  });
  const sampling = setInterval(() => onRss?.(rssMb(child.pid)), SAMPLE_MS);
  const milliseconds = Number(await nextMessage(child));
  clearInterval(sampling);
  await child.ended;
  return milliseconds;
}
