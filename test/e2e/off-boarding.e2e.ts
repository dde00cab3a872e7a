import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Answer } from './harness/api';
import { ApiDocument, expectDeclaredAnswers } from './harness/api-document';
import { startService, type Service } from './harness/service';
import { accepted, World, type Member, type ResellerMember } from './harness/world';

const CUSTOMERS = 4;

let service: Service;
let world: World;
let document: ApiDocument;

beforeAll(async () => {
  service = await startService();
  world = new World(service);
  document = await ApiDocument.of(service);
});

afterAll(() => {
  expectDeclaredAnswers(document, service.exchanges);
});

/** Customers whose account, subscription, credit and support are the reseller's. */
async function served(provider: Member, reseller: ResellerMember) {
  const customers = [];
  for (let index = 0; index < CUSTOMERS; index += 1) {
    const { id, sid, path } = await world.subscribed(provider, {
      account: { resellerId: reseller.id },
      order: { resellerId: reseller.id },
    });
    accepted(await provider.api.put(`${path}/support-contact`, { resellerId: reseller.id }));
    customers.push({ id, sid, path });
  }
  return customers;
}

const ALL = {
  customers: CUSTOMERS,
  associations: CUSTOMERS,
  delegations: 2 * CUSTOMERS,
  supportContacts: CUSTOMERS,
  records: CUSTOMERS,
};
const NOTHING = { customers: 0, associations: 0, delegations: 0, supportContacts: 0, records: 0 };

/** The off-boarding once it is completed, and nothing is left in the views either. */
async function completed(provider: Member, path: string): Promise<Answer> {
  for (;;) {
    const answer = await provider.api.get(`${path}/off-boarding`);
    const left = answer.at('left', 'customers');
    if (answer.at('status') === 'completed' && left === 0) return answer;
    expect(['running', 'completed']).toContain(answer.at('status'));
  }
}

describe('ending a partnership', () => {
  it('is previewed, clears everything away, and shows how far it is', async () => {
    const provider = await world.provider();
    const reseller = await world.partner(provider);
    const customers = await served(provider, reseller);
    const path = `/v1/partnerships/${provider.id}.${reseller.id}`;
    const position = await world.head();
    const before = await provider.api.get(`${path}/off-boarding?limit=1`, { position });
    expect(before.body).toMatchObject({ status: 'not-started', planned: null, left: ALL });
    expect(before.at('customers', 'items')).toHaveLength(1);

    const preview = await provider.api.post(`${path}/end`, {}, { dryRun: true });
    expect(preview.at('offBoarding', 'left')).toEqual(ALL);
    const touched = preview.at('offBoarding', 'customers', 'items') as readonly object[];
    const [first] = customers;
    expect(touched).toHaveLength(CUSTOMERS);
    expect(touched).toContainEqual(
      expect.objectContaining({
        customerId: first?.id,
        associated: true,
        supportContacts: [first?.sid],
        records: [first?.sid],
      }),
    );

    accepted(await provider.api.post(`${path}/end`, { reason: 'Fim' }));
    const done = await completed(provider, path);
    expect(done.body).toMatchObject({ planned: ALL, done: ALL, left: NOTHING });
    const head = await world.head();
    for (const { id, path: subscription } of customers) {
      const customer = await provider.api.get(`/v1/customers/${id}`, { position: head });
      expect(customer.body).toMatchObject({ reseller: null, delegations: [] });
      const shown = await provider.api.get(subscription, { position: head });
      expect(shown.body).toMatchObject({
        resellerOfRecord: null,
        supportContact: { kind: 'provider' },
        delegations: [],
      });
      expect((await reseller.api.get(`/v1/customers/${id}`)).status).toBe(404);
    }
    const again = await provider.api.post(`${path}/end`, {}, { dryRun: true });
    expect(again.body).toMatchObject({ plan: { outcome: 'refused' }, offBoarding: null });
    const stranger = await world.provider();
    expect((await stranger.api.get(`${path}/off-boarding`)).status).toBe(404);
  });

  it('hands over to a successor with credit until a day, also when the service is killed on the way', async () => {
    const provider = await world.provider();
    const [reseller, successor] = [await world.partner(provider), await world.partner(provider)];
    const customers = await served(provider, reseller);
    const path = `/v1/partnerships/${provider.id}.${reseller.id}`;
    const creditUntil = new Date(Date.now() + 10 * 86_400_000).toISOString().slice(0, 10);
    const refusals = [
      [{ successorId: reseller.id }, 'successor-not-another'],
      [{ successorId: (await world.reseller()).id }, 'partnership-not-active'],
      [{ creditUntil: '2020-01-01' }, 'credit-end-out-of-range'],
    ] as const;
    for (const [body, code] of refusals) {
      const refused = await provider.api.post(`${path}/end`, body);
      expect([refused.status, refused.code]).toEqual([409, code]);
    }
    const own = await reseller.api.post(`${path}/end`, { successorId: successor.id });
    expect([own.status, own.code]).toEqual([403, 'forbidden']);

    accepted(await provider.api.post(`${path}/end`, { successorId: successor.id, creditUntil }));
    await service.kill();
    await service.start();
    const done = await completed(provider, path);
    expect(done.body).toMatchObject({ successorId: successor.id, creditUntil, done: ALL });
    const head = await world.head();
    for (const { id, path: subscription } of customers) {
      const customer = await provider.api.get(`/v1/customers/${id}`, { position: head });
      expect(customer.body).toMatchObject({
        reseller: { resellerId: successor.id },
        delegations: [{ resellerId: successor.id }],
      });
      const credits = await provider.api.get(`${subscription}/credits`);
      const intervals = credits.at('intervals') as readonly {
        from: string;
        to: string;
        reseller: { resellerId: string };
      }[];
      expect(intervals.map(({ reseller: { resellerId } }) => resellerId)).toEqual([
        reseller.id,
        successor.id,
      ]);
      expect([intervals[0]?.to, intervals[1]?.from]).toEqual([creditUntil, creditUntil]);
    }
    expect((await successor.api.get('/v1/customers', { position: head })).items).toHaveLength(
      CUSTOMERS,
    );
  });
});
