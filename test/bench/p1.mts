import { startBaseline } from './harness/baseline.mts';
import type { Options } from './harness/benchmark.mts';
import type { Verdict } from './harness/figures.mts';
import { cpuMs } from './harness/processes.mts';
import { type Sample, takeTurns } from './harness/rounds.mts';
import { catchUp, fillCatalogue, startService } from './harness/service.mts';
import { LoadGenerator } from './load/load.mts';

const CONNECTIONS = 50;

/** P1: orders a second, from HTTP to a durable event, 50 connections over 10,000 customers. */
export async function benchmark({ rounds, seconds, customers }: Options): Promise<Verdict[]> {
  const service = await startService();
  const { customerIds, orderBody: body } = await fillCatalogue(service, customers);
  const generator = new LoadGenerator();
  const aim = (port: number) => {
    generator.target({ port, token: service.token, customerIds, body });
  };
  aim(service.port);
  // One order to have its row, of which the baselines write the like.
  await generator.run({ port: service.port, connections: 1, seconds: 0.1 });
  const group = await startBaseline('group', service);
  const each = await startBaseline('commit', service);
  aim(group.port);
  aim(each.port);

  const measure = async ({ pid, port }: { pid: number; port: number }): Promise<Sample> => {
    const before = cpuMs(pid);
    const result = await generator.run({ port, connections: CONNECTIONS, seconds });
    // The service's views catch up before its processor time is read and the next one's turn comes.
    const behind =
      result.lastPosition === ''
        ? {}
        : { 'ms views behind': await catchUp(service, customerIds[0] ?? '', result.lastPosition) };
    return {
      'orders/s': result.perSecond,
      'us cpu/order': ((cpuMs(pid) - before) * 1000) / result.requests,
      'ms p50': result.p50Ms,
      'ms p99': result.p99Ms,
      ...behind,
    };
  };
  const medianOf = await takeTurns(
    [
      { name: 'Tierbook', measure: () => measure(service) },
      { name: 'raw, group commit', measure: () => measure(group) },
      { name: 'raw, commit each', measure: () => measure(each) },
    ],
    rounds,
  );
  const rate = (name: string) => medianOf(name, 'orders/s');
  return [
    {
      name: 'P1/commit-per-request',
      value: rate('Tierbook') / rate('raw, commit each'),
      must: 2,
      aim: 2,
    },
    { name: 'P1', value: rate('Tierbook') / rate('raw, group commit'), must: 0.4, aim: 0.6 },
  ];
}
