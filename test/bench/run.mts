import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import type { Benchmark } from './harness/benchmark.mts';
import { printVerdicts } from './harness/figures.mts';
import { keepFilesIn } from './harness/places.mts';

const BENCHMARKS: Readonly<Record<string, () => Promise<{ readonly benchmark: Benchmark }>>> = {
  P1: () => import('./p1.mts'),
  P1b: () => import('./p1b.mts'),
  P1c: () => import('./p1c.mts'),
  P2: () => import('./p2.mts'),
  P2m: () => import('./p2m.mts'),
  P3: () => import('./p3.mts'),
  P4: () => import('./p4.mts'),
  P5: () => import('./p5.mts'),
  P6: () => import('./p6.mts'),
  P7: () => import('./p7.mts'),
};

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '5' },
    customers: { type: 'string', default: '10000' },
    events: { type: 'string', default: '1000000' },
    data: { type: 'string' },
  },
});
const name = positionals[0] ?? '';
const load = BENCHMARKS[name];
if (load === undefined || positionals.length > 1) {
  console.error(`Name one benchmark: npm run bench -- ${Object.keys(BENCHMARKS).join(' | ')}`);
  process.exit(2);
}
if (values.data !== undefined) keepFilesIn(values.data);
const { benchmark } = await load();
console.log(
  `${name}: Node ${process.versions.node}, SQLite ${process.versions['sqlite'] ?? '?'}, ` +
    `${String(cpus().length)} cores (${cpus()[0]?.model ?? 'unknown'})`,
);
const verdicts = await benchmark({
  rounds: Number(values.rounds),
  seconds: Number(values.seconds),
  customers: Number(values.customers),
  events: Number(values.events),
});
// Children and files go as the process exits (harness/cleanup.mts).
process.exit(printVerdicts(verdicts) ? 0 : 1);
