import { PassThrough } from 'node:stream';
import { expect, it } from '@jest/globals';
import type { FastifyReply } from 'fastify';
import type { Exchange } from '../http/request';
import type { EventView } from './event-view';
import { streamEvents } from './server-sent-events';

it('reads nothing for a caller who had gone before the stream began', async () => {
  const raw = Object.assign(new PassThrough(), {
    writeHead: () => raw,
    flushHeaders: () => undefined,
  });
  const gone = new Promise((resolve) => raw.once('close', resolve));
  raw.destroy();
  await gone;
  const ended = new AbortController();
  const reply = { hijack: () => undefined, raw } as unknown as FastifyReply;
  const read: unknown[] = [];
  async function* untilAborted(): AsyncGenerator<EventView> {
    while (!ended.signal.aborted) {
      const event = { position: 'p', type: 't' } as unknown as EventView;
      read.push(event);
      yield await Promise.resolve(event);
    }
  }
  await streamEvents({ reply } as Exchange, ended, untilAborted(), () => Promise.resolve(true));
  expect(read).toEqual([]);
});
