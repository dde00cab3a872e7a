import type { ProblemCode } from '../http/problems';

/** What every history can answer beside what every read can. */
export const HISTORY_PROBLEMS = [
  'cursor-invalid',
  'event-type-unknown',
  'changed-field-unknown',
  'time-span-empty',
  'language-unknown',
] as const satisfies readonly ProblemCode[];
