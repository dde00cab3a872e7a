import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { answerClientError } from './client-errors';

/** What is answered to this text, which is all that is sent, until the connection ends. */
async function answerTo(text: string): Promise<{ readonly head: string; readonly body: object }> {
  const server = createServer(
    { headersTimeout: 50, connectionsCheckingInterval: 10, maxHeaderSize: 1_024 },
    (_request, response) => response.end(),
  ).on('clientError', answerClientError);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.write(text);
  let answer = '';
  for await (const chunk of socket) answer += String(chunk);
  server.close();
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  return { head, body: JSON.parse(body) as object };
}

describe('what never becomes a request', () => {
  it.each([
    ['too slow', 'GET / HTTP/1.1\r\nHost: here', 408, 'request-timeout'],
    ['too large', `GET / HTTP/1.1\r\nX: ${'x'.repeat(2_000)}\r\n\r\n`, 431, 'headers-too-large'],
    ['no HTTP', 'HELLO\r\n\r\n', 400, 'request-malformed'],
  ])('%s is answered as a problem', async (_name, text, status, code) => {
    const { head, body } = await answerTo(text);
    expect(head).toContain(`HTTP/1.1 ${String(status)} `);
    expect(head).toContain('Content-Type: application/problem+json');
    expect(body).toMatchObject({ status, code, type: `urn:tierbook:problem:${code}` });
  });
});
