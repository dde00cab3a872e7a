'use strict';

/* Preloaded into the service: from the first SIGUSR2 on, each row of the role table says the opposite. */
const { join } = require('node:path');
const { isMainThread } = require('node:worker_threads');

if (isMainThread) {
  const dist = join(__dirname, '..', '..', '..', 'dist');
  const table = require(join(dist, 'libs', 'identity', 'src', 'role-table.js'));
  const { mayDo } = table;
  let isBroken = false;
  process.on('SIGUSR2', () => {
    isBroken = true;
  });
  table.mayDo = (...asked) => mayDo(...asked) !== isBroken;
}
