'use strict';

/*
 * Preloaded into the service: notes in ROUTES_FILE, one `METHOD path` a line, each route that its server comes
 * to serve, whoever registered it.
 */
const { appendFileSync } = require('node:fs');
const { isMainThread } = require('node:worker_threads');

if (isMainThread) {
  const { FastifyAdapter } = require('@nestjs/platform-fastify');
  const { getInstance } = FastifyAdapter.prototype;
  const noted = new WeakSet();
  FastifyAdapter.prototype.getInstance = function noting() {
    const fastify = getInstance.call(this);
    if (noted.has(fastify)) return fastify;
    noted.add(fastify);
    fastify.addHook('onRoute', ({ method, url }) => {
      const lines = [method].flat().map((each) => `${each} ${url}\n`);
      appendFileSync(process.env.ROUTES_FILE, lines.join(''));
    });
    return fastify;
  };
}
