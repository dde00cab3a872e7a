import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Answer } from './harness/api';
import { ApiDocument, expectDeclaredAnswers } from './harness/api-document';
import { startService, type Service } from './harness/service';
import { accepted, World, type Member } from './harness/world';

let service: Service;
let world: World;
let document: ApiDocument;
let provider: Member;

beforeAll(async () => {
  service = await startService();
  world = new World(service);
  document = await ApiDocument.of(service);
  provider = await world.provider();
});

afterAll(() => {
  expectDeclaredAnswers(document, service.exchanges);
});

const DRY_RUN = { dryRun: true };
const held = (plan: Answer) => ({ headers: { 'If-Plan': plan.string('plan', 'id') } });

describe('the plan of an order', () => {
  it('says what would happen and how many seats are left, and is applied while nothing moved', async () => {
    const { id } = await world.customer(provider);
    const path = `/v1/customers/${id}/subscriptions`;
    const body = world.orderBody(await world.offer(provider));
    const key = 'order-1';
    const plan = await provider.api.post(path, body, { ...DRY_RUN, key });
    expect(plan.status).toBe(200);
    const sid = plan.string('plan', 'resource', 'id');
    expect(plan.at('plan')).toMatchObject({
      outcome: 'accepted',
      position: null,
      events: [{ type: 'SubscriptionOrdered', data: { subscriptionId: sid, quantity: 10 } }],
      refusals: [],
      seats: [{ subscriptionId: sid, quantity: 10, maximum: 300, left: 290 }],
    });
    // With the plan's key, what it named comes to be.
    const done = accepted(await provider.api.post(path, body, { ...held(plan), key }));
    expect(done.id).toBe(sid);
    const repeated = await provider.api.post(path, body, { ...DRY_RUN, key });
    expect(repeated.at('plan')).toMatchObject({
      outcome: 'repeated',
      id: null,
      position: done.position,
      events: [],
    });
  });

  it.each<[string, (made: Ordered) => string]>([
    ['the customer', ({ cid }) => `/v1/customers/${cid}/admin-credential`],
    ['the offer', ({ oid }) => `/v1/offers/${oid}/retirement`],
    ['the partnership', ({ pid }) => `/v1/partnerships/${pid}/end`],
  ])('is refused once %s has moved', async (_what, move) => {
    const reseller = await world.reseller();
    const pid = await world.partnership(provider, reseller);
    const { id: cid } = await world.customer(provider);
    const oid = await world.offer(provider);
    const path = `/v1/customers/${cid}/subscriptions`;
    const body = { ...world.orderBody(oid), resellerId: reseller.id };
    const plan = await provider.api.post(path, body, DRY_RUN);
    accepted(await provider.api.post(move({ cid, oid, pid })));
    if (move({ cid, oid, pid }).endsWith('/end')) await world.offBoarded(provider, pid);
    const head = await world.head();
    const late = await provider.api.post(path, body, held(plan));
    expect([late.status, late.code]).toEqual([412, 'plan-stale']);
    expect(late.string('detail')).toMatch(/-[0-9a-f-]{36}.* is at revision \d+; it was planned on/);
    expect(await world.head(head)).toBe(head);
  });
});

interface Ordered {
  readonly cid: string;
  readonly oid: string;
  readonly pid: string;
}

describe('a plan', () => {
  it('is of one command of one organisation, and cannot be made up', async () => {
    const { path } = await world.subscribed(provider);
    const plan = await provider.api.put(`${path}/quantity`, { quantity: 20 }, DRY_RUN);
    const other = await provider.api.put(`${path}/quantity`, { quantity: 21 }, held(plan));
    expect([other.status, other.code]).toEqual([412, 'plan-of-another-command']);
    const id = plan.string('plan', 'id');
    for (const forged of [`x${id}`, id.slice(0, -1), `${id}, ${id}`, 'null', '']) {
      const headers = { 'If-Plan': forged };
      const answer = await provider.api.put(`${path}/quantity`, { quantity: 20 }, { headers });
      expect([forged, answer.status, answer.code]).toEqual([forged, 412, 'plan-unknown']);
    }
    const { api } = await world.provider();
    const offer = world.offerBody();
    const theirs = await api.post('/v1/offers', offer, DRY_RUN);
    const answer = await provider.api.post('/v1/offers', offer, held(theirs));
    expect([answer.status, answer.code]).toEqual([412, 'plan-unknown']);
    accepted(await provider.api.put(`${path}/quantity`, { quantity: 20 }, held(plan)));
  });

  it('tells every rule that would refuse the command, as its problem would', async () => {
    const body = {
      ...world.customerBody(),
      registrationNumber: '11.222.333/0001-80',
      subscriptions: [
        { ...world.orderBody(await world.offer(provider)), quantity: 301, term: 'P3Y' },
      ],
    };
    const plan = await provider.api.post('/v1/customers', body, DRY_RUN);
    expect([plan.status, plan.at('plan', 'outcome'), plan.at('plan', 'id')]).toEqual([
      200,
      'refused',
      null,
    ]);
    const refusals = plan.at('plan', 'refusals') as Readonly<Record<string, unknown>>[];
    expect(refusals.map(({ code, status }) => [code, status])).toEqual([
      ['registration-number-invalid', 409],
      ['quantity-out-of-range', 409],
      ['term-unavailable', 409],
    ]);
    const problem = await provider.api.post('/v1/customers', body);
    expect([problem.status, problem.code]).toEqual([409, 'registration-number-invalid']);
    expect(problem.at('detail')).toBe(refusals[0]?.['detail']);
    expect(problem.at('errors')).toEqual(refusals.flatMap(({ errors }) => errors));
  });

  it('shows no secret, and nothing personal', async () => {
    const body = world.customerBody();
    const plan = await provider.api.post('/v1/customers', body, DRY_RUN);
    expect(plan.text).not.toContain('password');
    expect(plan.text).not.toContain(body.companyName);
    const { id } = accepted(await provider.api.post('/v1/customers', body, held(plan)));
    const credential = await provider.api.post(
      `/v1/customers/${id}/admin-credential`,
      undefined,
      DRY_RUN,
    );
    expect(credential.at('plan', 'outcome')).toBe('accepted');
    expect(credential.text).not.toContain('password');
    const invited = await provider.api.post(
      '/v1/partnership-requests',
      { email: 'a@b.example' },
      DRY_RUN,
    );
    expect(invited.text).not.toContain('accept#');
  });
});
