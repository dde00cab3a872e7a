import { startBaseline } from './harness/baseline.mts';
import type { Options } from './harness/benchmark.mts';
import { atMost, type Verdict } from './harness/figures.mts';
import { cpuMs } from './harness/processes.mts';
import { type Sample, takeTurns } from './harness/rounds.mts';
import { catchUp, fillCatalogue, startService } from './harness/service.mts';
import { LoadGenerator } from './load/load.mts';

const WARM_UP_SECONDS = 15;

/** P1c: how long one order takes that comes alone, against raw HTTP and one synced commit. */
export async function benchmark({ rounds, seconds, customers }: Options): Promise<Verdict[]> {
  const service = await startService();
  const { customerIds, orderBody: body } = await fillCatalogue(service, customers);
  const generator = new LoadGenerator();
  const aim = (port: number) => {
    generator.target({ port, token: service.token, customerIds, body });
  };
  aim(service.port);
  // A service lives for days: what V8 does to code in its first seconds is not what an order costs.
  await generator.run({ port: service.port, connections: 50, seconds: WARM_UP_SECONDS });
  const raw = await startBaseline('commit', service);
  aim(raw.port);

  const measure = async ({ pid, port }: { pid: number; port: number }): Promise<Sample> => {
    const before = cpuMs(pid);
    const result = await generator.run({ port, connections: 1, seconds });
    if (result.lastPosition !== '') {
      await catchUp(service, customerIds[0] ?? '', result.lastPosition);
    }
    return {
      'ms p50': result.p50Ms,
      'ms p99': result.p99Ms,
      'us cpu/order': ((cpuMs(pid) - before) * 1000) / result.requests,
    };
  };
  const medianOf = await takeTurns(
    [
      { name: 'Tierbook', measure: () => measure(service) },
      { name: 'raw, commit each', measure: () => measure(raw) },
    ],
    rounds,
  );
  const times = medianOf('Tierbook', 'ms p50') / medianOf('raw, commit each', 'ms p50');
  console.log(`one order takes ${times.toFixed(2)} times as long as the raw one`);
  return [atMost('P1c', times, { must: 1.8, aim: 1.4 })];
}
