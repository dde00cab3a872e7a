import { once } from 'node:events';
import type { Exchange } from '../http/request';
import type { EventView } from './event-view';

/** Keeps proxies and idle time-outs from taking a silent feed for a dead one. */
const HEARTBEAT_MS = 15_000;
/** How soon a stream ends whose caller is no longer one. */
const CHECK_EVERY_MS = 1_000;

/** Whether the caller asks for Server-Sent Events. */
export function wantsServerSentEvents({ request }: Exchange): boolean {
  return request.headers.accept?.includes('text/event-stream') ?? false;
}

/**
 * Streams events (WHATWG HTML, 9.2): `id` is the position, for Last-Event-ID. A slow reader holds the
 * reading of the log back: nothing is buffered for it beyond its socket. It ends, within a second, when
 * `holds` says that its token no longer holds; no event is sent after that.
 */
export async function streamEvents(
  { reply }: Exchange,
  ended: AbortController,
  events: AsyncIterable<EventView>,
  holds: () => Promise<boolean>,
): Promise<void> {
  reply.hijack();
  const { raw } = reply;
  raw.writeHead(200, {
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-store',
    'X-Accel-Buffering': 'no',
  });
  // Else they wait for the first event, and with them a reader who wants to know that it is connected.
  raw.flushHeaders();
  raw.once('close', () => {
    ended.abort();
  });
  // Who went before the answer began is told of no more.
  if (raw.destroyed) ended.abort();
  const heartbeat = setInterval(() => raw.write(': alive\n\n'), HEARTBEAT_MS);
  const check = setInterval(() => {
    void holds().then((still) => {
      if (!still) ended.abort();
    });
  }, CHECK_EVERY_MS);
  try {
    for await (const event of events) {
      if (!(await holds())) break;
      const text = `id: ${event.position}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
      if (!raw.write(text)) await once(raw, 'drain', { signal: ended.signal });
    }
  } catch (error) {
    // The reader has gone: there is nobody left to tell.
    if (!ended.signal.aborted) throw error;
  } finally {
    clearInterval(heartbeat);
    clearInterval(check);
    raw.end();
  }
}
