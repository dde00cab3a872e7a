import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Answer, Api } from './harness/api';
import { ApiDocument, expectDeclaredAnswers } from './harness/api-document';
import { startService, type Service } from './harness/service';
import { accepted, World, type Member, type ResellerMember } from './harness/world';

interface ToldEvent {
  readonly id: string;
  readonly type: string;
  readonly command?: string;
  readonly recordedAt: string;
  readonly actor: Readonly<Record<string, string>>;
  readonly changes: readonly {
    readonly of: { readonly type: string; readonly id: string };
    readonly field: string;
    readonly from: unknown;
    readonly to: unknown;
  }[];
  readonly sentence: string;
}

let service: Service;
let world: World;
let document: ApiDocument;
let provider: Member;
let auditor: Api;
let reseller: ResellerMember;
let customerId: string;
let sid: string;
let history: string;

beforeAll(async () => {
  service = await startService();
  world = new World(service);
  document = await ApiDocument.of(service);
  provider = await world.provider();
  auditor = await world.as({ kind: 'provider', id: provider.id }, 'auditor');
  reseller = await world.partner(provider);
  const subscribed = await world.subscribed(provider, { account: { resellerId: reseller.id } });
  [customerId, sid] = [subscribed.id, subscribed.sid];
  history = `/v1/customers/${customerId}/events`;
  accepted(await provider.api.put(`${subscribed.path}/quantity`, { quantity: 20 }));
  accepted(await reseller.api.put(`${subscribed.path}/quantity`, { quantity: 25 }));
  accepted(await provider.api.put(`/v1/customers/${customerId}/profile`, world.profileBody()));
});

afterAll(() => {
  expectDeclaredAnswers(document, service.exchanges);
});

const eventsOf = (answer: Answer) => {
  if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`);
  return answer.at('events') as readonly ToldEvent[];
};
const read = async (query = '', path = history) => eventsOf(await auditor.get(`${path}${query}`));
const typesOf = (events: readonly ToldEvent[]) => events.map(({ type }) => type);

describe("a customer's history", () => {
  it('says who did what, when, on whose behalf, under which delegation, by which command', async () => {
    const events = await read();
    expect(events.map(({ type, command }) => [type, command])).toEqual([
      ['CustomerCreated', 'create-customer'],
      ['CustomerResellerChanged', 'create-customer'],
      ['DelegatedAdminGranted', 'create-customer'],
      ['AdminCredentialIssued', 'create-customer'],
      ['SubscriptionOrdered', 'create-customer'],
      ['SubscriptionQuantityChanged', 'change-quantity'],
      ['SubscriptionQuantityChanged', 'change-quantity'],
      ['CustomerProfileChanged', 'change-customer-profile'],
    ]);
    const delegation = events[2]?.changes[0]?.of.id;
    expect(events[6]?.actor).toEqual({
      kind: 'agent',
      id: 'e2e',
      organisation: reseller.id,
      onBehalfOf: customerId,
      delegation,
    });
    expect(events[6]?.changes).toEqual([
      { of: { type: 'subscription', id: sid }, field: 'quantity', from: 20, to: 25 },
    ]);
    expect(events[7]?.changes.map(({ field }) => field).sort()).toEqual([
      'companyName',
      'contactName',
      'email',
    ]);
    const company = events[7]?.changes.find(({ field }) => field === 'companyName');
    expect([company?.from, company?.to]).toEqual([
      expect.stringContaining('Padaria Ametista'),
      expect.stringContaining('Padaria Ametista'),
    ]);
    expect(company?.from).not.toBe(company?.to);
  });

  it('is told in the language asked for, or preferred, with the names of resellers', async () => {
    const name = (
      await world.operator.get(`/v1/resellers/${reseller.id}`, { position: await world.head() })
    ).string('name');
    const asked = await auditor.get(`${history}?language=pt-BR`);
    expect([asked.at('language'), asked.headers.get('content-language')]).toEqual([
      'pt-BR',
      'pt-BR',
    ]);
    expect(eventsOf(asked)[6]?.sentence).toMatch(
      new RegExp(
        `^O agente e2e do revendedor ${name} \\(em nome do cliente, pela delegação .*\\) alterou as licenças da assinatura .* de 20 para 25 `,
      ),
    );
    for (const [accept, language] of [
      ['pt-BR,pt;q=0.9,en;q=0.5', 'pt-BR'],
      ['pt-PT', 'pt-BR'],
      ['de, en;q=0.3, pt;q=0.7', 'pt-BR'],
      ['en-GB', 'en'],
      ['de', 'en'],
      ['rubbish;;q=x', 'en'],
    ] as const) {
      const answer = await auditor.get(history, { headers: { 'Accept-Language': accept } });
      expect([accept, answer.at('language')]).toEqual([accept, language]);
      expect(eventsOf(answer)[0]?.sentence).toMatch(
        language === 'en'
          ? /^Agent e2e of the provider created/
          : /^O agente e2e do provedor criou/,
      );
    }
  });

  it('is narrowed by time, actor, organisation, reseller, type and changed field', async () => {
    const all = await read();
    const at = all[6]?.recordedAt ?? '';
    for (const [query, count] of [
      [`?from=${at}`, all.filter(({ recordedAt }) => recordedAt >= at).length],
      [`?until=${at}`, all.filter(({ recordedAt }) => recordedAt < at).length],
      ['?actor=e2e', 8],
      ['?actor=nobody', 0],
      [`?organisation=${provider.id}`, 7],
      [`?organisation=${reseller.id}`, 1],
      [`?reseller=${reseller.id}`, 7],
      [`?reseller=${randomUUID()}`, 0],
      ['?type=SubscriptionOrdered&type=CustomerCreated', 2],
      ['?field=quantity', 3],
      ['?field=quantity&type=SubscriptionQuantityChanged', 2],
      ['?field=billing.email', 0],
    ] as const) {
      expect([query, (await read(query)).length]).toEqual([query, count]);
    }
  });

  it.each(['position', '-position'])('is paged both ways, sorted by %s', async (sort) => {
    const all = await read();
    const wanted = sort === 'position' ? all : all.toReversed();
    for (const limit of [1, 3, 8]) {
      const [first, ...rest] = await pagesOf(
        `${history}?sort=${sort}&limit=${limit}`,
        'nextCursor',
      );
      const pages = [first, ...rest].flatMap((page) => (page === undefined ? [] : [page]));
      expect(pages.flatMap(eventsOf)).toEqual(wanted);
      expect(first?.at('previousCursor')).toBeNull();
      const last = pages.at(-1)?.at('previousCursor');
      if (typeof last !== 'string') continue;
      const path = `${history}?sort=${sort}&limit=${limit}&cursor=${last}`;
      const back = (await pagesOf(path, 'previousCursor')).toReversed();
      const before = wanted.length - pages.slice(-1).flatMap(eventsOf).length;
      expect(back.flatMap(eventsOf)).toEqual(wanted.slice(0, before));
    }
  });

  it('has beside it what its organisation was refused, each on one page', async () => {
    const refused = [
      await provider.api.put(`/v1/customers/${customerId}/subscriptions/${sid}/quantity`, {
        quantity: 301,
      }),
      await provider.api.post(`/v1/customers/${customerId}/reopening`),
    ];
    const codes = refused.map(({ code }) => code);
    const logged = async () => (await auditor.get(`/v1/audit/refusals?target=${customerId}`)).items;
    while ((await logged()).length < 2);
    const pages = await pagesOf(`${history}?limit=3&refusals=true`, 'nextCursor');
    const listed = pages.flatMap((page) => page.at('refusals', 'items') as { code: string }[]);
    expect(listed.map(({ code }) => code).sort()).toEqual(codes.toSorted());
    expect((await auditor.get(history)).at('refusals')).toBeUndefined();
    const ofSubscription = await auditor.get(
      `/v1/customers/${customerId}/subscriptions/${sid}/events?refusals=true`,
    );
    expect(ofSubscription.at('refusals', 'items')).toHaveLength(1);
    // The reseller was refused nothing.
    const theirs = await reseller.api.get(`${history}?refusals=true`);
    expect(theirs.at('refusals')).toEqual({ items: [], more: false });
  });
});

/** The page at this path and those that its cursor leads to. */
async function pagesOf(path: string, cursor: 'nextCursor' | 'previousCursor', api = auditor) {
  const pages: Answer[] = [];
  for (let next: unknown = ''; typeof next === 'string';) {
    const base = next === '' ? path : path.replace(/&cursor=.*$/, '');
    const page = await api.get(next === '' ? base : `${base}&cursor=${next}`);
    pages.push(page);
    next = page.at(cursor);
  }
  return pages;
}

describe('every resource', () => {
  it('has a history of its own, and another tenant does not find it', async () => {
    const { requestId } = await world.invitation(provider);
    const offer = await world.offer(provider);
    accepted(await provider.api.post(`/v1/offers/${offer}/retirement`));
    const { id: serviceId } = await world.serviceAccount(provider);
    const delegation = (await read())[2]?.changes[0]?.of.id ?? '';
    const partnership = `${provider.id}.${reseller.id}`;
    const operator = world.operator;
    const histories: readonly (readonly [string, Api, readonly string[]])[] = [
      [
        `/v1/customers/${customerId}/subscriptions/${sid}`,
        auditor,
        ['SubscriptionOrdered', 'SubscriptionQuantityChanged', 'SubscriptionQuantityChanged'],
      ],
      [`/v1/customers/${customerId}/delegations/${delegation}`, auditor, ['DelegatedAdminGranted']],
      [`/v1/providers/${provider.id}`, auditor, ['ProviderCreated']],
      [`/v1/providers/${provider.id}`, operator, ['ProviderCreated']],
      [`/v1/resellers/${reseller.id}`, operator, ['ResellerApplied', 'ResellerApproved']],
      [`/v1/resellers/${reseller.id}`, reseller.api, ['ResellerApplied', 'ResellerApproved']],
      [`/v1/partnerships/${partnership}`, auditor, ['PartnershipAccepted']],
      [`/v1/partnerships/${partnership}`, reseller.api, ['PartnershipAccepted']],
      [`/v1/partnership-requests/${requestId}`, auditor, ['PartnershipRequested']],
      [`/v1/offers/${offer}`, auditor, ['OfferPublished', 'OfferRetired']],
      [`/v1/services/${serviceId}`, auditor, ['ServiceCreated']],
    ];
    const stranger = (await world.provider()).api;
    const idle = (await world.partner(provider)).api;
    for (const [path, api, types] of histories) {
      const events = eventsOf(await api.get(`${path}/events?refusals=true`));
      expect([path, typesOf(events)]).toEqual([path, types]);
      for (const { changes, sentence } of events) {
        expect(changes.length).toBeGreaterThan(0);
        expect(sentence).toMatch(/^(Agent|Operator|Tierbook) .*\.$/);
      }
      for (const other of [stranger, idle]) {
        expect([path, (await other.get(`${path}/events`)).status]).toEqual([path, 404]);
      }
    }
    const foreign = await world.subscribed(await world.provider());
    const mixed = `/v1/customers/${customerId}/subscriptions/${foreign.sid}/events`;
    expect((await auditor.get(mixed)).status).toBe(404);
    const notOne = `/v1/customers/${customerId}/delegations/${sid}/events`;
    expect((await auditor.get(notOne)).status).toBe(404);
  });
});

describe("today's rights", () => {
  it('decide: a former reseller reads nothing, a new one all, without its name', async () => {
    const [former, next] = [await world.partner(provider), await world.partner(provider)];
    const {
      id,
      sid: own,
      path,
    } = await world.subscribed(provider, {
      account: { resellerId: former.id },
    });
    accepted(await former.api.put(`${path}/quantity`, { quantity: 11 }));
    accepted(await provider.api.put(`/v1/customers/${id}/reseller`, { resellerId: next.id }));
    for (const thing of [`/v1/customers/${id}`, `/v1/customers/${id}/subscriptions/${own}`]) {
      expect((await former.api.get(`${thing}/events`)).status).toBe(404);
      const seen = await next.api.get(`${thing}/events?limit=200`);
      expect(eventsOf(seen).length).toBeGreaterThan(0);
      expect(seen.text).not.toContain(former.id);
      const name = (
        await world.operator.get(`/v1/resellers/${former.id}`, { position: await world.head() })
      ).string('name');
      expect(seen.text).not.toContain(name);
      expect(seen.text).toContain('another reseller');
    }
    const granted = eventsOf(await auditor.get(`/v1/customers/${id}/events`)).find(
      ({ type }) => type === 'DelegatedAdminGranted',
    );
    const delegation = granted?.changes[0]?.of.id ?? '';
    const formers = `/v1/customers/${id}/delegations/${delegation}/events`;
    expect((await next.api.get(formers)).status).toBe(404);
    expect(typesOf(await read('', formers))).toEqual([
      'DelegatedAdminGranted',
      'DelegatedAdminRevoked',
    ]);
    const listed = (query: string) => former.api.get(`/v1/events?limit=200${query}`);
    expect(eventsOf(await listed(`&customer=${id}`))).toEqual([]);
    expect((await listed('')).text).not.toContain(id);
  });

  it('show nothing that was erased, and say that it was', async () => {
    const customer = await world.subscribed(provider);
    const path = `/v1/customers/${customer.id}`;
    accepted(await provider.api.put(`${path}/profile`, world.profileBody()));
    accepted(await provider.api.put(`${customer.path}/name`, { name: 'Matriz Malaquita' }));
    const before = await auditor.get(`${path}/events`);
    expect(before.text).toContain('Matriz Malaquita');
    accepted(await provider.api.post(`${customer.path}/suspension`));
    accepted(await provider.api.post(`${path}/erasure`));
    const after = await auditor.get(`${path}/events?limit=200`);
    for (const text of ['Matriz Malaquita', 'Padaria Ametista', 'Teodolinda', 'Genoveva']) {
      expect([text, after.text.includes(text)]).toEqual([text, false]);
    }
    const events = eventsOf(after);
    const renamed = events.find(({ type }) => type === 'SubscriptionRenamed');
    expect(renamed?.changes).toEqual([
      expect.objectContaining({ field: 'name', from: 'Erased', to: 'Erased' }),
    ]);
    expect(renamed?.sentence).toContain('erased → erased');
    expect(events.at(-1)?.sentence).toContain("erased the customer's personal data");
  });
});

describe('a name', () => {
  it('is told to who may read the reseller, and to nobody else', async () => {
    const { requestId, token } = await world.invitation(provider);
    const decliner = await world.reseller();
    accepted(await decliner.api.post('/v1/partnership-declines', { token }));
    const name = (
      await world.operator.get(`/v1/resellers/${decliner.id}`, { position: await world.head() })
    ).string('name');
    const answer = await auditor.get(`/v1/partnership-requests/${requestId}/events`);
    expect(eventsOf(answer).at(-1)?.sentence).toContain(decliner.id);
    expect(answer.text).not.toContain(name);
    const own = await decliner.api.get(`/v1/resellers/${decliner.id}/events`);
    expect(own.text).toContain(name);
  });
});

describe('GET /v1/events', () => {
  it('tells the same of all that the caller may see, narrowed and paged both ways', async () => {
    const alone = await world.provider();
    const first = await world.subscribed(alone);
    const second = await world.subscribed(alone);
    accepted(await alone.api.put(`${first.path}/quantity`, { quantity: 12 }));
    const all = eventsOf(await alone.api.get('/v1/events?limit=200'));
    const newest = await alone.api.get('/v1/events?limit=200&sort=-position');
    expect(eventsOf(newest)).toEqual(all.toReversed());
    expect(newest.at('nextPosition')).toBeNull();
    for (const sort of ['position', '-position']) {
      const path = `/v1/events?sort=${sort}&limit=4`;
      const pages = await pagesOf(path, 'nextCursor', alone.api);
      const wanted = sort === 'position' ? all : all.toReversed();
      expect(pages.flatMap(eventsOf)).toEqual(wanted);
      const cursor = String(pages.at(-1)?.at('previousCursor'));
      const back = await pagesOf(`${path}&cursor=${cursor}`, 'previousCursor', alone.api);
      expect([...back.toReversed(), ...pages.slice(-1)].flatMap(eventsOf)).toEqual(wanted);
    }
    const filtered = async (query: string) =>
      eventsOf(await alone.api.get(`/v1/events?limit=200&${query}`)).map(({ id }) => id);
    const own = eventsOf(await alone.api.get(`/v1/customers/${second.id}/events`));
    expect(await filtered(`customer=${second.id}`)).toEqual(own.map(({ id }) => id));
    expect(await filtered('field=quantity')).toHaveLength(3);
    expect(await filtered('type=OfferPublished')).toHaveLength(2);
    expect(await filtered(`customer=${customerId}`)).toEqual([]);
  });

  it('goes on by position where others went before', async () => {
    const page = await auditor.get('/v1/events?limit=3');
    const next = await auditor.get(`/v1/events?limit=3&after=${page.string('nextPosition')}`);
    const byCursor = await auditor.get(`/v1/events?limit=3&cursor=${page.string('nextCursor')}`);
    expect(eventsOf(next)).toEqual(eventsOf(byCursor));
  });
});

describe('what cannot be answered', () => {
  it('is refused with a code of its own', async () => {
    const cursor = (await auditor.get(`${history}?limit=1`)).string('nextCursor');
    const forged = `${cursor.slice(0, -2)}${cursor.endsWith('AA') ? 'BB' : 'AA'}`;
    const at = '2026-01-31T10:00:00Z';
    for (const [query, code] of [
      ['type=Nothing', 'event-type-unknown'],
      ['type=CustomerCreated&type=toString', 'event-type-unknown'],
      ['field=password', 'changed-field-unknown'],
      ['field=constructor', 'changed-field-unknown'],
      ['language=tlh', 'language-unknown'],
      ['language=', 'language-unknown'],
      [`from=${at}&until=${at}`, 'time-span-empty'],
      [`from=2027-01-01T00:00:00Z&until=${at}`, 'time-span-empty'],
      ['from=yesterday', 'field-invalid'],
      ['limit=0', 'field-invalid'],
      ['limit=1000000000', 'field-invalid'],
      ['sort=sideways', 'field-invalid'],
      ['actor=a%20b', 'field-invalid'],
      ['reseller=x', 'field-invalid'],
      ['organisation=x', 'field-invalid'],
      [`organisation=${customerId}x`, 'field-invalid'],
      ['refusals=perhaps', 'field-invalid'],
      ['surprise=1', 'field-unknown'],
      ['cursor=x', 'cursor-invalid'],
      [`cursor=${forged}`, 'cursor-invalid'],
      [`cursor=${cursor}&actor=e2e`, 'cursor-invalid'],
      [`cursor=${cursor}&sort=-position`, 'cursor-invalid'],
    ] as const) {
      const answer = await auditor.get(`${history}?${query}`);
      expect([query, answer.status, answer.code]).toEqual([query, 400, code]);
    }
    const elsewhere = await auditor.get(`/v1/events?cursor=${cursor}`);
    expect(elsewhere.code).toBe('cursor-invalid');
    const both = await auditor.get(`/v1/events?sort=-position&after=${await world.head()}`);
    expect([both.status, both.code]).toEqual([400, 'query-invalid']);
    // Another's cursor of the same history.
    const theirs = await reseller.api.get(`${history}?limit=1&cursor=${cursor}`);
    expect(theirs.code).toBe('cursor-invalid');
  });
});
