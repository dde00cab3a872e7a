import type { NestFastifyApplication } from '@nestjs/platform-fastify';

/** How long requests under way may take to end. Less than the 10 s after which containers are killed. */
const LONGEST_DRAIN_MS = 7_000;
const SWEEP_MS = 50;

/**
 * Stops accepting and returns once the requests under way are answered. Connections that fall idle are
 * closed as they do; who has not sent a whole request in 7 s is cut off.
 */
export async function drain(app: NestFastifyApplication): Promise<void> {
  const server = app.getHttpServer();
  // Closing a server closes those idle at that moment only, and checks no time-outs any more.
  const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
  const cutOff = setTimeout(() => server.closeAllConnections(), LONGEST_DRAIN_MS);
  try {
    await app.close();
  } finally {
    clearInterval(sweep);
    clearTimeout(cutOff);
  }
}
