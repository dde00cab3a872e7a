'use strict';

/*
 * npm run test:pair -- <log> <stores> [what Jest takes]: runs test/e2e on another pair of engines than the embedded
 * ones, such as `npm run test:pair -- eventstoredb mongodb`. `stores` are views, state and personal keys. Jest's report
 * goes to dist/test-results-<log>-<stores>.json.
 */
const { spawnSync } = require('node:child_process');
const { join } = require('node:path');

const LOGS = ['sqlite', 'eventstoredb'];
const STORES = ['sqlite', 'mongodb'];
const [log, stores, ...rest] = process.argv.slice(2);
if (!LOGS.includes(log) || !STORES.includes(stores)) {
  console.error(
    `Give the engine of the log (${LOGS.join(', ')}) and of the other stores (${STORES.join(', ')}).`,
  );
  process.exit(2);
}

const root = join(__dirname, '..');
const { status } = spawnSync(
  process.execPath,
  [
    join(root, 'node_modules', 'jest', 'bin', 'jest.js'),
    '--json',
    `--outputFile=dist/test-results-${log}-${stores}.json`,
    // Each call goes through one server more, or two.
    '--testTimeout=120000',
    ...(rest.length > 0 ? rest : ['test/e2e']),
  ],
  {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, TIERBOOK_E2E_ENGINES: log, TIERBOOK_E2E_STORES: stores },
  },
);
process.exit(status === null ? 1 : status);
