import { createServer, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { StoreFullError, StoreUnavailableError } from '@tierbook/eventing';
import type { Configuration, Logger } from '@tierbook/platform';
import { PROBLEMS, problemDetails, ProblemError } from './http/problems';

const RETRY_MS = 1_000;
const RETRY_AFTER_SECONDS = '1';

/**
 * Opens what answers requests, as soon as its stores are there. A store on another machine may be away, or full,
 * when this process starts: until then requests are answered 503, and health says what is waited for.
 *
 * @throws what `open` throws, but StoreUnavailableError and StoreFullError, which are waited out.
 */
export async function openWhenThere<T>(
  open: () => Promise<T>,
  configuration: Configuration,
  logger: Logger,
): Promise<T> {
  const room = new WaitingRoom();
  await room.listen(configuration);
  try {
    for (;;) {
      try {
        return await open();
      } catch (error) {
        if (!passes(error)) throw error;
        room.reason = error.message;
        logger.warn({ reason: error.message }, 'waiting for a store');
        await pause(RETRY_MS);
      }
    }
  } finally {
    await room.close();
  }
}

function passes(error: unknown): error is Error {
  return error instanceof StoreUnavailableError || error instanceof StoreFullError;
}

/** Answers for a service that is not open yet. */
class WaitingRoom {
  reason = 'The stores are being opened.';
  readonly #server: Server = createServer((request, response) => {
    request.resume();
    this.#answer(request.url ?? '/', response);
  });

  async listen({ port, host }: Configuration): Promise<void> {
    this.#server.listen(port, host);
    await once(this.#server, 'listening');
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  #answer(url: string, response: ServerResponse): void {
    response.setHeader('Connection', 'close').setHeader('Cache-Control', 'no-store');
    const path = url.split('?')[0];
    if (path === '/health/live') {
      send(response, 200, 'application/json', { status: 'ok' });
    } else if (path === '/health/ready') {
      const log = { status: 'down', message: this.reason };
      send(response, 503, 'application/json', { status: 'error', error: { log } });
    } else {
      const problem = new ProblemError('store-unavailable', this.reason);
      const correlationId = crypto.randomUUID();
      response.setHeader('Retry-After', RETRY_AFTER_SECONDS);
      const { status } = PROBLEMS[problem.code];
      send(
        response,
        status,
        'application/problem+json; charset=utf-8',
        problemDetails(problem, { path: path ?? '/', correlationId }),
      );
    }
  }
}

function send(response: ServerResponse, status: number, type: string, body: object): void {
  response.writeHead(status, { 'Content-Type': type }).end(JSON.stringify(body));
}
