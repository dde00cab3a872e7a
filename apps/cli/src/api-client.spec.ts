import { describe, expect, it } from '@jest/globals';
import { CommandFailedError } from './errors';
import { ApiClient, RefusedError, waitBefore, type ApiRequest } from './api-client';

const REQUEST: ApiRequest = {
  method: 'POST',
  path: '/v1/offers',
  token: 'a token',
  key: 'a key',
  body: { name: 'An offer' },
};

type Answer = Response | Error;

const problem = (status: number, code: string, headers: Record<string, string> = {}) =>
  new Response(
    JSON.stringify({
      code,
      detail: 'Do this.',
      errors: [{ pointer: '/name', detail: 'is taken' }],
    }),
    { status, headers },
  );

/** A client whose service gives these answers in turn, and what it was sent and how long it waited. */
function clientOf(...answers: Answer[]) {
  const sent: { url: string; init: RequestInit | undefined }[] = [];
  const waits: number[] = [];
  const client = new ApiClient({
    baseUrl: 'http://service',
    fetch: (url, init) => {
      sent.push({ url: url instanceof Request ? url.url : url.toString(), init });
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      return answer instanceof Error || answer === undefined
        ? Promise.reject(answer ?? new Error('no answer'))
        : Promise.resolve(answer.clone());
    },
    wait: (milliseconds) => {
      waits.push(milliseconds);
      return Promise.resolve();
    },
  });
  return { client, sent, waits };
}

describe('ApiClient', () => {
  it('sends token, key and body, and answers the body', async () => {
    const { client, sent } = clientOf(new Response('{"position":"p"}', { status: 201 }));
    expect(await client.send(REQUEST)).toEqual({ position: 'p' });
    expect(sent).toMatchObject([
      {
        url: 'http://service/v1/offers',
        init: {
          method: 'POST',
          headers: { authorization: 'Bearer a token', 'idempotency-key': 'a key' },
          body: '{"name":"An offer"}',
        },
      },
    ]);
  });

  it.each([
    ['429', problem(429, 'too-many-requests', { 'retry-after': '2' })],
    ['503', problem(503, 'outcome-unknown', { 'retry-after': '2' })],
    ['500', problem(500, 'internal-error')],
    ['409 write-contention', problem(409, 'write-contention')],
    ['no connection', new TypeError('fetch failed', { cause: new Error('ECONNRESET') })],
  ])('repeats the very same command after %s', async (_, answer) => {
    const { client, sent, waits } = clientOf(answer, new Response('{}', { status: 201 }));
    await client.send(REQUEST);
    expect(sent).toHaveLength(2);
    expect(waits).toHaveLength(1);
    expect(sent[1]?.init).toMatchObject({ headers: { 'idempotency-key': 'a key' } });
  });

  it('waits as long as it is asked to', async () => {
    const asked = problem(503, 'store-unavailable', { 'retry-after': '7' });
    const { client, waits } = clientOf(asked, new Response('{}'));
    await client.send(REQUEST);
    expect(waits[0]).toBeGreaterThanOrEqual(7_000);
    expect(waits[0]).toBeLessThan(7_200);
  });

  it('says which rule refused, and why, and does not repeat', async () => {
    const { client, sent } = clientOf(problem(409, 'domain-taken'));
    const refusal: unknown = await client.send(REQUEST).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(RefusedError);
    expect(refusal).toMatchObject({
      status: 409,
      code: 'domain-taken',
      message: 'POST /v1/offers was refused: domain-taken. Do this. /name: is taken',
    });
    expect(sent).toHaveLength(1);
  });

  it('gives up in the end, and says what was in the way', async () => {
    const { client, sent } = clientOf(new TypeError('fetch failed', { cause: new Error('gone') }));
    const failure: unknown = await client.send(REQUEST).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(CommandFailedError);
    expect(String(failure)).toContain('(gone)');
    expect(sent).toHaveLength(10);
  });
});

describe('waitBefore', () => {
  it('grows with the attempts, up to five seconds', () => {
    expect(waitBefore(1, null)).toBeLessThanOrEqual(100);
    expect(waitBefore(9, null)).toBeGreaterThanOrEqual(2_500);
    expect(waitBefore(9, null)).toBeLessThanOrEqual(5_000);
  });

  it('takes a date, and no more than a minute', () => {
    expect(waitBefore(1, new Date(Date.now() - 5_000).toUTCString())).toBeLessThanOrEqual(100);
    expect(waitBefore(1, '86400')).toBeLessThanOrEqual(60_100);
    expect(waitBefore(1, 'soon')).toBeLessThanOrEqual(100);
  });
});
