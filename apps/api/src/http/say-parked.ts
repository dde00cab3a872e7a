import type { Tierbook } from '@tierbook/platform';
import type { FastifyInstance } from 'fastify';

/** Names the views of which an answer shows a document that stands still before an event. */
export const PARKED_HEADER = 'Tierbook-Parked';

/** Says in a header when an answer was made of documents that stand still. Costs nothing while none does. */
export function sayParked(fastify: FastifyInstance, { projector, parkedReads }: Tierbook): void {
  fastify.addHook('onRequest', ({ headers }, _reply, done) => {
    // Who waits for a position may find parked at its end what was not when it began.
    const mayWait = headers['tierbook-position'] !== undefined;
    if (mayWait || projector.hasParked) parkedReads.during(done);
    else done();
  });
  fastify.addHook('onSend', (_request, reply, payload, done) => {
    const views = projector.hasParked ? parkedReads.views() : [];
    if (views.length > 0) void reply.header(PARKED_HEADER, views.join(', '));
    done(null, payload);
  });
}
