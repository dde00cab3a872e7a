/** A seeded generator (mulberry32): whole numbers below `limit`. */
export function random(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

/** The seed of this run: FAULT_SEED, or one drawn. Print it in the test's name. */
export function seedOfRun(): number {
  return Number(process.env['FAULT_SEED'] ?? Date.now() % 2 ** 31);
}
