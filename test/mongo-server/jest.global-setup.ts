import { HOW_TO_RUN, mongoIsToBeHad } from './mongo-server';

/** Before all tests: says who runs them, for the server that they share, and which are skipped. */
export default function setup(): void {
  process.env['TIERBOOK_TEST_RUN'] = String(process.pid);
  if (!mongoIsToBeHad()) console.warn(`\n${HOW_TO_RUN}`);
}
