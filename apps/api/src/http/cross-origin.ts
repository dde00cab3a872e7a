import type { NestFastifyApplication } from '@nestjs/platform-fastify';

/** How long browsers remember what they were allowed, in seconds. */
const REMEMBERED_SECONDS = 600;

/**
 * Lets pages of these origins call the API (Fetch, CORS protocol), and no others; tokens are sent by the
 * pages' scripts, never as cookies. Where there are none, nothing is added to any answer.
 */
export function allowOrigins(app: NestFastifyApplication, origins: readonly string[]): void {
  if (origins.length === 0) return;
  app.enableCors({
    origin: [...origins],
    credentials: false,
    methods: ['GET', 'POST', 'PUT'],
    allowedHeaders: [
      'Authorization',
      'Content-Type',
      'Correlation-Id',
      'Idempotency-Key',
      'If-Match',
      'Last-Event-ID',
      'Tierbook-Position',
      'traceparent',
    ],
    exposedHeaders: ['ETag', 'Location', 'Retry-After', 'Tierbook-Position'],
    maxAge: REMEMBERED_SECONDS,
  });
}
