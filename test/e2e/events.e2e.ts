import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiDocument, expectDeclaredAnswers } from './harness/api-document';
import { EventStream, type FeedEvent } from './harness/event-stream';
import { startService, type Service } from './harness/service';
import { until } from './harness/until';
import { accepted, World, type Member } from './harness/world';

let service: Service;
let world: World;
let document: ApiDocument;
let provider: Member;
let customerId: string;

beforeAll(async () => {
  service = await startService();
  world = new World(service);
  document = await ApiDocument.of(service);
  provider = await world.provider();
  const reseller = await world.partner(provider);
  const { id, path } = await world.subscribed(provider, { account: { resellerId: reseller.id } });
  customerId = id;
  accepted(await provider.api.put(`${path}/quantity`, { quantity: 20 }));
  accepted(await provider.api.put(`${path}/support-contact`, { resellerId: reseller.id }));
  // Another tenant's, in between.
  await world.subscribed(await world.provider());
  accepted(await provider.api.put(`${path}/quantity`, { quantity: 30 }));
});

afterAll(() => {
  expectDeclaredAnswers(document, service.exchanges);
});

async function allEvents(limit: number, after?: string): Promise<readonly FeedEvent[]> {
  const events: FeedEvent[] = [];
  for (let position = after; ;) {
    const from = position === undefined ? '' : `&after=${position}`;
    const page = await provider.api.get(`/v1/events?limit=${limit}${from}`);
    const found = page.at('events') as FeedEvent[];
    expect(found.length).toBeLessThanOrEqual(limit);
    events.push(...found);
    if (page.at('caughtUp') === true) return events;
    position = page.string('nextPosition');
  }
}

describe('GET /v1/events', () => {
  it('shows the tenant all of its events in order, and nobody else’s, whatever the page', async () => {
    const all = await allEvents(200);
    expect(all.map(({ type }) => type)).toEqual([
      'ProviderCreated',
      'PartnershipRequested',
      'PartnershipRequestAccepted',
      'PartnershipAccepted',
      'OfferPublished',
      'CustomerCreated',
      'CustomerResellerChanged',
      'DelegatedAdminGranted',
      'AdminCredentialIssued',
      'SubscriptionOrdered',
      'SubscriptionQuantityChanged',
      'SupportContactDesignated',
      'SubscriptionQuantityChanged',
    ]);
    const positions = all.map(({ position }) => position);
    expect(positions).toEqual([...new Set(positions)].sort());
    for (const limit of [1, 2, 7]) expect(await allEvents(limit)).toEqual(all);
    const created = all.find(({ type }) => type === 'CustomerCreated');
    expect(created?.personal?.['companyName']).toContain('Padaria Ametista');
  });

  it('names the one request that each event came of, as its log line does, beside what correlates them', async () => {
    const caller = await world.provider();
    const correlationId = randomUUID();
    const headers = { 'Correlation-Id': correlationId };
    for (let order = 1; order <= 2; order += 1) {
      accepted(await caller.api.post('/v1/offers', world.offerBody(), { headers }));
    }
    const page = await caller.api.get('/v1/events');
    const published = (page.at('events') as FeedEvent[]).filter(
      ({ type }) => type === 'OfferPublished',
    );
    expect(published.map((event) => event.correlationId)).toEqual([correlationId, correlationId]);
    const requests = published.map(({ causationId }) => causationId);
    expect(new Set([...requests, correlationId]).size).toBe(3);
    const isLogged = (requestId: string) => service.logs().includes(`"requestId":"${requestId}"`);
    // A request is logged once it has been answered.
    await until('their log lines', () => requests.every(isLogged) || undefined);
  });

  it('goes on after a position', async () => {
    const all = await allEvents(200);
    for (const [index, { position }] of all.entries()) {
      expect(await allEvents(3, position)).toEqual(all.slice(index + 1));
    }
  });

  it('refuses a position of another log, beyond the end, or that is none', async () => {
    const [log = ''] = (await world.head()).split('-');
    for (const [after, code] of [
      [`${'f'.repeat(16)}-${'0'.repeat(20)}`, 'position-unknown'],
      [`${log}-${'9'.repeat(20)}`, 'position-unknown'],
      ['0', 'position-invalid'],
      ['', 'position-invalid'],
    ] as const) {
      const answer = await provider.api.get(`/v1/events?after=${after}`);
      expect([after, answer.status, answer.code]).toEqual([after, 400, code]);
    }
    const resumed = await provider.api.get('/v1/events', { headers: { 'Last-Event-ID': 'x' } });
    expect([resumed.status, resumed.code]).toEqual([400, 'position-invalid']);
  });

  it('is for who may audit', async () => {
    for (const role of ['sales-agent', 'helpdesk-agent', 'reporter'] as const) {
      const api = await world.as({ kind: 'provider', id: provider.id }, role);
      expect((await api.get('/v1/events')).code).toBe('forbidden');
      expect((await api.get(`/v1/customers/${customerId}/events`)).code).toBe('forbidden');
    }
    const auditor = await world.as({ kind: 'provider', id: provider.id }, 'auditor');
    expect((await auditor.get('/v1/events')).status).toBe(200);
  });
});

describe('GET /v1/events as Server-Sent Events', () => {
  const token = () =>
    service.sign({
      kind: 'agent',
      id: 'feed',
      organisation: { kind: 'provider', id: provider.id },
      role: 'auditor',
    });

  it('delivers what is there, then what comes, and resumes after the last that was read', async () => {
    const all = await allEvents(200);
    const stream = await EventStream.open(service.baseUrl, await token());
    expect(stream.contentType).toContain('text/event-stream');
    // Told beside each is what it changed; the stream is of the events themselves.
    expect(all).toMatchObject(await stream.take(all.length));
    const live = stream.take(2);
    const customer = await world.customer(provider);
    await world.customer(await world.provider());
    expect((await live).map(({ type }) => type)).toEqual([
      'CustomerCreated',
      'AdminCredentialIssued',
    ]);
    expect((await live)[1]?.position).toBe(customer.position);
    stream.close();

    const resumed = await EventStream.open(
      service.baseUrl,
      await token(),
      `?after=${all[0]?.position ?? ''}`,
      {
        'Last-Event-ID': all.at(-1)?.position ?? '',
      },
    );
    expect(await resumed.take(2)).toEqual(await live);
    await world.offer(provider);
    expect((await resumed.take(1))[0]?.type).toBe('OfferPublished');
    resumed.close();
  });

  it('is refused as a problem, not as a stream, to who may not', async () => {
    const reporter = await world.as({ kind: 'provider', id: provider.id }, 'reporter');
    const headers = { Accept: 'text/event-stream' };
    const answer = await reporter.get('/v1/events', { headers });
    expect([answer.status, answer.code]).toEqual([403, 'forbidden']);
  });

  it('ends when the service stops, which it does not hold up', async () => {
    const stream = await EventStream.open(
      service.baseUrl,
      await token(),
      `?after=${await world.head()}`,
    );
    const ended = stream.ended();
    expect(await service.stop()).toEqual({ code: 0, signal: null });
    await ended;
    await service.start();
  });
});

describe("GET a customer's events", () => {
  it('shows them from the first on, page by page', async () => {
    const path = `/v1/customers/${customerId}/events`;
    const whole = await provider.api.get(path);
    const events = whole.at('events') as FeedEvent[];
    expect(events).toHaveLength(8);
    expect(events.map(({ revision }) => revision)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect([whole.at('nextCursor'), whole.at('previousCursor')]).toEqual([null, null]);
    const paged: FeedEvent[] = [];
    for (let after = ''; ;) {
      const page = await provider.api.get(`${path}?limit=3${after}`);
      paged.push(...(page.at('events') as FeedEvent[]));
      const next = page.at('nextCursor');
      if (typeof next !== 'string') break;
      after = `&cursor=${next}`;
    }
    expect(paged).toEqual(events);
  });

  it('are its provider’s only', async () => {
    const path = `/v1/customers/${customerId}/events`;
    expect((await (await world.provider()).api.get(path)).status).toBe(404);
  });
});
