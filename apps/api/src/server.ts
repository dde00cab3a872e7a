import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { NestLogger, type Configuration, type Logger, type Tierbook } from '@tierbook/platform';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiModule } from './api.module';
import { authenticateCallers } from './http/bearer';
import { answerClientError } from './http/client-errors';
import { allowOrigins } from './http/cross-origin';
import { RefusalNotes } from './http/refusal-notes';
import { RequestLimits } from './http/request-limits';
import { secureAnswers } from './http/security-headers';
import { readBodies } from './http/bodies';
import { logRequests } from './http/log-requests';
import { sayParked } from './http/say-parked';
import { answerProblem, ProblemFilter } from './http/problem.filter';
import { RouteMethods } from './http/route-methods';
import { validationPipe } from './http/validation';
import { serveApiDocument } from './openapi';
import { Metrics } from './operations/metrics';

const LARGEST_BODY_BYTES = 100 * 1024;
/** Of a request, its address included. */
const LARGEST_HEADERS_BYTES = 16 * 1024;
/** Time to send a request whole, and the headers of it. Node takes the longer of the two for the whole. */
const REQUEST_TIMEOUT_MS = 30_000;
const HEADERS_TIMEOUT_MS = 15_000;
/** How often Node looks for requests beyond these times: by default, every 30 s only. */
const TIMEOUT_CHECK_MS = 2_000;
/** Silence after which a connection is closed; longer than a feed's heartbeat. */
const CONNECTION_TIMEOUT_MS = 60_000;

/** Builds the HTTP server of an opened service, ready to listen. */
export async function createServer(
  tierbook: Tierbook,
  configuration: Configuration,
  logger: Logger,
): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit: LARGEST_BODY_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    http: {
      maxHeaderSize: LARGEST_HEADERS_BYTES,
      headersTimeout: HEADERS_TIMEOUT_MS,
      connectionsCheckingInterval: TIMEOUT_CHECK_MS,
    },
    forceCloseConnections: 'idle',
    // What still comes on open connections is served; its answer closes the connection.
    return503OnClosing: false,
    trustProxy: [...configuration.trustedProxies],
    // As long as Node lets a request line be: what is no id is not found, however long it is.
    routerOptions: { maxParamLength: LARGEST_HEADERS_BYTES },
    logger: false,
    clientErrorHandler: answerClientError,
    // What fails before there is a route, such as an address that is not well encoded.
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => {
      answerProblem(error, request, reply, logger);
    },
  });
  const metrics = new Metrics();
  const limits = new RequestLimits(configuration.rateLimits);
  const app = await NestFactory.create<NestFastifyApplication>(
    ApiModule.of(tierbook, configuration, logger, metrics, limits),
    adapter,
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest declares its plain options as a class.
    { logger: new NestLogger(logger), abortOnError: false, bodyParser: false },
  );
  const fastify = adapter.getInstance();
  secureAnswers(fastify);
  limits.holdAddresses(fastify);
  authenticateCallers(fastify, tierbook.accessTokens, limits, tierbook.serviceAccounts);
  const routes = new RouteMethods();
  routes.observe(fastify);
  readBodies(fastify);
  logRequests(fastify, logger);
  sayParked(fastify, tierbook);
  metrics.observe(fastify);
  metrics.observeViews(tierbook);
  allowOrigins(app, configuration.corsOrigins);
  app.useGlobalFilters(new ProblemFilter(logger, app.get(RefusalNotes), routes));
  app.useGlobalPipes(validationPipe());
  serveApiDocument(app);
  await app.init();
  return app;
}
