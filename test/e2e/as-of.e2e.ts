import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { random } from '@tierbook/eventing/testing';
import { seedOfRun } from '../faults/harness/random';
import { AnswerSchemas } from './harness/answer-schemas';
import type { Answer, Api } from './harness/api';
import { ApiDocument, expectDeclaredAnswers } from './harness/api-document';
import { LOG_IS_A_FILE } from './harness/engines';
import { startService, type Service } from './harness/service';
import { accepted, World, type Member, type ResellerMember } from './harness/world';

let service: Service;
let world: World;
let document: ApiDocument;
let schemas: AnswerSchemas;

beforeAll(async () => {
  service = await startService();
  world = new World(service);
  document = await ApiDocument.of(service);
  schemas = new AnswerSchemas((await service.api().get('/docs-json')).body);
});

afterAll(() => {
  const asked = service.exchanges.filter(({ path }) => path.includes('asOf='));
  expectDeclaredAnswers(document, asked);
  const wrong = asked.flatMap((exchange) => {
    const operation = document.operationOf(exchange.method, exchange.path);
    return operation === undefined ? [] : schemas.faultsOfAnswer(operation, exchange);
  });
  expect([...new Set(wrong)]).toEqual([]);
});

const refusal = ({ status, body }: Answer) => [status, body['code']];

/** What a read answers, as far as it does not depend on when it is asked. */
const shown = (answer: Answer) => [answer.status, answer.headers.get('etag'), answer.body];

function asOf(api: Api, path: string, moment: string): Promise<Answer> {
  return api.get(`${path}${path.includes('?') ? '&' : '?'}asOf=${encodeURIComponent(moment)}`);
}

/** Reads of now, at the position that was the log's last then. */
interface Seen {
  readonly position: string;
  readonly answers: ReadonlyMap<string, Answer>;
}

async function seenNow(api: Api, paths: readonly string[], position: string): Promise<Seen> {
  const answers = new Map<string, Answer>();
  for (const path of paths) answers.set(path, await api.get(path, { position }));
  return { position, answers };
}

/** Another profile of a reseller. */
function profileOf({ partnerId }: ResellerMember) {
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- these stay
  const { partnerId: id, country, ...profile } = world.resellerBody(partnerId);
  return profile;
}

describe('a resource as of a position', () => {
  const seed = seedOfRun();

  it(`reads as it did when that was the last (seed ${seed}; FAULT_SEED repeats it)`, async () => {
    const next = random(seed);
    const provider = await world.provider();
    const [reseller, other] = [await world.partner(provider), await world.partner(provider)];
    const offers = [await world.offer(provider), await world.offer(provider)];
    const { id, sid, path, answer } = await world.subscribed(provider, {
      account: { resellerId: reseller.id },
    });
    const customer = `/v1/customers/${id}`;
    const { api } = provider;
    const delegations = `${customer}/delegations`;
    const paths = [customer, path, `${path}/credits`, `${customer}/subscriptions`, delegations];
    const days = { start: '2026-01-01T00:00:00Z', end: '2090-01-01T00:00:00Z' };
    const resellerId = () => [reseller.id, other.id, null][next(3)] ?? null;
    const commands: readonly (() => Promise<Answer>)[] = [
      () => api.put(`${path}/quantity`, { quantity: 1 + next(200) }),
      () => api.put(`${path}/name`, { name: world.unique('Filial ') }),
      () => api.put(`${path}/auto-renew`, { autoRenew: next(2) === 0 }),
      () => api.post(`${path}/suspension`),
      () => api.post(`${path}/reactivation`),
      () => api.put(`${path}/reseller`, { resellerId: resellerId() }),
      () => api.put(`${path}/support-contact`, { resellerId: resellerId() }),
      () => api.put(`${customer}/profile`, world.profileBody()),
      () => api.put(`${customer}/reference`, { reference: world.unique('REF-') }),
      () => api.post(`${customer}/agreement`, world.agreementBody()),
      () => api.put(`${customer}/reseller`, { resellerId: resellerId() }),
      () => api.post(`${customer}/subscriptions`, world.orderBody(offers[next(2)] ?? '')),
      () => other.api.put(`/v1/resellers/${other.id}/profile`, profileOf(other)),
      () => api.post(delegations, { resellerId: other.id, rights: ['read-customer'], ...days }),
    ];
    const history: Seen[] = [await seenNow(api, paths, answer.position)];
    for (let step = 0; step < 40; step++) {
      const done = await commands[next(commands.length)]?.();
      if (done === undefined || done.status >= 400) continue;
      history.push(await seenNow(api, paths, done.position));
    }
    expect(history.length).toBeGreaterThan(10);
    // What has happened since is of no concern to what was.
    accepted(await api.put(`${customer}/profile`, world.profileBody()));
    expect(sid).not.toBe('');

    for (const { position, answers } of history) {
      for (const [address, then] of answers) {
        const read = await asOf(api, address, position);
        expect([address, position, ...shown(read)]).toEqual([address, position, ...shown(then)]);
        expect(read.headers.get('tierbook-position')).toBe(position);
      }
    }
    await readsAtEveryPosition(api, customer, history);
  });

  /** Between two commands the customer is as the earlier one left it; half of one is never seen. */
  async function readsAtEveryPosition(api: Api, address: string, history: readonly Seen[]) {
    if (!LOG_IS_A_FILE) return;
    const ordinals = history.map(({ position }) => Number(position.slice(17)));
    const [log = ''] = history[0]?.position.split('-') ?? [];
    const [first = 0, last = 0] = [ordinals[0], ordinals.at(-1)];
    for (let ordinal = first; ordinal <= last; ordinal++) {
      const read = await asOf(api, address, `${log}-${String(ordinal).padStart(20, '0')}`);
      const reflected = read.headers.get('tierbook-position') ?? '';
      const then = history.findLast(({ position }) => position <= reflected);
      expect([ordinal, shown(read)]).toEqual([ordinal, shown(then?.answers.get(address) ?? read)]);
      expect(then).toBeDefined();
    }
  }
});

describe('each resource', () => {
  let provider: Member;
  let reseller: ResellerMember;

  beforeAll(async () => {
    provider = await world.provider();
    reseller = await world.reseller();
  });

  it('reads as it was: provider, reseller, offer, invitation, service', async () => {
    const owner = await world.provider();
    const { api } = owner;
    const offer = await world.offer(owner);
    const { requestId } = await world.invitation(owner);
    const account = await world.serviceAccount(owner);
    const invitation = `/v1/partnership-requests/${requestId}`;
    const own = [
      `/v1/providers/${owner.id}`,
      `/v1/offers/${offer}`,
      invitation,
      `/v1/services/${account.id}`,
    ];
    const head = await world.head();
    const before = await seenNow(api, own, head);
    const enrolled = await seenNow(reseller.api, [`/v1/resellers/${reseller.id}`], head);

    accepted(await api.put(`${own[0] ?? ''}/required-agreement`, { version: '2027-01' }));
    accepted(await api.post(`/v1/offers/${offer}/revision`, world.offerBody()));
    accepted(await api.post(`${invitation}/withdrawal`));
    accepted(await api.post(`/v1/services/${account.id}/revocation`));
    const moved = await reseller.api.put(
      `/v1/resellers/${reseller.id}/profile`,
      profileOf(reseller),
    );
    accepted(moved);
    const now = await world.head(head);

    for (const [member, { answers }] of [
      [owner, before],
      [reseller, enrolled],
    ] as const) {
      for (const [path, then] of answers) {
        expect([path, shown(await asOf(member.api, path, head))]).toEqual([path, shown(then)]);
        const current = await member.api.get(path, { position: now });
        expect([path, current.body]).not.toEqual([path, then.body]);
        expect(shown(await asOf(member.api, path, now))).toEqual(shown(current));
      }
    }
  });

  it('is not there before it was made, and 404 says that', async () => {
    const early = await world.head();
    const { id, path } = await world.subscribed(provider);
    const offer = await world.offer(provider);
    const { requestId } = await world.invitation(provider);
    const account = await world.serviceAccount(provider);
    const newcomer = await world.applicant();
    const customer = `/v1/customers/${id}`;
    for (const address of [
      customer,
      path,
      `${path}/credits`,
      `${customer}/subscriptions`,
      `${customer}/delegations`,
      `/v1/offers/${offer}`,
      `/v1/partnership-requests/${requestId}`,
      `/v1/services/${account.id}`,
    ]) {
      const answer = await asOf(provider.api, address, early);
      expect([address, ...refusal(answer)]).toEqual([address, 404, 'not-found-as-of']);
      expect(answer.string('detail')).toContain(early);
    }
    const unknown = await asOf(newcomer.api, `/v1/resellers/${newcomer.id}`, early);
    expect(refusal(unknown)).toEqual([404, 'not-found-as-of']);
  });

  it('is for those who may read it now, and shows a reseller none of those before it', async () => {
    const [former, next] = [await world.partner(provider), await world.partner(provider)];
    const { id, path } = await world.subscribed(provider, {
      account: { resellerId: former.id },
      order: { resellerId: former.id, delegatedAdmin: false },
    });
    const customer = `/v1/customers/${id}`;
    const then = await world.head();
    expect((await former.api.get(customer, { position: then })).status).toBe(200);
    accepted(await provider.api.put(`${customer}/reseller`, { resellerId: next.id }));

    for (const address of [customer, path, `${customer}/subscriptions`]) {
      expect(refusal(await asOf(former.api, address, then))).toEqual([404, 'not-found']);
      const answer = await asOf(next.api, address, then);
      expect([address, answer.status]).toEqual([address, 200]);
      expect(answer.text).not.toContain(former.id);
      expect(answer.text).not.toContain(former.partnerId);
      expect((await asOf(provider.api, address, then)).text).toContain(former.id);
    }
    const stranger = await world.provider();
    expect(refusal(await asOf(stranger.api, customer, then))).toEqual([404, 'not-found']);
  });

  it('says that personal data have been erased since, and shows none of them', async () => {
    const body = world.customerBody();
    const { id } = accepted(await provider.api.post('/v1/customers', body));
    const then = await world.head();
    const before = await asOf(provider.api, `/v1/customers/${id}`, then);
    expect([before.at('companyName'), before.headers.get('tierbook-erased')]).toEqual([
      body.companyName,
      null,
    ]);
    accepted(await provider.api.post(`/v1/customers/${id}/erasure`));

    const after = await asOf(provider.api, `/v1/customers/${id}`, then);
    expect(after.body).toMatchObject({ status: 'active', companyName: null, email: null });
    expect(after.headers.get('tierbook-erased')).toBe('customers');
    expect(after.text).not.toContain(body.companyName);
  });
});

interface Dated {
  readonly position: string;
  readonly recordedAt: string;
}

describe('a moment', () => {
  let provider: Member;
  let customer: string;
  let events: readonly Dated[];

  beforeAll(async () => {
    provider = await world.provider();
    const { id, path } = await world.subscribed(provider);
    for (const quantity of [11, 12, 13]) {
      accepted(await provider.api.put(`${path}/quantity`, { quantity }));
    }
    customer = `/v1/customers/${id}`;
    const feed = await provider.api.get('/v1/events?limit=200');
    events = feed.at('events') as readonly Dated[];
  });

  it('can be a time: the last position that the log had then', async () => {
    for (const { recordedAt } of events.slice(-4)) {
      const read = await asOf(provider.api, customer, recordedAt);
      const reflected = read.headers.get('tierbook-position') ?? '';
      const later = events.find((event) => event.recordedAt > recordedAt);
      const last = events.findLast((event) => event.position <= reflected);
      expect(last?.recordedAt).toBe(recordedAt);
      if (later !== undefined) expect(reflected < later.position).toBe(true);
      expect(shown(read)).toEqual(shown(await asOf(provider.api, customer, reflected)));
    }
  });

  it.each([
    ['yesterday', 'as-of-invalid'],
    ['', 'as-of-invalid'],
    ['-1', 'as-of-invalid'],
    ['0x10', 'as-of-invalid'],
    ['222', 'as-of-invalid'],
    ['2026-02-30T10:00:00Z', 'as-of-invalid'],
    ['2026-02-28T24:00:00Z', 'as-of-invalid'],
    ['2026-02-28T10:00:00+01:00', 'as-of-invalid'],
    ['2026-02-28', 'as-of-invalid'],
    ['2026-02-28T10:00:00.1234Z', 'as-of-invalid'],
    ['2\u0000026', 'as-of-invalid'],
    [`2026${'9'.repeat(70)}`, 'as-of-invalid'],
    ['9999-12-31T23:59:59.999Z', 'as-of-in-future'],
    ['1999-12-31T23:59:59.999Z', 'as-of-before-first-event'],
    ['0000-01-01T00:00:00Z', 'as-of-before-first-event'],
    ['0123456789abcdef-00000000000000000003', 'position-unknown'],
  ])('%j is refused: %s', async (moment, code) => {
    const answer = await asOf(provider.api, customer, moment);
    expect(refusal(answer)).toEqual([400, code]);
  });

  it('beyond the log’s end or before its first event is refused, and says where they are', async () => {
    const [first] = events;
    const [log = ''] = first?.position.split('-') ?? [];
    const beyond = await asOf(provider.api, customer, `${log}-${'9'.repeat(20)}`);
    expect(refusal(beyond)).toEqual([400, 'as-of-in-future']);
    expect(beyond.string('detail')).toContain(`${log}-`);
    const before = await asOf(provider.api, customer, `${log}-${'0'.repeat(20)}`);
    expect(refusal(before)).toEqual([400, 'as-of-before-first-event']);
  });

  it('given twice is refused', async () => {
    const twice = await provider.api.get(`${customer}?asOf=${events[0]?.position ?? ''}&asOf=now`);
    expect(refusal(twice)).toEqual([400, 'as-of-invalid']);
  });

  it('is refused where it means nothing, and never left out', async () => {
    const [{ position } = { position: '' }] = events.slice(-1);
    for (const path of [
      '/v1/offers',
      '/v1/events',
      `${customer}/events`,
      '/v1/country-rules/BR',
      '/v1/market-regions',
      '/v1/domains/padaria',
      '/v1/services',
      '/v1/audit/refusals',
    ]) {
      const answer = await asOf(provider.api, path, position);
      expect([path, ...refusal(answer)]).toEqual([path, 400, 'as-of-unsupported']);
    }
    const command = await provider.api.put(`${customer}/reference?asOf=${position}`, {
      reference: 'A-1',
    });
    expect(command.status).toBe(400);
  });

  it('of one page is no other’s: a cursor goes with its position', async () => {
    const offer = await world.offer(provider);
    accepted(await provider.api.post(`${customer}/subscriptions`, world.orderBody(offer)));
    const first = await world.head();
    const list = `${customer}/subscriptions?limit=1`;
    const page = await asOf(provider.api, list, first);
    const cursor = encodeURIComponent(page.string('nextCursor'));
    accepted(await provider.api.post(`${customer}/subscriptions`, world.orderBody(offer)));
    const second = await world.head(first);

    const rest = await asOf(provider.api, `${list}&cursor=${cursor}`, first);
    expect([rest.status, rest.items.length, rest.at('nextCursor')]).toEqual([200, 1, null]);
    const others = await asOf(provider.api, `${list}&cursor=${cursor}`, second);
    expect(refusal(others)).toEqual([400, 'cursor-invalid']);
    expect(refusal(await provider.api.get(`${list}&cursor=${cursor}`))).toEqual([
      400,
      'cursor-invalid',
    ]);
  });
});
