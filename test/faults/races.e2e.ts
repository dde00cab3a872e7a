import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Service, startService } from '../e2e/harness/service';
import {
  type Answer,
  Client,
  type Command,
  command,
  customer,
  order,
  subscribed,
  type Subscribed,
} from './harness/client';
import { flawsOf, readLog } from './harness/oracle';

let service: Service;
let client: Client;
let known: Subscribed;

beforeAll(async () => {
  service = await startService();
  client = new Client(service, 50);
  known = await subscribed(client);
});

afterAll(async () => {
  await client.close();
});

async function eventsOf({ correlationId }: Command): Promise<readonly string[]> {
  const log = await readLog(service.dataDir);
  expect(flawsOf(log)).toEqual([]);
  const ours = log.filter(({ metadata }) => metadata.correlationId === correlationId);
  return ours.map(({ type }) => type);
}

function statusesOf(answers: readonly Answer[]): Record<string, number> {
  const groups = Map.groupBy(answers, ({ status, body }) =>
    [status, ...(body.code === undefined ? [] : [body.code])].join(' '),
  );
  return Object.fromEntries([...groups].map(([status, found]) => [status, found.length]));
}

describe('200 callers on one ETag', () => {
  it('are one that wins and 199 that are told so', async () => {
    const { etag } = (await client.read(known.subscription)).headers;
    const sent = Array.from({ length: 200 }, (_, n) =>
      command('PUT', `${known.subscription}/quantity`, { quantity: 11 + n }, String(etag)),
    );
    const answers = await Promise.all(sent.map((each) => client.send(each)));

    expect(statusesOf(answers)).toEqual({ '200': 1, '412 stale-if-match': 199 });
    const winner = answers.findIndex(({ status }) => status === 200);
    const position = answers[winner]?.body.position ?? '';
    const events = await Promise.all(sent.slice(winner, winner + 1).map(eventsOf));
    expect(events).toEqual([['SubscriptionQuantityChanged']]);
    const seen = await client.read(known.subscription, { position });
    expect([seen.body.quantity, seen.headers['etag']]).toEqual([
      11 + winner,
      answers[winner]?.headers['etag'],
    ]);
  });
});

describe('one key 50 times at once', () => {
  it.each([
    ['an order', () => command('POST', `${known.customer}/subscriptions`, order(known.offerId))],
    ['a quantity', () => command('PUT', `${known.subscription}/quantity`, { quantity: 250 })],
  ])('is %s once', async (_, make) => {
    const sent = make();
    const answers = await Promise.all(Array.from({ length: 50 }, () => client.send(sent)));

    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(answers.every(({ status }) => status === 200 || status === 201)).toBe(true);
    expect(await eventsOf(sent)).toHaveLength(1);
  });

  it('is a customer once, whose password is shown once', async () => {
    const sent = customer('cinquenta', [order(known.offerId), order(known.offerId)]);
    const answers = await Promise.all(Array.from({ length: 50 }, () => client.send(sent)));

    expect(statusesOf(answers)).toEqual({ '201': 50 });
    expect(new Set(answers.map(({ body }) => body.resource?.id)).size).toBe(1);
    const passwords = answers.filter(({ body }) => body.adminCredential?.password !== undefined);
    expect(passwords).toHaveLength(1);
    const events = await eventsOf(sent);
    expect(events.filter((type) => type === 'CustomerCreated')).toHaveLength(1);
    expect(events.filter((type) => type === 'SubscriptionOrdered')).toHaveLength(2);
  });

  it('with two bodies is one of them, and 422 for the other', async () => {
    const first = command('POST', `${known.customer}/subscriptions`, order(known.offerId, 5));
    const second = { ...first, body: order(known.offerId, 6) };
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) => client.send(n % 2 === 0 ? first : second)),
    );
    expect(statusesOf(answers)).toEqual({ '201': 25, '422 idempotency-key-reused': 25 });
    expect(await eventsOf(first)).toEqual(['SubscriptionOrdered']);
  });

  it('with two domains is one customer, and 422 for the other', async () => {
    const first = customer('primeiro');
    const second = { ...customer('segundo'), key: first.key, correlationId: first.correlationId };
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) => client.send(n % 2 === 0 ? first : second)),
    );
    expect(statusesOf(answers)).toEqual({ '201': 25, '422 idempotency-key-reused': 25 });
    const events = await eventsOf(first);
    expect(events.filter((type) => type === 'CustomerCreated')).toHaveLength(1);
  });
});

describe('50 callers that want one domain', () => {
  it('are one that gets it and 49 that are told so', async () => {
    const sent = Array.from({ length: 50 }, () => customer('disputado'));
    const answers = await Promise.all(sent.map((each) => client.send(each)));
    expect(statusesOf(answers)).toEqual({ '201': 1, '409 domain-taken': 49 });
  });
});
