import { join } from 'node:path';
import { BENCH, scratchPath } from '../harness/places.mts';
import { nextMessage, startNode, type Started } from '../harness/processes.mts';
import type { OrderTarget, ReadTarget } from './order.mts';

export interface LoadJob {
  readonly port: number;
  readonly connections: number;
  readonly seconds: number;
  /** Orders a second over all connections; as fast as answers come when absent. */
  readonly ratePerSecond?: number;
}

export interface LoadResult {
  /** Orders accepted, or pages read. */
  readonly requests: number;
  /** Other answers, by status. */
  readonly failures: Readonly<Record<string, number>>;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** The highest `Tierbook-Position` answered; empty where the server answers none. */
  readonly lastPosition: string;
}

/** The load generator's process. */
export class LoadGenerator {
  readonly #process: Started;

  constructor() {
    const log = scratchPath('generator.log');
    this.#process = startNode([join(BENCH, 'load', 'generator.mts')], { log });
  }

  /** Says what to order from the server at that port. */
  target(target: OrderTarget): void {
    this.#process.child.send(target);
  }

  /** Says what to read from the server at that port. */
  read(target: ReadTarget): void {
    this.#process.child.send(target);
  }

  /** @throws Error when any answer was another than asked for: a rate of failures is no rate. */
  async run(job: LoadJob): Promise<LoadResult> {
    this.#process.child.send(job);
    const result = (await nextMessage(this.#process)) as LoadResult;
    if (Object.keys(result.failures).length > 0) {
      throw new Error(`Some were answered otherwise: ${JSON.stringify(result.failures)}.`);
    }
    return result;
  }
}
