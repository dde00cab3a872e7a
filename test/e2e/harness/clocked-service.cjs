'use strict';

/*
 * The built service with a clock that stands still until it is set: POST /<time> to CLOCK_PORT sets it, lets
 * all happen that is due by then, and answers once every view shows it. Everything else is as `npm start`
 * has it.
 */
const { createServer: createHttpServer } = require('node:http');
const { join } = require('node:path');

const dist = (...path) => require(join(__dirname, '..', '..', '..', 'dist', ...path));
const { createLogger, openTierbook, readConfiguration } = dist('libs', 'platform', 'src');
const { loadOrCreateDevelopmentKeys } = dist('libs', 'identity', 'src');
const { PROJECTIONS } = dist('libs', 'read-models', 'src');
const { createServer } = dist('apps', 'api', 'src', 'server');
const { announceDevelopment, prepareDevelopment } = dist('apps', 'api', 'src', 'development');

const clock = { time: new Date(process.env.CLOCK_STARTS_AT), now: () => clock.time };

/** Until nothing happens any more. */
async function letDueHappen({ engines: { eventStore }, projector, scheduler }) {
  for (let last; ;) {
    const head = await eventStore.head();
    for (const { view } of PROJECTIONS) await projector.waitFor(view.name, head);
    if (head === last) return;
    last = head;
    await scheduler.tick();
  }
}

async function main() {
  const configuration = readConfiguration(process.env, { development: true });
  const keys = loadOrCreateDevelopmentKeys(configuration.dataDir);
  const logger = createLogger(configuration.logLevel);
  const tierbook = await openTierbook(configuration, keys, logger, fail, clock);
  const app = await createServer(tierbook, configuration, logger);
  const development = await prepareDevelopment(app, tierbook);
  await app.listen(configuration.port, configuration.host);
  createHttpServer((request, response) => {
    clock.time = new Date(decodeURIComponent(request.url.slice(1)));
    letDueHappen(tierbook).then(
      () => response.writeHead(204).end(),
      (error) => response.writeHead(500).end(String(error.stack)),
    );
  }).listen(Number(process.env.CLOCK_PORT), '127.0.0.1', () => {
    void app.getUrl().then((address) => announceDevelopment(development, configuration, address));
  });
}

function fail(error) {
  console.error(error);
  process.exit(1);
}

main().catch(fail);
