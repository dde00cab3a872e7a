/** The middle one of the values; of an even number, the mean of the middle two. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The value below which this share of them lies, interpolated between neighbours. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  const at = (sorted.length - 1) * share;
  const low = sorted[Math.floor(at)];
  const high = sorted[Math.ceil(at)];
  if (low === undefined || high === undefined) throw new RangeError('No values.');
  return low + (high - low) * (at - Math.floor(at));
}

/** One result: `value` is a ratio in which higher is better. */
export interface Verdict {
  readonly name: string;
  readonly value: number;
  readonly must: number;
  readonly aim: number;
}

/** A limit from above, turned over so that higher is better: limit over measured, against 1. */
export function atMost(
  name: string,
  measured: number,
  limits: { readonly must: number; readonly aim?: number },
): Verdict {
  const aim = limits.must / (limits.aim ?? limits.must);
  return { name, value: limits.must / measured, must: 1, aim };
}

/** Prints the verdicts, the benchmark's own last. Answers whether every "must" is reached. */
export function printVerdicts(verdicts: readonly Verdict[]): boolean {
  for (const { name, value, must, aim } of verdicts) {
    console.log(`${name} ${floored(value)} must ${brief(must)} aim ${brief(aim)}`);
  }
  return verdicts.every(({ value, must }) => value >= must);
}

/** Never rounded up to a limit that was not reached. */
function floored(value: number): string {
  return (Math.floor(value * 1000) / 1000).toFixed(3);
}

function brief(value: number): string {
  return String(Math.round(value * 100) / 100);
}
