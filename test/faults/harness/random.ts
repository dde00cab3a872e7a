/** The seed of this run: FAULT_SEED, or one drawn. Print it in the test's name. */
export function seedOfRun(): number {
  return Number(process.env['FAULT_SEED'] ?? Date.now() % 2 ** 31);
}
