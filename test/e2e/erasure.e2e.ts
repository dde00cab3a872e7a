import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Answer } from './harness/api';
import { runTierbook } from './harness/command-line';
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
  await noteEverywhere(id, mark);
  const { position } = accepted(await provider.api.post(`${path}/suspension`));
  const found = await provider.api.get(`/v1/customers?companyName=${mark}`, { position });
  expect(found.items).toHaveLength(1);
  return { id, path, mark };
}

/** Writes the mark wherever a caller may write a text about the customer. */
async function noteEverywhere(id: string, mark: string): Promise<void> {
  const at = `/v1/customers/${id}`;
  const { email, address, country, phone, registrationNumber } = world.customerBody();
  const payer = {
    companyName: `Pagadora ${mark}`,
    email,
    country,
    address,
    phone,
    registrationNumber,
  };
  accepted(await provider.api.put(`${at}/billing-profile`, payer));
  accepted(await provider.api.put(`${at}/reference`, { reference: `CLI-${mark}` }));
  const agreement = { ...world.agreementBody(), signatory: `Florisbela ${mark}` };
  accepted(await provider.api.post(`${at}/agreement`, agreement));
  const position = await world.head();
  const held = await provider.api.get(`${at}/delegations`, { position });
  const delegation = `${at}/delegations/${held.string('items', 0, 'delegationId')}`;
  const revocation = { reason: `A pedido de ${mark}` };
  accepted(await provider.api.post(`${delegation}/revocation`, revocation));
  const rights = ['read-customer'];
  const grant = { resellerId: reseller.id, rights, reason: `Contrato de ${mark}` };
  accepted(await provider.api.post(`${at}/delegations`, grant));
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
      reference: null,
      billing: { companyName: null, address: null, email: null, phone: null },
      agreement: { signatory: null, email: null },
    });
    expect(shown.text).not.toContain(mark);
    const delegations = await provider.api.get(`/v1/customers/${id}/delegations`, { position });
    expect(delegations.items.length).toBeGreaterThan(1);
    for (const { reason } of delegations.items) expect(reason).toBeNull();
    expect(delegations.text).not.toContain(mark);
    const byReference = await provider.api.get(`/v1/customers?reference=CLI-${mark}`);
    expect(byReference.items).toEqual([]);
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

  it('whose relation had ended keeps no reason of that, and shows it to nobody', async () => {
    const { id, path, mark } = await erasable();
    const at = `/v1/customers/${id}`;
    accepted(await provider.api.post(`${at}/end`, { reason: `Fechou, diz ${mark}` }));
    const { position } = accepted(await provider.api.post(`${at}/erasure`));
    for (const read of [at, path, `${at}/events`, `${at}/subscriptions`, `${path}/credits`]) {
      const answer = await provider.api.get(read, { position });
      expect([read, answer.status, answer.text.includes(mark)]).toEqual([read, 200, false]);
    }
    await goneFromPlaces(mark);
  });

  it('takes part in the end of its reseller’s partnership as before, without who it was', async () => {
    const [partner, { mark }] = [await world.partner(provider), { mark: world.unique('qzx') }];
    const { id, path } = await world.subscribed(provider, {
      account: { companyName: `Companhia ${mark}`, resellerId: partner.id },
      order: { resellerId: partner.id, name: `Filial ${mark}` },
    });
    accepted(await provider.api.put(`${path}/support-contact`, { resellerId: partner.id }));
    accepted(await provider.api.post(`${path}/suspension`));
    accepted(await provider.api.post(`/v1/customers/${id}/erasure`));
    const partnership = `${provider.id}.${partner.id}`;
    accepted(await provider.api.post(`/v1/partnerships/${partnership}/end`));
    await world.offBoarded(provider, partnership);
    const position = await world.head();
    const shown = await provider.api.get(`/v1/customers/${id}`, { position });
    expect(shown.body).toMatchObject({ status: 'erased', companyName: null, delegations: [] });
    const subscription = await provider.api.get(path, { position });
    expect(subscription.body).toMatchObject({ name: null, supportContact: { kind: 'provider' } });
    await goneFromPlaces(mark);
    expect(service.logs()).not.toContain('reaction failed');
  });

  it('reads as erased in whatever the command line prints and builds', async () => {
    const { id, mark } = await erasable();
    const other = await erasable();
    const { position } = accepted(await provider.api.post(`/v1/customers/${id}/erasure`));
    await provider.api.get(`/v1/customers/${id}`, { position });
    const { dataDir } = service;
    const read = await runTierbook(
      ...([
        dataDir,
        'events',
        'read',
        '--personal',
        '--json',
        '--stream',
        `customer-${id}`,
      ] as const),
    );
    expect({ code: read.code, err: read.err }).toEqual({ code: 0, err: '' });
    expect(read.out).toContain('"personal":"(erased)"');
    expect(read.out).not.toContain(mark);
    const still = await runTierbook(
      ...([dataDir, 'events', 'read', '--personal', '--stream', `customer-${other.id}`] as const),
    );
    expect(still.out).toContain(other.mark);

    expect((await runTierbook(dataDir, 'projections', 'rebuild', 'customers')).code).toBe(0);
    const to = join(dataDir, 'replayed');
    expect((await runTierbook(dataDir, 'replay', '--to', to)).code).toBe(0);
    expect((await runTierbook(dataDir, 'views', 'verify')).code).toBe(0);
    await goneFromPlaces(mark);
    expect(readFileSync(join(to, 'views.db')).includes(other.mark)).toBe(true);
    rmSync(to, { recursive: true });
    const shown = await provider.api.get(`/v1/customers/${id}`, { position });
    expect(shown.body).toMatchObject({ status: 'erased', companyName: null });
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
