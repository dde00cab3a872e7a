import { rowTemplate } from './harness/baseline.mts';
import { type Emmett, installEmmett, startEmmett } from './harness/emmett.mts';
import type { Options } from './harness/benchmark.mts';
import type { Verdict } from './harness/figures.mts';
import { cpuMs } from './harness/processes.mts';
import { type Sample, takeTurns } from './harness/rounds.mts';
import { catchUp, fillCatalogue, startService } from './harness/service.mts';
import { LoadGenerator } from './load/load.mts';

const CONNECTIONS = 50;

/**
 * P1b: the orders of P1 against appending the like events with Emmett on SQLite, one after another and
 * without HTTP. An order that is not accepted fails the benchmark.
 */
export async function benchmark({ rounds, seconds, customers }: Options): Promise<Verdict[]> {
  installEmmett();
  const service = await startService();
  const { customerIds, orderBody: body } = await fillCatalogue(service, customers);
  const generator = new LoadGenerator();
  const { pid, port, token } = service;
  generator.target({ port, token, customerIds, body });
  await generator.run({ port, connections: 1, seconds: 0.1 });
  const template = rowTemplate(service);
  const emmett = await startEmmett('documented', customerIds, template);
  const oneConnection = await startEmmett('one-connection', customerIds, template);

  const measureService = async (): Promise<Sample> => {
    const before = cpuMs(pid);
    const result = await generator.run({ port, connections: CONNECTIONS, seconds });
    await catchUp(service, customerIds[0] ?? '', result.lastPosition);
    return {
      'events/s': result.perSecond,
      'us cpu/event': ((cpuMs(pid) - before) * 1000) / result.requests,
      failed: 0,
    };
  };
  const measureEmmett = async (store: Emmett): Promise<Sample> => {
    const before = cpuMs(store.pid);
    const { perSecond, appends, failed } = await store.appendFor(seconds);
    return {
      'events/s': perSecond,
      'us cpu/event': ((cpuMs(store.pid) - before) * 1000) / appends,
      failed,
    };
  };
  const medianOf = await takeTurns(
    [
      { name: 'Tierbook, HTTP, 50 at once', measure: measureService },
      { name: 'Emmett, as documented', measure: () => measureEmmett(emmett) },
      { name: 'Emmett, one connection', measure: () => measureEmmett(oneConnection) },
    ],
    rounds,
  );
  const failed = await emmett.appendAtOnce(CONNECTIONS);
  console.log(
    `at 50 at once: Tierbook 0 errors, Emmett as documented ${String(failed)} of ${String(CONNECTIONS)} failed`,
  );
  const rate = (name: string) => medianOf(name, 'events/s');
  const ours = rate('Tierbook, HTTP, 50 at once');
  const times = ours / rate('Emmett, one connection');
  console.log(`against Emmett with one connection kept open: ${times.toFixed(2)} times`);
  return [{ name: 'P1b', value: ours / rate('Emmett, as documented'), must: 10, aim: 30 }];
}
