import { randomUUID } from 'node:crypto';
import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiDocument, expectDeclaredAnswers } from './harness/api-document';
import { freePort, ROOT, startService, type Service } from './harness/service';
import { accepted, World, type Member, type ResellerMember } from './harness/world';

/* What rights come to when time passes within a request, or goes backwards. The test sets the clock. */

let service: Service;
let world: World;
let document: ApiDocument;
let clockUrl: string;
let provider: Member;
let reseller: ResellerMember;

beforeAll(async () => {
  const port = await freePort();
  clockUrl = `http://127.0.0.1:${port}`;
  service = await startService({
    script: join(ROOT, 'test', 'e2e', 'harness', 'clocked-service.cjs'),
    env: { CLOCK_PORT: String(port), CLOCK_STARTS_AT: '2031-03-01T12:00:00.000Z' },
  });
  world = new World(service);
  document = await ApiDocument.of(service);
  provider = await world.provider();
  reseller = await world.partner(provider);
});

afterAll(() => {
  expectDeclaredAnswers(document, service.exchanges);
});

/** Sets the clock; all that is due by then has happened, and shows, when this returns. */
async function on(time: string): Promise<void> {
  const answer = await fetch(`${clockUrl}/${encodeURIComponent(time)}`, { method: 'POST' });
  expect({ status: answer.status, said: await answer.text() }).toEqual({ status: 204, said: '' });
}

/** A customer's subscription that the reseller administers until then, by that delegation alone. */
async function delegatedUntil(
  end: string,
): Promise<{ readonly id: string; readonly path: string }> {
  const { id, path, answer } = await world.subscribed(provider, {
    account: { resellerId: reseller.id },
  });
  const { position } = answer;
  const held = await provider.api.get(`/v1/customers/${id}/delegations`, { position });
  const delegation = `/v1/customers/${id}/delegations/${held.string('items', 0, 'delegationId')}`;
  accepted(await provider.api.post(`${delegation}/revocation`));
  const rights = ['read-customer', 'manage-subscriptions'];
  const grant = { resellerId: reseller.id, rights, end, reason: 'x' };
  accepted(await provider.api.post(`/v1/customers/${id}/delegations`, grant));
  accepted(await reseller.api.put(`${path}/quantity`, { quantity: 11 }));
  return { id, path };
}

/** Sends the head of a command and the beginning of its body. */
function begun(token: string, path: string, beginning: string): ClientRequest {
  const sent = httpRequest(`${service.baseUrl}${path}`, {
    method: 'PUT',
    headers: {
      Authorization: `Bearer ${token}`,
      'Content-Type': 'application/json',
      'Idempotency-Key': randomUUID(),
    },
  });
  sent.write(beginning);
  return sent;
}

async function ended(sent: ClientRequest, rest: string) {
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    sent.once('response', resolve).once('error', reject);
  });
  sent.end(rest);
  const response = await answered;
  return { status: response.statusCode, body: (await json(response)) as { code?: string } };
}

describe('a delegation that ends while a request is sent', () => {
  it('lets nothing be done any more, although the caller was let in', async () => {
    const { id, path } = await delegatedUntil('2031-03-01T13:00:00.000Z');
    const token = await service.sign({
      kind: 'agent',
      id: 'slow',
      organisation: { kind: 'reseller', id: reseller.id },
      role: 'admin-agent',
    });
    const [late, early] = [0, 1].map(() => begun(token, `${path}/quantity`, '{"quan'));
    if (late === undefined || early === undefined) throw new Error('Nothing was sent.');
    expect(await ended(early, 'tity":12}')).toMatchObject({ status: 200 });
    await on('2031-03-01T13:00:00.000Z');
    const answer = await ended(late, 'tity":13}');
    expect([answer.status, answer.body.code]).toEqual([404, 'not-found']);
    const shown = await provider.api.get(path, { position: await world.head() });
    expect(shown.at('quantity')).toBe(12);
    expect((await reseller.api.get(`/v1/customers/${id}`)).status).toBe(404);
    expect(service.logs()).not.toContain(token);
  });
});

describe('a clock that goes backwards', () => {
  it('gives no right back that has ended, recorded or not, and lets events keep their order', async () => {
    await on('2031-03-02T12:00:00.000Z');
    const { id, path } = await delegatedUntil('2031-03-02T13:00:00.000Z');
    await on('2031-03-02T14:00:00.000Z');
    const { position } = accepted(await provider.api.put(`${path}/quantity`, { quantity: 20 }));
    const refused = async () => {
      for (const read of [`/v1/customers/${id}`, path, `/v1/customers/${id}/events`]) {
        expect([read, (await reseller.api.get(read)).code]).toEqual([read, 'not-found']);
      }
      const sent = await reseller.api.put(`${path}/quantity`, { quantity: 21 });
      expect([sent.status, sent.code]).toEqual([404, 'not-found']);
      const dry = await reseller.api.put(`${path}/quantity`, { quantity: 21 }, { dryRun: true });
      expect(dry.status).toBe(404);
    };
    await refused();
    await on('2031-03-02T12:30:00.000Z');
    await refused();
    const after = accepted(await provider.api.put(`${path}/quantity`, { quantity: 22 }));
    expect(after.position > position).toBe(true);
    const { events } = (await provider.api.get(`/v1/customers/${id}/events?limit=200`)).body as {
      events: { occurredAt: string; recordedAt: string }[];
    };
    const recorded = events.map(({ recordedAt }) => recordedAt);
    expect(recorded).toEqual([...recorded].sort());
    await refused();
  });

  it('lets no secret work again that was replaced', async () => {
    await on('2031-03-03T12:00:00.000Z');
    const { id, clientId, clientSecret } = await world.serviceAccount(provider);
    const token = async () => {
      const answer = await service.api().send('POST', '/v1/token', {
        headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({
          grant_type: 'client_credentials',
          client_id: clientId,
          client_secret: clientSecret,
        }).toString(),
      });
      return answer.status;
    };
    accepted(await provider.api.post(`/v1/services/${id}/secret`, { overlapHours: 1 }));
    await on('2031-03-03T12:59:59.000Z');
    expect(await token()).toBe(200);
    await on('2031-03-03T13:00:00.000Z');
    expect(await token()).toBe(401);
    await on('2031-03-03T12:30:00.000Z');
    expect(await token()).toBe(401);
  });
});

describe('an erased customer', () => {
  it('has what falls due pass quietly: terms and delegations', async () => {
    await on('2031-04-01T12:00:00.000Z');
    const mark = world.unique('qzx');
    const { id, path } = await world.subscribed(provider, {
      account: { companyName: `Companhia ${mark}`, resellerId: reseller.id },
      order: { term: 'P1M', autoRenew: true, name: `Filial ${mark}` },
    });
    const end = '2031-05-15T12:00:00.000Z';
    const rights = ['read-customer'];
    const held = await provider.api.get(`/v1/customers/${id}/delegations`, {
      position: await world.head(),
    });
    const delegation = `/v1/customers/${id}/delegations/${held.string('items', 0, 'delegationId')}`;
    accepted(await provider.api.post(`${delegation}/revocation`));
    const grant = { resellerId: reseller.id, rights, end, reason: `Contrato de ${mark}` };
    accepted(await provider.api.post(`/v1/customers/${id}/delegations`, grant));
    accepted(await provider.api.post(`${path}/suspension`));
    accepted(await provider.api.post(`/v1/customers/${id}/erasure`));
    const before = await provider.api.get(`/v1/customers/${id}/events?limit=200`);
    const logged = service.logs().length;
    for (const time of ['2031-05-01T12:00:00.000Z', end, '2031-06-01T12:00:00.000Z'])
      await on(time);
    const since = service.logs().slice(logged);
    expect(since).not.toMatch(/waking what is due failed|reaction failed|unforeseen error/);
    expect(since).not.toContain(mark);
    const after = await provider.api.get(`/v1/customers/${id}/events?limit=200`);
    expect(after.text).not.toContain(mark);
    const then = before.at('events') as readonly unknown[];
    expect((after.at('events') as readonly unknown[]).slice(0, then.length)).toEqual(then);
    const position = await world.head();
    const shown = await provider.api.get(`/v1/customers/${id}`, { position });
    expect(shown.body).toMatchObject({ status: 'erased', companyName: null, delegations: [] });
    const subscription = await provider.api.get(path, { position });
    expect(subscription.at('name')).toBeNull();
    expect(['suspended', 'expired', 'cancelled']).toContain(subscription.at('status'));
  });
});
