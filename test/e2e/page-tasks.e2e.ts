import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Answer } from './harness/api';
import { ApiDocument, expectDeclaredAnswers } from './harness/api-document';
import { startService, type Service } from './harness/service';
import {
  accepted,
  invitationIn,
  World,
  type Invitation,
  type Member,
  type ResellerMember,
} from './harness/world';

/*
 * The tasks of the page "Partner with indirect resellers", from the first invitation to the end of the
 * partnership, as far as there are commands. Read from top to bottom: each step stands on those before.
 */

let service: Service;
let world: World;
let document: ApiDocument;
let provider: Member;
let reseller: ResellerMember;

beforeAll(async () => {
  service = await startService();
  world = new World(service);
  document = await ApiDocument.of(service);
  provider = await world.provider();
  reseller = await world.outsider();
});

afterAll(() => {
  expectDeclaredAnswers(document, service.exchanges);
});

const refusal = ({ status, code }: Answer) => [status, code];
const ids = ({ items }: Answer, name: string) => items.map((item) => item[name]);

describe("the page's tasks", () => {
  let invitation: Invitation;
  let partnershipId: string;
  /** Of the last command: what is read after it, shows it. */
  let position: string;
  let offerId: string;

  describe('1. Request a partnership', () => {
    it('drafts an e-mail in Portuguese with a personal link, to be opened, copied or edited', async () => {
      const answer = await provider.api.post('/v1/partnership-requests', {
        email: 'socio@revenda.example',
      });
      expect(answer.status).toBe(201);
      // Whoever holds the link can accept.
      expect(answer.headers.get('cache-control')).toBe('no-store');
      invitation = invitationIn(answer);
      position = answer.position;
      const { link, draft } = answer.body as { link: string; draft: Record<string, string> };
      expect(link).toBe(`http://localhost:${service.port}/accept#${invitation.token}`);
      expect(draft['subject']).toContain('parceria');
      expect(draft['body']).toContain(link);
      expect(draft['mailto']).toContain('mailto:socio@revenda.example?subject=');
      expect(decodeURIComponent(draft['mailto'] ?? '')).toContain(link);
    });

    it('refuses a draft from which the link has gone', async () => {
      const draft = { subject: 'Parceria', body: 'Aceite, por favor.' };
      const body = { email: 'socio@revenda.example', draft };
      const answer = await provider.api.post('/v1/partnership-requests', body);
      expect(refusal(answer)).toEqual([409, 'draft-without-link']);
    });

    it('lists the pending request, and shows the same link again', async () => {
      const list = await provider.api.get('/v1/partnership-requests', { position });
      expect(list.items).toMatchObject([{ requestId: invitation.requestId, status: 'requested' }]);
      const again = await provider.api.get(`/v1/partnership-requests/${invitation.requestId}`);
      expect(again.string('link')).toContain(`#${invitation.token}`);
      // Alone it shows all that it shows in the list, and the message.
      expect(again.body).toMatchObject(list.items[0] ?? {});
      expect(again.at('draft', 'body')).toContain(again.string('link'));
      expect(again.headers.get('cache-control')).toBe('no-store');
    });

    it('takes a request back, whose link then ends', async () => {
      const withdrawn = await world.invitation(provider);
      const path = `/v1/partnership-requests/${withdrawn.requestId}`;
      accepted(await provider.api.post(`${path}/withdrawal`));
      const enrolled = await world.reseller();
      const body = { token: withdrawn.token, consent: true };
      const answer = await enrolled.api.post('/v1/partnership-acceptances', body);
      expect(refusal(answer)).toEqual([409, 'partnership-request-withdrawn']);
    });

    it('sends a request again with a new link, which ends the former one', async () => {
      const { requestId, token } = await world.invitation(provider);
      const path = `/v1/partnership-requests/${requestId}/reminder`;
      const reminded = await provider.api.post(path, { newLink: true });
      expect(reminded.headers.get('cache-control')).toBe('no-store');
      const newer = invitationIn(reminded);
      expect(newer.token).not.toBe(token);
      const enrolled = await world.reseller();
      const lookup = (each: string) =>
        enrolled.api.post('/v1/partnership-requests/lookup', { token: each }, { key: null });
      expect((await lookup(token)).at('superseded')).toBe(true);
      expect((await lookup(newer.token)).at('superseded')).toBe(false);
      const former = { token, consent: true };
      const answer = await enrolled.api.post('/v1/partnership-acceptances', former);
      expect(refusal(answer)).toEqual([409, 'invitation-superseded']);
    });
  });

  describe('2. Accept the partnership', () => {
    const accept = (who: ResellerMember, token: string, consent = true) =>
      who.api.post('/v1/partnership-acceptances', { token, consent });

    it('leads a reseller that is not enrolled to enrolment, and back to the same link', async () => {
      expect(refusal(await accept(reseller, invitation.token))).toEqual([
        409,
        'reseller-not-enrolled',
      ]);
      const body = world.resellerBody(reseller.partnerId);
      accepted(await reseller.api.post('/v1/resellers', body));
      expect(refusal(await accept(reseller, invitation.token))).toEqual([
        409,
        'reseller-not-enrolled',
      ]);
      const waiting = await world.operator.get('/v1/resellers?status=applied');
      expect(ids(waiting, 'resellerId')).toContain(reseller.id);
      accepted(await world.operator.post(`/v1/resellers/${reseller.id}/approval`));
    });

    it('shows what the link offers, and does nothing', async () => {
      const head = await world.head();
      const { token } = invitation;
      const shown = await reseller.api.post('/v1/partnership-requests/lookup', { token });
      expect(shown.status).toBe(200);
      expect(shown.body).toMatchObject({ provider: { id: provider.id }, status: 'requested' });
      expect(shown.at('authorises')).toContain('provider-may-order-for-customers');
      expect((await reseller.api.get('/accept')).status).toBe(404);
      expect(await world.head(head)).toBe(head);
    });

    it('is not accepted without consent, nor, being cancelled, at all', async () => {
      expect(refusal(await accept(reseller, invitation.token, false))).toEqual([
        409,
        'consent-missing',
      ]);
      const { token } = invitation;
      const plan = await reseller.api.post(
        '/v1/partnership-acceptances',
        { token, consent: true },
        { dryRun: true },
      );
      expect(plan.status).toBe(200);
      const partnership = `/v1/partnerships/${provider.id}.${reseller.id}`;
      expect((await provider.api.get(partnership)).status).toBe(404);
    });

    it('is accepted only in the same region', async () => {
      const abroad = await world.reseller('PT');
      expect(refusal(await accept(abroad, invitation.token))).toEqual([409, 'region-mismatch']);
    });

    it('is accepted, and then reseller and provider are in each other’s lists', async () => {
      const answer = await accept(reseller, invitation.token);
      expect(answer.status).toBe(201);
      partnershipId = answer.id;
      ({ position } = answer);
      const partners = await provider.api.get('/v1/resellers', { position });
      expect(ids(partners, 'resellerId')).toContain(reseller.id);
      const providers = await reseller.api.get('/v1/providers', { position });
      expect(ids(providers, 'providerId')).toEqual([provider.id]);
      const requests = await provider.api.get('/v1/partnership-requests?status=accepted', {
        position,
      });
      expect(ids(requests, 'requestId')).toEqual([invitation.requestId]);
    });

    it('is accepted once: the link is used up, for everybody', async () => {
      for (const each of [reseller, await world.reseller()]) {
        const again = await accept(each, invitation.token);
        expect(refusal(again)).toEqual([409, 'partnership-request-accepted']);
      }
    });

    it('is declined instead, which ends the link too', async () => {
      const { token } = await world.invitation(provider);
      const other = await world.reseller();
      accepted(
        await other.api.post('/v1/partnership-declines', { token, reason: 'Não, obrigado.' }),
      );
      expect(refusal(await accept(other, token))).toEqual([409, 'partnership-request-declined']);
    });
  });

  describe('3. Indirect resellers list', () => {
    it('shows each with what it has, found by name or partner id, in the order asked for', async () => {
      const second = await world.partner(provider);
      const all = await provider.api.get('/v1/resellers?sort=-partnerId', {
        position: await world.head(),
      });
      expect(ids(all, 'resellerId')).toEqual([second.id, reseller.id]);
      expect(all.items[1]).toMatchObject({
        partnerId: reseller.partnerId,
        country: 'BR',
        state: 'Rio Grande do Norte',
        status: 'active',
        customers: 0,
        subscriptions: 0,
      });
      const byId = await provider.api.get(`/v1/resellers?search=${reseller.partnerId}`);
      expect(ids(byId, 'resellerId')).toEqual([reseller.id]);
      const first = await provider.api.get('/v1/resellers?limit=1');
      const cursor = encodeURIComponent(first.string('nextCursor'));
      const rest = await provider.api.get(`/v1/resellers?limit=1&cursor=${cursor}`);
      expect(rest.items).toHaveLength(1);
      expect(ids(rest, 'resellerId')).not.toEqual(ids(first, 'resellerId'));
    });
  });

  describe('4. Add a new customer', () => {
    let body: ReturnType<World['customerBody']> & { subscriptions: object[]; resellerId: string };
    const nothingExists = async () => {
      const read = await provider.api.get(`/v1/customers?domain=${body.domain}`, {
        position: await world.head(),
      });
      expect(read.items).toEqual([]);
      const domain = await provider.api.get(`/v1/domains/${body.domain}`);
      expect(domain.at('available')).toBe(true);
    };

    it('is reviewed and cancelled: nothing exists', async () => {
      offerId = await world.offer(provider);
      body = {
        ...world.customerBody(),
        resellerId: reseller.id,
        subscriptions: [world.orderBody(offerId), world.orderBody(offerId)],
      };
      const head = await world.head();
      const review = await provider.api.post('/v1/customers', body, { dryRun: true });
      expect(review.status).toBe(200);
      expect(review.text).not.toContain('password');
      await nothingExists();
      expect(await world.head(head)).toBe(head);
    });

    it('is refused whole for one invalid subscription among several: nothing exists', async () => {
      const tooMany = { ...world.orderBody(offerId), quantity: 301 };
      const subscriptions = [...body.subscriptions, tooMany];
      const answer = await provider.api.post('/v1/customers', { ...body, subscriptions });
      expect(refusal(answer)).toEqual([409, 'quantity-out-of-range']);
      expect(answer.at('errors', 0, 'pointer')).toBe('/subscriptions/2/quantity');
      await nothingExists();
    });

    it('is submitted: the customer, its delegated admin and its subscriptions exist at once', async () => {
      const answer = accepted(await provider.api.post('/v1/customers', body));
      expect(answer.status).toBe(201);
      expect(answer.string('adminCredential', 'userName')).toContain(body.domain);
      expect(answer.string('adminCredential', 'password').length).toBeGreaterThan(26);
      expect(answer.headers.get('cache-control')).toBe('no-store');
      ({ position } = answer);
      const customer = await provider.api.get(`/v1/customers/${answer.id}`, { position });
      expect(customer.body).toMatchObject({
        companyName: body.companyName,
        reseller: { resellerId: reseller.id },
        subscriptionCount: 2,
        licences: 20,
      });
      expect(customer.at('subscriptions')).toHaveLength(2);
    });

    it('says aloud that the customer has a reseller, and nobody is credited', async () => {
      const answer = await provider.api.post('/v1/customers', {
        ...world.customerBody(),
        resellerId: reseller.id,
        subscriptions: [world.orderBody(offerId)],
      });
      expect(answer.at('warnings', 0, 'code')).toBe('reseller-of-record-missing');
    });

    it('is refused when its domain is taken', async () => {
      const answer = await provider.api.post('/v1/customers', {
        ...world.customerBody(),
        domain: body.domain,
      });
      expect(refusal(answer)).toEqual([409, 'domain-taken']);
    });
  });

  describe('5. Customers list', () => {
    it('is filtered by reseller, by none, by company and by domain', async () => {
      const alone = await world.customer(provider);
      position = alone.position;
      const read = async (query: string) =>
        ids(await provider.api.get(`/v1/customers?${query}`, { position }), 'customerId');
      const ofReseller = await read(`resellerId=${reseller.id}`);
      expect(ofReseller).toHaveLength(2);
      expect(ofReseller).not.toContain(alone.id);
      expect(await read('resellerId=none')).toEqual([alone.id]);
      const domain = alone.string('customer', 'domain');
      expect(await read(`domain=${domain.slice(2)}`)).toEqual([alone.id]);
      expect(await read(`companyName=${domain.toUpperCase()}`)).toEqual([alone.id]);
      expect(await read('companyName=ninguem')).toEqual([]);
      const own = await provider.api.get(`/v1/resellers/${reseller.id}/customers`, { position });
      expect(ids(own, 'customerId').sort()).toEqual([...ofReseller].sort());
    });
  });

  describe('5. Customers list, all its filters', () => {
    it('is filtered by any of several, by the time created and by how names begin, and counts', async () => {
      const read = (query: string) => provider.api.get(`/v1/customers?${query}`, { position });
      const all = await read('count=true&sort=-licences');
      expect(all.at('total')).toBe(all.items.length);
      const licences = all.items.map((item) => Number(item['licences']));
      expect(licences).toEqual(licences.toSorted((a, b) => b - a));
      expect(all.at('counts')).toEqual({
        resellers: [
          { reseller: expect.objectContaining({ resellerId: reseller.id }), customers: 2 },
          { reseller: null, customers: 1 },
        ],
        statuses: [{ status: 'active', customers: 3 }],
      });
      expect((await read(`resellerId=none&resellerId=${reseller.id}`)).items).toHaveLength(3);
      const [first] = all.items;
      const { companyName, createdAt, customerId } = first as Record<string, string>;
      const name = encodeURIComponent((companyName ?? '').slice(0, 5).toUpperCase());
      expect(ids(await read(`companyNamePrefix=${name}`), 'customerId')).toContain(customerId);
      expect(ids(await read(`createdFrom=${String(createdAt)}`), 'customerId')).toContain(
        customerId,
      );
      const before = await read(`createdBefore=${String(createdAt)}`);
      expect(ids(before, 'customerId')).not.toContain(customerId);
      const wrong = await read(
        `createdFrom=${String(createdAt)}&createdBefore=2001-01-01T00:00:00Z`,
      );
      expect(refusal(wrong)).toEqual([400, 'time-span-empty']);
    });
  });

  describe('5. Subscriptions of all customers', () => {
    const read = (query: string) => provider.api.get(`/v1/subscriptions?${query}`, { position });
    beforeAll(async () => {
      const { id } = await world.customer(provider);
      const order = { ...world.orderBody(offerId), resellerId: reseller.id };
      const answer = await provider.api.post(`/v1/customers/${id}/subscriptions`, order);
      ({ position } = accepted(answer));
    });

    it('are listed by the end of their terms, with whose they are', async () => {
      const list = await read('count=true');
      expect(list.at('total')).toBe(list.items.length);
      expect(list.items.length).toBeGreaterThan(1);
      const ends = list.items.map((item) => String(item['termEndsAt']));
      expect(ends).toEqual(ends.toSorted());
      expect(list.at('items', 0, 'customer', 'companyName')).toEqual(expect.any(String));
    });

    it('are filtered by reseller of record, offer, status, end of term and missing credit', async () => {
      const all = (await read('limit=200')).items;
      const withRecord = all.filter((item) => item['resellerOfRecord'] !== null);
      const uncredited = all.filter((item) => item['resellerOfRecord'] === null);
      expect([withRecord.length > 0, uncredited.length > 0]).toEqual([true, true]);
      expect((await read(`resellerId=${reseller.id}`)).items).toHaveLength(withRecord.length);
      expect((await read('uncredited=true')).items).toHaveLength(uncredited.length);
      expect((await read('resellerId=none')).items).toHaveLength(uncredited.length);
      expect((await read(`offerId=${offerId}&status=active&status=pending`)).items).toHaveLength(
        all.filter((item) => item['offerId'] === offerId).length,
      );
      expect((await read('status=cancelled')).items).toEqual([]);
      const end = String(all[0]?.['termEndsAt']);
      expect((await read(`termEndsFrom=${end}`)).items).toHaveLength(all.length);
      expect((await read(`termEndsBefore=${end}`)).items).toEqual([]);
      expect(refusal(await read(`uncredited=true&resellerId=${reseller.id}`))).toEqual([
        400,
        'query-invalid',
      ]);
    });
  });

  describe('6. Subscriptions of an existing customer', () => {
    it('are bought, and grow and shrink within the offer', async () => {
      const { id } = await world.customer(provider);
      const path = `/v1/customers/${id}/subscriptions`;
      const bought = accepted(await provider.api.post(path, world.orderBody(offerId)));
      expect(bought.status).toBe(201);
      const quantity = `${path}/${bought.id}/quantity`;
      for (const licences of [300, 1]) {
        ({ position } = accepted(await provider.api.put(quantity, { quantity: licences })));
        const read = await provider.api.get(`${path}/${bought.id}`, { position });
        expect(read.body).toMatchObject({ quantity: licences, status: 'active' });
      }
      for (const licences of [0, 301]) {
        const answer = await provider.api.put(quantity, { quantity: licences });
        expect(refusal(answer)).toEqual([409, 'quantity-out-of-range']);
      }
    });
  });

  /*
   * The page's table: what a reseller gets by being associated with the customer, with one subscription,
   * and as the support contact of one.
   */
  describe('what each association lets a reseller see and do', () => {
    /** Another partner, and two customers with two subscriptions each, of which it is to have to do with one. */
    async function setting({ associated = false } = {}) {
      const other = await world.partner(provider);
      const subscriptions = { subscriptions: [world.orderBody(offerId), world.orderBody(offerId)] };
      const customer = await world.customer(provider, {
        ...subscriptions,
        ...(associated ? { resellerId: other.id } : {}),
      });
      await world.customer(provider, subscriptions);
      const sids = [0, 1].map((index) => customer.string('subscriptions', index, 'id'));
      const path = `/v1/customers/${customer.id}`;
      const [first = '', second = ''] = sids.map((sid) => `${path}/subscriptions/${sid}`);
      return { other, customer, path, first, second };
    }

    it('associated with the customer: it manages the account and every subscription', async () => {
      const { other, customer, path, first, second } = await setting({ associated: true });
      ({ position } = customer);
      const list = await other.api.get('/v1/customers', { position });
      expect(list.items).toMatchObject([{ customerId: customer.id, subscriptionCount: 2 }]);
      const detail = await other.api.get(path, { position });
      expect(detail.at('subscriptions')).toHaveLength(2);
      for (const each of [first, second]) {
        expect((await other.api.get(each, { position })).status).toBe(200);
        accepted(await other.api.put(`${each}/quantity`, { quantity: 12 }));
      }
      accepted(await other.api.post(`${path}/subscriptions`, world.orderBody(offerId)));
      const credential = await other.api.post(`${path}/admin-credential`);
      expect(credential.string('adminCredential', 'password')).toBeTruthy();
      // It gives no credit to itself.
      const credit = await other.api.put(`${first}/reseller`, { resellerId: other.id });
      expect(refusal(credit)).toEqual([403, 'forbidden']);
    });

    it('associated with a subscription: it is credited, and sees the customer with that one only', async () => {
      const { other, customer, path, first, second } = await setting();
      expect((await other.api.get(path)).status).toBe(404);
      const associated = await provider.api.put(`${first}/reseller`, { resellerId: other.id });
      ({ position } = accepted(associated));
      const credited = await provider.api.get(first, { position });
      expect(credited.at('resellerOfRecord', 'resellerId')).toBe(other.id);

      const list = await other.api.get('/v1/customers', { position });
      expect(list.items).toMatchObject([
        { customerId: customer.id, subscriptionCount: 1, licences: 10, reseller: null },
      ]);
      const detail = await other.api.get(path, { position });
      expect(detail.body).toMatchObject({ subscriptionCount: 1, licences: 10, reseller: null });
      const all = await other.api.get(`${path}/subscriptions`, { position });
      expect(all.items).toHaveLength(1);
      for (const text of [list.text, detail.text, all.text]) {
        expect(text).not.toContain(second.split('/').at(-1));
      }
      expect((await other.api.get(first, { position })).status).toBe(200);
      expect((await other.api.get(second, { position })).status).toBe(404);

      accepted(await other.api.put(`${first}/quantity`, { quantity: 12 }));
      for (const answer of [
        await other.api.put(`${second}/quantity`, { quantity: 12 }),
        await other.api.post(`${path}/subscriptions`, world.orderBody(offerId)),
        await other.api.post(`${path}/admin-credential`),
      ]) {
        expect(refusal(answer)).toEqual([403, 'delegation-insufficient']);
      }
    });

    it('credited without delegated admin: it sees nothing and does nothing', async () => {
      const { other, path, first } = await setting();
      const body = { resellerId: other.id, delegatedAdmin: false };
      ({ position } = accepted(await provider.api.put(`${first}/reseller`, body)));
      const credited = await provider.api.get(first, { position });
      expect(credited.at('resellerOfRecord', 'resellerId')).toBe(other.id);
      for (const each of [path, first]) {
        expect((await other.api.get(each, { position })).status).toBe(404);
      }
      expect((await other.api.put(`${first}/quantity`, { quantity: 12 })).status).toBe(404);
      expect((await other.api.get('/v1/customers', { position })).items).toEqual([]);
    });

    it('7. support contact: it reads the subscription that it supports, and changes nothing', async () => {
      const { other, path, first, second } = await setting();
      const choices = await provider.api.get(`${first}/support-contact-choices`, {
        position: await world.head(),
      });
      expect(choices.text).toContain(other.id);
      const designated = await provider.api.put(`${first}/support-contact`, {
        resellerId: other.id,
      });
      ({ position } = accepted(designated));
      const seen = await other.api.get(first, { position });
      expect(seen.at('supportContact')).toMatchObject({ kind: 'reseller', resellerId: other.id });
      expect((await other.api.get(path, { position })).at('subscriptionCount')).toBe(1);
      expect((await other.api.get(second, { position })).status).toBe(404);
      expect((await other.api.put(`${first}/quantity`, { quantity: 12 })).status).toBe(403);

      const back = await provider.api.put(`${first}/support-contact`, { resellerId: null });
      ({ position } = accepted(back));
      expect((await other.api.get(first, { position })).status).toBe(404);
    });

    it('chooses nobody who is no partner', async () => {
      const { first } = await setting();
      const stranger = { resellerId: (await world.reseller()).id };
      for (const name of ['reseller', 'support-contact']) {
        const answer = await provider.api.put(`${first}/${name}`, stranger);
        expect(refusal(answer)).toEqual([409, 'partnership-not-active']);
      }
    });
  });

  describe('8. End the partnership', () => {
    /** What the reseller saw while it was a partner. */
    let reads: readonly string[];

    it('refuses the reseller’s very next command and read, in account, subscription and support', async () => {
      const account = await world.subscribed(provider, { account: { resellerId: reseller.id } });
      const scoped = await world.subscribed(provider, { order: { resellerId: reseller.id } });
      const supported = await world.subscribed(provider);
      const contact = `${supported.path}/support-contact`;
      accepted(await provider.api.put(contact, { resellerId: reseller.id }));
      reads = [account, scoped, supported].flatMap(({ id, path }) => [
        `/v1/customers/${id}`,
        `/v1/customers/${id}/subscriptions`,
        path,
      ]);
      const before = { position: await world.head() };
      for (const each of reads) expect((await reseller.api.get(each, before)).status).toBe(200);

      const end = `/v1/partnerships/${partnershipId}/end`;
      accepted(await provider.api.post(end, { reason: 'Fim do contrato.' }));

      const change = await reseller.api.put(`${account.path}/quantity`, { quantity: 12 });
      expect(refusal(change)).toEqual([404, 'not-found']);
      // Neither names a position: they do not wait for any view.
      for (const each of reads)
        expect(refusal(await reseller.api.get(each))).toEqual([404, 'not-found']);
      expect((await reseller.api.get('/v1/customers')).items).toEqual([]);
      for (const answer of [
        await reseller.api.put(`${scoped.path}/quantity`, { quantity: 12 }),
        await reseller.api.post(`/v1/customers/${account.id}/admin-credential`),
        await reseller.api.post(
          `/v1/customers/${account.id}/subscriptions`,
          world.orderBody(offerId),
        ),
      ]) {
        expect(refusal(answer)).toEqual([404, 'not-found']);
      }
    });

    it('lets nobody choose the reseller any more, and ends once', async () => {
      const body = { ...world.customerBody(), resellerId: reseller.id };
      const answer = await provider.api.post('/v1/customers', body);
      expect(refusal(answer)).toEqual([409, 'partnership-not-active']);
      const again = await provider.api.post(`/v1/partnerships/${partnershipId}/end`, {});
      expect(refusal(again)).toEqual([409, 'partnership-not-active']);
      position = await world.head();
      const ended = await provider.api.get('/v1/resellers?status=ended', { position });
      expect(ids(ended, 'resellerId')).toEqual([reseller.id]);
    });

    it('lets the same two partner again, without the rights of before', async () => {
      expect(await world.partnership(provider, reseller)).toBe(partnershipId);
      position = await world.head();
      const list = await reseller.api.get('/v1/customers', { position });
      expect(list.items).toEqual([]);
      for (const each of reads) expect((await reseller.api.get(each)).status).toBe(404);
    });
  });
});
