import { readConfiguration, requireSeparateProjector } from '@tierbook/platform';

/** Runs the projector as a process of its own, for engines that several processes can share. */
function main(): void {
  requireSeparateProjector(readConfiguration(process.env, { development: false }));
}

try {
  main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
