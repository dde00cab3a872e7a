import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
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

const errorsOf = (answer: { at(...path: readonly string[]): unknown }) =>
  (answer.at('errors') ?? []) as readonly { pointer: string; detail: string; code?: string }[];

describe('a customer’s account', () => {
  it('shows its new profile, whom to bill, its reference and agreement: the last two to its provider only', async () => {
    const reseller = await world.partner(provider);
    const { id } = await world.customer(provider, { resellerId: reseller.id });
    const path = `/v1/customers/${id}`;
    const profile = world.profileBody();
    const billing = { ...world.customerBody(), companyName: 'Pagadora Ltda' };
    const reference = world.unique('CLI-Topázio-');
    accepted(await reseller.api.put(`${path}/profile`, { ...profile, culture: 'en-US' }));
    const { companyName, email, address, country, phone, registrationNumber } = billing;
    accepted(
      await provider.api.put(`${path}/billing-profile`, {
        ...{ companyName, email, address, country, phone, registrationNumber },
      }),
    );
    accepted(await provider.api.put(`${path}/reference`, { reference }));
    const { position } = accepted(
      await provider.api.post(`${path}/agreement`, world.agreementBody()),
    );
    const shown = await provider.api.get(path, { position });
    expect(shown.body).toMatchObject({
      companyName: profile.companyName,
      culture: 'en-US',
      billing: { companyName: 'Pagadora Ltda', country: 'BR' },
      reference,
      agreement: { version: '2026-01', agreedOn: '2026-01-15' },
      status: 'active',
      endedAt: null,
    });
    const asReseller = await reseller.api.get(path, { position });
    expect(asReseller.body).toMatchObject({ billing: null, reference: null, culture: 'en-US' });
    const found = await provider.api.get(
      `/v1/customers?reference=${encodeURIComponent(reference.toUpperCase())}`,
    );
    expect(found.items).toMatchObject([{ customerId: id }]);
    const refused = await reseller.api.put(`${path}/reference`, { reference: 'x' });
    expect([refused.status, refused.code]).toEqual([403, 'forbidden']);
  });

  it('keeps to the rules of its country, and is told all that it breaks', async () => {
    const { id } = await world.customer(provider);
    const profile = world.profileBody();
    const broken = await provider.api.put(`/v1/customers/${id}/profile`, {
      ...profile,
      registrationNumber: '11.222.333/0001-82',
      address: { line1: 'Rua A', city: 'Recife' },
    });
    expect(broken.status).toBe(409);
    expect(errorsOf(broken).map(({ pointer, code }) => [pointer, code])).toEqual([
      ['/registrationNumber', 'registration-number-invalid'],
      ['/address/state', 'state-required'],
      ['/address/postalCode', 'postal-code-required'],
    ]);
  });

  it('has a reference of its own, which another can have once it was given back', async () => {
    const [a, b] = [await world.customer(provider), await world.customer(provider)];
    const reference = world.unique('CLI-');
    const give = (id: string, text: string | null) =>
      provider.api.put(`/v1/customers/${id}/reference`, { reference: text });
    accepted(await give(a.id, reference));
    const taken = await give(b.id, reference.toLowerCase());
    expect([taken.status, taken.code]).toEqual([409, 'reference-taken']);
    accepted(await give(a.id, null));
    // The process manager gives it back: the command says when it has.
    for (;;) {
      const answer = await give(b.id, reference);
      if (answer.status === 200) break;
      expect(answer.code).toBe('reference-taken');
    }
  });

  it('orders nothing before the agreement that its provider requires', async () => {
    const strict = await world.provider();
    const offerId = await world.offer(strict);
    const { id } = await world.customer(strict);
    const requirement = `/v1/providers/${strict.id}/required-agreement`;
    const { position } = accepted(await strict.api.put(requirement, { version: '2026-01' }));
    const read = await strict.api.get(`/v1/providers/${strict.id}`, { position });
    expect(read.body).toMatchObject({ requiredAgreement: '2026-01' });
    const order = () =>
      strict.api.post(`/v1/customers/${id}/subscriptions`, world.orderBody(offerId));
    const refused = await order();
    expect([refused.status, refused.code]).toEqual([409, 'agreement-required']);
    expect(refused.string('detail')).toContain('version 2026-01');
    const tomorrow = new Date(Date.now() + 2 * 86_400_000).toISOString().slice(0, 10);
    const agreement = world.agreementBody();
    const early = await strict.api.post(`/v1/customers/${id}/agreement`, {
      ...agreement,
      agreedOn: tomorrow,
    });
    expect([early.status, early.code]).toEqual([409, 'agreement-date-in-future']);
    accepted(await strict.api.post(`/v1/customers/${id}/agreement`, agreement));
    accepted(await order());
  });

  it('is warned of, when a reseller is associated whom its subscriptions do not credit', async () => {
    const { id: resellerId } = await world.partner(provider);
    const { id, path } = await world.subscribed(provider);
    const associate = (options = {}) =>
      provider.api.put(`/v1/customers/${id}/reseller`, { resellerId }, options);
    const plan = await associate({ dryRun: true });
    expect(plan.at('warnings', 0, 'code')).toBe('subscriptions-uncredited');
    const done = accepted(await associate());
    expect(done.at('warnings')).toMatchObject([{ code: 'subscriptions-uncredited' }]);
    const report = '/v1/subscriptions?uncredited=true&limit=200';
    const { position } = done;
    const reported = async (at: { readonly position: string }) =>
      (await provider.api.get(report, at)).items.some((row) =>
        path.endsWith(String(row['subscriptionId'])),
      );
    expect(await reported({ position })).toBe(true);
    const credited = accepted(await provider.api.put(`${path}/reseller`, { resellerId }));
    expect(await reported(credited)).toBe(false);
    accepted(await provider.api.put(`/v1/customers/${id}/reseller`, { resellerId: null }));
    const again = accepted(await associate());
    expect(again.at('warnings')).toEqual([]);
  });

  it('has its reseller associated, changed and removed, and the administration of the account follows', async () => {
    const [first, second] = [await world.partner(provider), await world.partner(provider)];
    const { id, path } = await world.subscribed(provider, { order: { resellerId: first.id } });
    const account = `/v1/customers/${id}`;
    const choose = async (resellerId: string | null) =>
      accepted(await provider.api.put(`${account}/reseller`, { resellerId }));
    const shown = async (position: string) => (await provider.api.get(account, { position })).body;
    expect(await shown((await choose(first.id)).position)).toMatchObject({
      reseller: { resellerId: first.id },
      delegations: [{ resellerId: first.id }],
    });
    const moved = await choose(second.id);
    expect(await shown(moved.position)).toMatchObject({
      reseller: { resellerId: second.id },
      delegations: [{ resellerId: second.id }],
    });
    expect((await second.api.get(account, { position: moved.position })).status).toBe(200);
    // The record and the administration of the single subscription are not the account's.
    const kept = await first.api.get(account, { position: moved.position });
    expect(kept.body).toMatchObject({ reseller: null, subscriptions: [{ customerId: id }] });
    expect((await provider.api.get(path)).at('resellerOfRecord')).toMatchObject({
      resellerId: first.id,
    });
    const removed = await choose(null);
    expect(await shown(removed.position)).toMatchObject({ reseller: null, delegations: [] });
    expect((await second.api.get(account, { position: removed.position })).status).toBe(404);
    const unpartnered = await world.reseller();
    const refused = await provider.api.put(`${account}/reseller`, { resellerId: unpartnered.id });
    expect([refused.status, refused.code]).toEqual([409, 'partnership-not-active']);
  });

  it('ends once its subscriptions are suspended, each in the way named, and is reopened', async () => {
    const reseller = await world.partner(provider);
    const { id, sid, path } = await world.subscribed(provider, {
      account: { resellerId: reseller.id },
    });
    const account = `/v1/customers/${id}`;
    const refused = await provider.api.post(`${account}/end`);
    expect([refused.status, refused.code]).toEqual([409, 'customer-has-subscriptions']);
    expect(errorsOf(refused)).toMatchObject([{ pointer: `/subscriptions/${sid}` }]);
    expect(errorsOf(refused)[0]?.detail).toContain('is active: suspend or cancel it');
    accepted(await provider.api.post(`${path}/suspension`));
    const { position } = accepted(await provider.api.post(`${account}/end`, { reason: 'Fechou' }));
    expect((await provider.api.get(account, { position })).body).toMatchObject({
      status: 'ended',
      endReason: 'Fechou',
      reseller: null,
      delegations: [],
    });
    expect((await reseller.api.get(account, { position })).status).toBe(404);
    const late = await provider.api.post(`${path}/reactivation`);
    expect([late.status, late.code]).toEqual([409, 'customer-ended']);
    const { items } = await provider.api.get('/v1/customers?status=ended', { position });
    expect(items).toMatchObject([{ customerId: id }]);
    accepted(await provider.api.post(`${account}/reopening`));
    const again = await provider.api.post(`${account}/reopening`);
    expect([again.status, again.code]).toEqual([409, 'customer-not-ended']);
    accepted(await provider.api.post(`${path}/reactivation`));
  });
});
