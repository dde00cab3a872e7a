import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Answer } from './harness/api';
import { ApiDocument, expectDeclaredAnswers } from './harness/api-document';
import { startService, type Service } from './harness/service';
import { accepted, World, type Member, type ResellerMember } from './harness/world';

let service: Service;
let world: World;
let document: ApiDocument;
let provider: Member;
let reseller: ResellerMember;

beforeAll(async () => {
  service = await startService({ env: { LOG_LEVEL: 'debug' } });
  world = new World(service);
  document = await ApiDocument.of(service);
  provider = await world.provider();
  reseller = await world.partner(provider);
});

afterAll(() => {
  expectDeclaredAnswers(document, service.exchanges);
});

const refusal = ({ status, code }: Answer): [number, string] => [status, code];

/** A customer with personal texts that nobody else has, of which nothing runs any more. */
async function erasable() {
  const mark = world.unique('qzx');
  const account = {
    companyName: `Companhia ${mark} Ltda`,
    contactName: `Genoveva ${mark}`,
    email: `compras@${mark}.example`,
    address: { ...world.customerBody().address, line1: `Rua ${mark}, 4711` },
    resellerId: reseller.id,
  };
  const { id, path } = await world.subscribed(provider, {
    account,
    order: { name: `Filial ${mark}` },
  });
  accepted(await provider.api.put(`${path}/name`, { name: `Matriz ${mark}` }));
  const { position } = accepted(await provider.api.post(`${path}/suspension`));
  const found = await provider.api.get(`/v1/customers?companyName=${mark}`, { position });
  expect(found.items).toHaveLength(1);
  return { id, path, mark };
}

/** The places that hold the text, in any case, in UTF-8 or UTF-16. */
async function placesWith(text: string): Promise<readonly string[]> {
  const places = [...(await service.kept.bytes())].filter(([, bytes]) =>
    [text, text.toUpperCase()].some(
      (form) => bytes.includes(form) || bytes.includes(Buffer.from(form, 'utf16le')),
    ),
  );
  return places.map(([name]) => name);
}

/** Looks until no place holds it: what readers keep in a WAL goes a moment later. */
async function goneFromPlaces(text: string): Promise<void> {
  while ((await placesWith(text)).length > 0) await service.api().get('/health/live');
}

describe('an erased customer', () => {
  it('reads as erased, is found by nothing that it was, and is closed', async () => {
    const { id, path, mark } = await erasable();
    expect(await placesWith(mark)).not.toEqual([]);
    const answer = accepted(await provider.api.post(`/v1/customers/${id}/erasure`));
    const { position } = answer;
    const shown = await provider.api.get(`/v1/customers/${id}`, { position });
    expect(shown.body).toMatchObject({
      status: 'erased',
      companyName: null,
      email: null,
      contactName: null,
      phone: null,
      registrationNumber: null,
      address: null,
      delegations: [],
    });
    expect(shown.text).not.toContain(mark);
    expect((await provider.api.get(path, { position })).at('name')).toBeNull();
    expect((await provider.api.get(`/v1/customers?companyName=${mark}`)).items).toEqual([]);
    const erased = await provider.api.get('/v1/customers?status=erased');
    expect(erased.items).toHaveLength(1);
    const { events } = (await provider.api.get(`/v1/customers/${id}/events`)).body as {
      events: { type: string; personal?: unknown }[];
    };
    expect(events.filter(({ personal }) => personal !== undefined).length).toBeGreaterThan(1);
    for (const { personal = 'Erased' } of events) expect(personal).toBe('Erased');
    expect(events.at(-1)?.type).toBe('PersonalDataErased');
    expect(refusal(await reseller.api.get(`/v1/customers/${id}`))).toEqual([404, 'not-found']);
    const order = world.orderBody(await world.offer(provider));
    for (const [what, body] of [
      ['admin-credential', undefined],
      ['subscriptions', order],
    ] as const) {
      const refused = await provider.api.post(`/v1/customers/${id}/${what}`, body);
      expect(refusal(refused)).toEqual([409, 'customer-erased']);
    }
    await goneFromPlaces(mark);
    expect(service.logs()).not.toContain(mark);
  });

  it('keeps its domain taken', async () => {
    const body = world.customerBody();
    const { id } = accepted(await provider.api.post('/v1/customers', body));
    accepted(await provider.api.post(`/v1/customers/${id}/erasure`));
    const again = await provider.api.post('/v1/customers', { ...body, companyName: 'Outra' });
    expect(refusal(again)).toEqual([409, 'domain-taken']);
  });

  it('is erased once, by its provider, when nothing of it runs', async () => {
    const { id, path, answer } = await world.subscribed(provider);
    const running = await provider.api.post(`/v1/customers/${id}/erasure`);
    expect(refusal(running)).toEqual([409, 'customer-has-subscriptions']);
    expect(running.at('errors', 0, 'pointer')).toBe(
      `/subscriptions/${answer.string('subscriptions', 0, 'id')}`,
    );
    accepted(await provider.api.post(`${path}/suspension`));
    const stranger = await world.provider();
    expect((await stranger.api.post(`/v1/customers/${id}/erasure`)).status).toBe(404);
    const first = accepted(await provider.api.post(`/v1/customers/${id}/erasure`));
    const second = accepted(await provider.api.post(`/v1/customers/${id}/erasure`));
    expect([second.revision, second.position > first.position]).toEqual([first.revision, true]);
  });

  it('stays erased when it is read after a restart, and when views are built again', async () => {
    const { id, path, mark } = await erasable();
    const { position } = accepted(await provider.api.post(`/v1/customers/${id}/erasure`));
    await provider.api.get(`/v1/customers/${id}`, { position });
    await service.stop();
    expect(await placesWith(mark)).toEqual([]);
    await service.kept.dropViews();
    await service.start();
    const shown = await provider.api.get(`/v1/customers/${id}`, { position });
    expect(shown.body).toMatchObject({ status: 'erased', companyName: null, address: null });
    expect((await provider.api.get(path, { position })).at('name')).toBeNull();
    expect(await placesWith(mark)).toEqual([]);
  });

  it('is recorded at the next start where only its key was destroyed', async () => {
    const { id, mark } = await erasable();
    const other = await erasable();
    await service.kill();
    const keys = await service.kept.openKeys();
    await keys.destroy(`customer-${id}`, '2026-01-02T03:04:05.678Z');
    await keys.close();
    await service.start();
    const { events } = (await provider.api.get(`/v1/customers/${id}/events`)).body as {
      events: { type: string; position: string; actor: object }[];
    };
    const last = events.at(-1);
    expect(last?.type).toBe('PersonalDataErased');
    expect(last?.actor).toMatchObject({ kind: 'process', id: 'erasure' });
    const position = last?.position ?? '';
    const shown = await provider.api.get(`/v1/customers/${id}`, { position });
    expect(shown.at('status')).toBe('erased');
    await goneFromPlaces(mark);
    const untouched = await provider.api.get(`/v1/customers/${other.id}`, { position });
    expect(untouched.string('companyName')).toContain(other.mark);
  });
});
