import { median } from './figures.mts';

/** Named figures of one measurement, such as `{ 'req/s': 4000 }`. */
export type Sample = Readonly<Record<string, number>>;

export interface Contestant {
  readonly name: string;
  readonly measure: () => Promise<Sample>;
}

/** The median of each contestant's figures, by name. */
export type Medians = (contestant: string, figure: string) => number;

/**
 * Measures the contestants in turns, A-B-A-B, so that what the machine does meanwhile meets each alike.
 * Each is measured once before, which does not count. Prints every round.
 */
export async function takeTurns(
  contestants: readonly Contestant[],
  rounds: number,
): Promise<Medians> {
  const samples = new Map<string, Sample[]>(contestants.map(({ name }) => [name, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const { name, measure } of contestants) {
      const sample = await measure();
      if (round > 0) samples.get(name)?.push(sample);
      printSample(round === 0 ? 'warm-up' : `round ${String(round)}`, name, sample);
    }
  }
  const medianOf: Medians = (contestant, figure) =>
    median((samples.get(contestant) ?? []).map((sample) => sample[figure] ?? NaN));
  for (const { name } of contestants) {
    const figures = Object.keys(samples.get(name)?.[0] ?? {});
    printSample(
      'median',
      name,
      Object.fromEntries(figures.map((figure) => [figure, medianOf(name, figure)])),
    );
  }
  return medianOf;
}

function printSample(when: string, name: string, sample: Sample): void {
  const figures = Object.entries(sample).map(
    ([figure, value]) => `${String(Number(value.toPrecision(4)))} ${figure}`,
  );
  console.log(`${when.padEnd(8)} ${name.padEnd(26)} ${figures.join('  ')}`);
}
