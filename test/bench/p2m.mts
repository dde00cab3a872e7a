import { randomUUID } from 'node:crypto';
import type { Options } from './harness/benchmark.mts';
import { atExit } from './harness/cleanup.mts';
import type { Verdict } from './harness/figures.mts';
import { takeTurns } from './harness/rounds.mts';
import { fillLog, rebuild } from './p2.mts';
import { databaseUrl, MongoServer } from '../mongo-server/mongo-server.ts';

/**
 * P2m: a view is built from the whole log into MongoDB, against guarded bulk writes of the documents alone, as many of
 * them as there are events. Against the server that MONGODB_URL names, or the tests' own.
 */
export async function benchmark({ rounds, events }: Options): Promise<Verdict[]> {
  const server = process.env['MONGODB_URL'] ?? (await startServer());
  const log = await fillLog(events);
  const contestant = (name: string, how: string) => ({
    name,
    measure: () =>
      rebuild(how, log, events, databaseUrl(server, `bench_${randomUUID().slice(0, 8)}`)),
  });
  const medianOf = await takeTurns(
    [contestant('Tierbook', 'service'), contestant('bulk writes', 'bulk')],
    rounds,
  );
  const value = medianOf('Tierbook', 'events/s') / medianOf('bulk writes', 'events/s');
  return [{ name: 'P2m', value, must: 0.5, aim: 0.8 }];
}

async function startServer(): Promise<string> {
  const server = await MongoServer.start();
  atExit(() => void server.dispose());
  return server.url;
}
