import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Api } from './harness/api';
import { ApiDocument, expectDeclaredAnswers } from './harness/api-document';
import { EventStream, type FeedEvent } from './harness/event-stream';
import { startService, type Service } from './harness/service';
import { accepted, World, type Member, type ResellerMember } from './harness/world';

/* What a reseller reads, by what its rights cover at the moment: lists, single reads, history and feed. */

let service: Service;
let world: World;
let document: ApiDocument;
let provider: Member;
let former: ResellerMember;
let next: ResellerMember;
let customerId: string;
let subscription: string;
let sid: string;
/** Another subscription of the same customer, of which nobody is the reseller. */
let other: string;

beforeAll(async () => {
  service = await startService();
  world = new World(service);
  document = await ApiDocument.of(service);
});

beforeEach(async () => {
  provider = await world.provider();
  [former, next] = [await world.partner(provider), await world.partner(provider)];
  const order = { resellerId: former.id };
  const made = await world.subscribed(provider, { order });
  ({ id: customerId, path: subscription, sid } = made);
  const offerId = await world.offer(provider);
  const path = `/v1/customers/${customerId}/subscriptions`;
  other = accepted(await provider.api.post(path, world.orderBody(offerId))).id;
});

afterAll(() => {
  expectDeclaredAnswers(document, service.exchanges);
});

const customer = () => `/v1/customers/${customerId}`;
const history = async (api: Api) => {
  const answer = await api.get(`${customer()}/events?limit=200`);
  return answer.status === 200 ? (answer.at('events') as readonly FeedEvent[]) : answer.status;
};
const feed = async ({ api }: Member) => {
  const events: FeedEvent[] = [];
  for (let after = ''; ;) {
    const page = await api.get(`/v1/events?limit=200${after}`);
    events.push(...(page.at('events') as FeedEvent[]));
    if (page.at('caughtUp') === true) return events;
    after = `&after=${page.string('nextPosition')}`;
  }
};
/** Of this customer. */
const fed = async (member: Member) =>
  (await feed(member)).filter(({ data }) => data['customerId'] === customerId);
const types = (events: readonly FeedEvent[] | number) =>
  typeof events === 'number' ? events : events.map(({ type }) => type);
/** The customers that it lists, once the list has come to this position. */
const listed = async ({ api }: Member, position: string) => {
  const page = await api.get('/v1/customers', { position });
  return (page.at('items') as readonly { customerId: string }[]).map((row) => row.customerId);
};
const move = async (to: ResellerMember) =>
  accepted(await provider.api.put(`${subscription}/reseller`, { resellerId: to.id }));

describe('a reseller of one subscription', () => {
  it('reads the customer with that subscription only: list, page, history and feed', async () => {
    const page = await former.api.get(customer(), { position: await world.head() });
    expect(page.at('subscriptionCount')).toBe(1);
    expect((await former.api.get(subscription)).status).toBe(200);
    const otherPath = `${customer()}/subscriptions/${other}`;
    expect((await former.api.get(otherPath)).status).toBe(404);
    const seen = ['CustomerCreated', 'SubscriptionOrdered', 'DelegatedAdminGranted'];
    expect(types(await history(former.api))).toEqual(seen);
    expect(types(await fed(former))).toEqual(seen);
  });

  it('that is a former one reads nothing, and a new one the whole history, without names', async () => {
    accepted(await former.api.put(`${subscription}/quantity`, { quantity: 33 }));
    const { position } = await move(next);
    expect([await history(former.api), types(await fed(former))]).toEqual([404, []]);
    expect((await former.api.get(customer())).status).toBe(404);
    expect((await former.api.get(subscription)).status).toBe(404);
    expect(await listed(former, position)).toEqual([]);

    const whole = [
      'CustomerCreated',
      'SubscriptionOrdered',
      'SubscriptionQuantityChanged',
      'ResellerOfRecordChanged',
      'DelegatedAdminGranted',
    ];
    const events = await history(next.api);
    expect(types(events)).toEqual(whole);
    expect(types(await fed(next))).toEqual(whole);
    expect(await listed(next, position)).toEqual([customerId]);
    expect(JSON.stringify([events, await fed(next)])).not.toContain(former.id);
    expect(JSON.stringify(events)).toContain('another-reseller');
    const whom = (await history(provider.api)) as readonly FeedEvent[];
    expect(JSON.stringify(whom)).toContain(former.id);
  });

  it('reads nothing of it once the partnership has ended, and in a new one nothing by itself', async () => {
    const partnership = `/v1/partnerships/${provider.id}.${former.id}`;
    accepted(await provider.api.post(`${partnership}/end`, { reason: 'Inadimplência de Jaspe' }));
    const nothing = async () => {
      const position = await world.head();
      expect([await history(former.api), types(await fed(former))]).toEqual([404, []]);
      expect((await former.api.get(customer())).status).toBe(404);
      expect((await former.api.get(`${customer()}/delegations`)).status).toBe(404);
      expect(await listed(former, position)).toEqual([]);
      const sent = await former.api.put(`${subscription}/quantity`, { quantity: 9 });
      expect([sent.status, sent.code]).toEqual([404, 'not-found']);
    };
    await nothing();
    const own = await feed(former);
    expect(types(own)).toContain('PartnershipEnded');
    expect(JSON.stringify(own)).not.toContain('Jaspe');
    await world.partnership(provider, former);
    await nothing();
  });

  it('reads nothing while it is suspended, and all of it again once reinstated', async () => {
    const reseller = `/v1/resellers/${former.id}`;
    accepted(await world.operator.post(`${reseller}/suspension`));
    const position = await world.head();
    expect([await history(former.api), types(await fed(former))]).toEqual([404, []]);
    expect((await former.api.get(customer())).status).toBe(404);
    expect((await former.api.get(subscription)).status).toBe(404);
    expect(await listed(former, position)).toEqual([]);
    const own = await former.api.get(`${reseller}/customers`, { position });
    expect(own.at('items')).toEqual([]);
    accepted(await world.operator.post(`${reseller}/reinstatement`));
    expect((await former.api.get(subscription)).status).toBe(200);
    expect(await listed(former, await world.head())).toEqual([customerId]);
  });

  it('is stopped at the very next request once its delegation is revoked', async () => {
    const list = await provider.api.get(`${customer()}/delegations`, {
      position: await world.head(),
    });
    const path = `${customer()}/delegations/${list.string('items', 0, 'delegationId')}`;
    accepted(await former.api.put(`${subscription}/quantity`, { quantity: 34 }));
    expect((await former.api.get(path)).at('reason')).toBeNull();
    accepted(await provider.api.post(`${path}/revocation`, { reason: 'Motivo de Ágata' }));
    const sent = await former.api.put(`${subscription}/quantity`, { quantity: 35 });
    expect([sent.status, sent.code]).toEqual([404, 'not-found']);
    for (const read of [customer(), subscription, path]) {
      expect([read, (await former.api.get(read)).status]).toEqual([read, 404]);
    }
    expect([await history(former.api), types(await fed(former))]).toEqual([404, []]);
  });
});

describe('a support contact', () => {
  it('reads the subscription that it supports, and is told who may change it', async () => {
    const path = `${customer()}/subscriptions/${other}`;
    accepted(await provider.api.put(`${path}/support-contact`, { resellerId: next.id }));
    const read = await next.api.get(path, { position: await world.head() });
    expect(read.status).toBe(200);
    expect((await next.api.get(subscription)).status).toBe(404);
    expect(types(await history(next.api))).toEqual([
      'CustomerCreated',
      'SubscriptionOrdered',
      'SupportContactDesignated',
    ]);
    const sent = await next.api.put(`${path}/quantity`, { quantity: 2 });
    expect([sent.status, sent.code]).toEqual([403, 'delegation-insufficient']);
    expect(sent.string('detail')).toContain('provider admin-agent');
  });
});

describe("a reseller's stream of events", () => {
  const token = (id: string, seconds?: number) =>
    service.sign(
      { kind: 'agent', id: 'feed', organisation: { kind: 'reseller', id }, role: 'auditor' },
      seconds,
    );

  it('delivers what its rights cover when it comes, and no more of what they covered before', async () => {
    const after = await world.head();
    const stream = await EventStream.open(
      service.baseUrl,
      await token(former.id),
      `?after=${after}`,
    );
    accepted(await provider.api.put(`${subscription}/quantity`, { quantity: 40 }));
    expect((await stream.take(1)).map(({ type }) => type)).toEqual(['SubscriptionQuantityChanged']);
    await move(next);
    accepted(await provider.api.put(`${subscription}/quantity`, { quantity: 41 }));
    const again = await world.subscribed(provider, { order: { resellerId: former.id } });
    const [first] = await stream.take(1);
    expect([first?.type, first?.data['customerId']]).toEqual(['CustomerCreated', again.id]);
    stream.close();
  });

  it.each(['reseller', 'provider'] as const)('ends with the token of a %s', async (kind) => {
    const short =
      kind === 'reseller'
        ? await token(former.id, 2)
        : await service.sign(
            { kind: 'agent', id: 'a', organisation: { kind, id: provider.id }, role: 'auditor' },
            2,
          );
    const after = await world.head();
    const stream = await EventStream.open(service.baseUrl, short, `?after=${after}`);
    await stream.ended();
    expect((await service.api(short).get('/v1/events')).code).toBe('token-expired');
  });
});

describe("another tenant's", () => {
  it('reseller in a filter finds nothing, as one that there is not', async () => {
    const stranger = await world.partner(await world.provider());
    const position = await world.head();
    const answers = await Promise.all(
      [stranger.id, sid].map((id) =>
        provider.api.get(`/v1/customers?resellerId=${id}`, { position }),
      ),
    );
    for (const answer of answers) expect([answer.status, answer.at('items')]).toEqual([200, []]);
    expect((await provider.api.get(`/v1/resellers/${stranger.id}/customers`)).status).toBe(404);
  });

  it('cursor is refused', async () => {
    await world.subscribed(provider, { order: { resellerId: former.id } });
    const page = await former.api.get('/v1/customers?limit=1', { position: await world.head() });
    const cursor = encodeURIComponent(page.string('nextCursor'));
    for (const { api } of [next, provider, await world.provider()]) {
      const answer = await api.get(`/v1/customers?limit=1&cursor=${cursor}`);
      expect([answer.status, answer.code]).toEqual([400, 'cursor-invalid']);
    }
    expect((await former.api.get(`/v1/customers?limit=1&cursor=${cursor}`)).status).toBe(200);
  });

  it('ids in a body are refused as if there were none', async () => {
    const stranger = await world.provider();
    const foreign = await world.partner(stranger);
    const theirs = await world.subscribed(stranger);
    const grant = (body: object) =>
      provider.api.post(`${customer()}/delegations`, {
        resellerId: former.id,
        rights: ['read-customer'],
        reason: 'x',
        ...body,
      });
    const answers = [
      await grant({ resellerId: foreign.id }),
      await grant({ resellerId: sid }),
      await grant({ subscriptionId: theirs.sid }),
      await grant({ subscriptionId: foreign.id }),
    ];
    expect(answers.map(({ code }) => code)).toEqual([
      'partnership-not-active',
      'partnership-not-active',
      'subscription-unknown',
      'subscription-unknown',
    ]);
  });
});
