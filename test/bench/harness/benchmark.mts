import type { Verdict } from './figures.mts';

/** How much is measured. Fewer rounds or seconds are for trying the benchmark itself. */
export interface Options {
  readonly rounds: number;
  readonly seconds: number;
  readonly customers: number;
  readonly events: number;
}

export type Benchmark = (options: Options) => Promise<readonly Verdict[]>;
