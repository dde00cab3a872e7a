import { UsageError } from './errors';

/**
 * A whole number between two bounds, both allowed.
 * @throws UsageError naming the option.
 */
export function wholeNumber(option: string, text: string, least: number, most: number): number {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new UsageError(`${option} is '${text}': give a whole number from ${least} to ${most}.`);
}

/**
 * A number of hours above 0.
 * @throws UsageError naming the option.
 */
export function hours(option: string, text: string, most: number): number {
  const value = /^\d{1,6}(\.\d{1,3})?$/.test(text) ? Number(text) : Number.NaN;
  if (value > 0 && value <= most) return value;
  throw new UsageError(
    `${option} is '${text}': give a number of hours above 0, at most ${most}, such as 8.`,
  );
}

/**
 * One of a few words.
 * @throws UsageError naming the option and the words.
 */
export function oneOf<T extends string>(option: string, text: string, words: readonly T[]): T {
  const word = words.find((each) => each === text);
  if (word !== undefined) return word;
  throw new UsageError(`${option} is '${text}': give one of ${words.join(', ')}.`);
}
