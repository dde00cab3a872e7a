import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Answer, Api } from './harness/api';
import { ApiDocument, expectDeclaredAnswers } from './harness/api-document';
import { freePort, ROOT, startService, type Service } from './harness/service';
import { accepted, World, type Member, type ResellerMember } from './harness/world';

/**
 * A year of a provider's life, 2031, on the built service with a clock that the test sets. What it comes to was
 * worked out by hand, from the calendar alone; the working stands beside each figure.
 */

let service: Service;
let world: World;
let document: ApiDocument;
let clockUrl: string;

let provider: Member;
let aurora: ResellerMember;
let boreal: ResellerMember;
let cirrus: ResellerMember;
let cirrusPartnership: string;

/** Offers by name. */
const offers: Record<string, string> = {};
/** Subscriptions by the name they have in this story: their path. */
const paths: Record<string, string> = {};
const customers: Record<string, string> = {};

beforeAll(async () => {
  const port = await freePort();
  clockUrl = `http://127.0.0.1:${port}`;
  service = await startService({
    script: join(ROOT, 'test', 'e2e', 'harness', 'clocked-service.cjs'),
    env: { CLOCK_PORT: String(port), CLOCK_STARTS_AT: '2031-01-01T00:00:00.000Z' },
  });
  world = new World(service);
  document = await ApiDocument.of(service);
});

afterAll(() => {
  expectDeclaredAnswers(document, service.exchanges);
});

/** Sets the clock; all that is due by then has happened, and shows, when this returns. */
async function on(time: string): Promise<void> {
  const answer = await fetch(`${clockUrl}/${encodeURIComponent(time)}`, { method: 'POST' });
  expect({ status: answer.status, said: await answer.text() }).toEqual({ status: 204, said: '' });
}

const path = (name: string): string => paths[name] ?? `no ${name}`;
const put = async (name: string, what: string, body: object, api: Api = provider.api) =>
  accepted(await api.put(`${path(name)}/${what}`, body));
const post = async (name: string, what: string) =>
  accepted(await provider.api.post(`${path(name)}/${what}`));

async function publish(name: string, offer: object): Promise<string> {
  const body = { ...world.offerBody(), name, ...offer };
  const { id } = accepted(await provider.api.post('/v1/offers', body));
  offers[name] = id;
  return id;
}

async function onboard(name: string, orders: Record<string, object>, more: object = {}) {
  const subscriptions = Object.values(orders).map((order) => ({ ...order }));
  const answer = await world.customer(provider, { subscriptions, ...more });
  customers[name] = answer.id;
  for (const [index, order] of Object.keys(orders).entries()) {
    const sid = answer.string('subscriptions', index, 'id');
    paths[order] = `/v1/customers/${answer.id}/subscriptions/${sid}`;
  }
}

async function buy(name: string, customer: string, order: object): Promise<void> {
  const url = `/v1/customers/${customers[customer]}/subscriptions`;
  const answer = accepted(await provider.api.post(url, order));
  paths[name] = `${url}/${answer.id}`;
}

const annual = (offer: string, quantity: number, more: object = {}) => ({
  offerId: offers[offer],
  quantity,
  billingCycle: 'annual',
  term: 'P1Y',
  ...more,
});
const monthly = (offer: string, quantity: number, more: object = {}) => ({
  ...annual(offer, quantity, more),
  billingCycle: 'monthly',
  term: 'P1M',
});

describe('a year of a provider', () => {
  it('begins with its resellers and its catalogue', async () => {
    provider = await world.provider();
    aurora = await world.reseller();
    boreal = await world.reseller();
    cirrus = await world.reseller();
    await world.partnership(provider, aurora);
    await world.partnership(provider, boreal);
    cirrusPartnership = await world.partnership(provider, cirrus);
    // 365.00 a year is 1.00 a day in 2031, and 30.00 a month 1.00 a day in a month of 30 days.
    const yearly = { billingCycles: ['annual'], terms: ['P1Y'] };
    const priced = (annualPrice: string) => ({
      ...yearly,
      pricing: { currency: 'BRL', perSeat: { annual: annualPrice } },
    });
    const premium = await publish('Premium', priced('730.00'));
    await publish('Standard', { ...priced('365.00'), upgradeTargets: [premium] });
    const byMonth = (monthlyPrice: string) => ({
      billingCycles: ['monthly'],
      terms: ['P1M'],
      pricing: { currency: 'BRL', perSeat: { monthly: monthlyPrice } },
    });
    const mail = await publish('Mail', byMonth('30.00'));
    await publish('Archive', { ...byMonth('6.00'), addOnOf: [mail] });
  });

  it('onboards its customers in winter', async () => {
    await onboard(
      'Contoso',
      { office: annual('Standard', 10, { resellerId: aurora.id }) },
      { resellerId: aurora.id },
    );
    await on('2031-01-31T10:00:00.000Z');
    await onboard('Direct', { mail: monthly('Mail', 5), archive: monthly('Archive', 5) });
    await on('2031-02-01T00:00:00.000Z');
    await onboard(
      'Fabrikam',
      { suite: annual('Standard', 7, { resellerId: cirrus.id }) },
      { resellerId: cirrus.id },
    );
  });

  it('lets an invitation run out, sends it again, and sees it accepted', async () => {
    const late = await world.reseller();
    const { requestId, token } = await world.invitation(provider);
    await on('2031-03-03T00:00:00.000Z');
    const body = { token, consent: true };
    const expired = await late.api.post('/v1/partnership-acceptances', body);
    expect([expired.status, expired.code]).toEqual([409, 'partnership-request-expired']);
    accepted(await provider.api.post(`/v1/partnership-requests/${requestId}/reminder`));
    accepted(await late.api.post('/v1/partnership-acceptances', body));
  });

  it('sells more, and suspends and reactivates with the add-ons', async () => {
    await on('2031-03-05T12:00:00.000Z');
    await put('office', 'quantity', { quantity: 20 });
    await on('2031-04-10T08:00:00.000Z');
    await post('mail', 'suspension');
    expect(await statuses('mail', 'archive')).toEqual(['suspended', 'suspended']);
    await on('2031-04-20T08:00:00.000Z');
    await post('mail', 'reactivation');
    expect(await statuses('mail', 'archive')).toEqual(['active', 'active']);
    await on('2031-05-01T08:00:00.000Z');
    await post('office', 'suspension');
    const refused = await provider.api.put(`${path('office')}/quantity`, { quantity: 25 });
    expect(refused.code).toBe('subscription-not-active');
    await on('2031-06-01T08:00:00.000Z');
    await post('office', 'reactivation');
    await put('mail', 'auto-renew', { autoRenew: false });
  });

  it('changes resellers, and ends a partnership', async () => {
    await on('2031-06-10T00:00:00.000Z');
    accepted(await world.operator.post(`/v1/resellers/${aurora.id}/suspension`));
    const name = { name: 'Escritório' };
    const barred = await aurora.api.put(`${path('office')}/name`, name);
    expect([barred.status, barred.code]).toEqual([404, 'not-found']);
    accepted(await world.operator.post(`/v1/resellers/${aurora.id}/reinstatement`));
    await put('office', 'name', name, aurora.api);
    await on('2031-07-01T09:00:00.000Z');
    expect(await statuses('mail', 'archive')).toEqual(['expired', 'expired']);
    await put('office', 'reseller', { resellerId: boreal.id });
    await on('2031-08-01T15:00:00.000Z');
    accepted(await cirrus.api.get(path('suite')));
    accepted(await provider.api.post(`/v1/partnerships/${cirrusPartnership}/end`));
    expect((await cirrus.api.get(path('suite'))).status).toBe(404);
    await put('suite', 'reseller', { resellerId: aurora.id });
  });

  it('upgrades, corrects its ledger, and plans the next year', async () => {
    await on('2031-09-01T09:00:00.000Z');
    accepted(await provider.api.post(`${path('office')}/upgrade`, { offerId: offers['Premium'] }));
    await on('2031-10-15T09:00:00.000Z');
    // Boreal had in truth taken over two weeks before.
    await put('office', 'reseller', { resellerId: boreal.id, effectiveFrom: '2031-06-15' });
    await on('2031-11-01T09:00:00.000Z');
    await put('office', 'quantity', { quantity: 15 });
    await buy(
      'extra',
      'Contoso',
      monthly('Mail', 3, { resellerId: aurora.id, startsAt: '2031-12-01T00:00:00.000Z' }),
    );
    expect(await statuses('extra')).toEqual(['pending']);
    await on('2031-11-03T12:00:00.000Z');
    await buy('trial', 'Fabrikam', monthly('Mail', 4, { resellerId: aurora.id }));
    await on('2031-11-06T12:00:00.000Z');
    await post('trial', 'cancellation');
    await on('2032-01-02T00:00:00.000Z');
  });

  it.each([
    // Standard, upgraded; 20 licences until the end of the term, 15 from the renewal on 2032-01-01.
    ['office', 'active', 'Premium', 15, 2, '2033-01-01T00:00:00.000Z'],
    // Terms from the 31st: until 02-28, 03-31, 04-30, 05-31, 06-30. It did not renew for a sixth.
    ['mail', 'expired', 'Mail', 5, 5, '2031-06-30T10:00:00.000Z'],
    ['archive', 'expired', 'Archive', 5, 5, '2031-06-30T10:00:00.000Z'],
    ['suite', 'active', 'Standard', 7, 1, '2032-02-01T00:00:00.000Z'],
    // December's term, and January's.
    ['extra', 'active', 'Mail', 3, 2, '2032-02-01T00:00:00.000Z'],
    ['trial', 'cancelled', 'Mail', 4, 1, '2031-12-03T12:00:00.000Z'],
  ])('leaves %s %s, on %s, with %i seats', async (name, status, offer, seats, term, ends) => {
    const read = await provider.api.get(path(name));
    expect(read.body).toMatchObject({
      status,
      offerId: offers[offer],
      quantity: seats,
      termNumber: term,
      termEndsAt: ends,
    });
  });

  it.each<[string, readonly (readonly [string, number, string])[]]>([
    [
      'office',
      [
        // Aurora: 01-01 to 03-04, 31 + 28 + 4 = 63 days of 10 = 630; 03-05 to 04-30, 27 + 30 = 57 days of 20 = 1140;
        // May suspended; 06-01 to 06-14, 14 days of 20 = 280. 630 + 1140 + 280 = 2050, at 1.00.
        ['aurora', 2050, '2050'],
        // Boreal: 06-15 to 08-31, 16 + 31 + 31 = 78 days of 20 = 1560 at 1.00; from 09-01, 30 + 31 + 30 + 31 = 122 days
        // of 20 = 2440 at 2.00 = 4880. 1560 + 2440 = 4000; 1560 + 4880 = 6440.
        ['boreal', 4000, '6440'],
      ],
    ],
    // Nobody: 01-31 to 06-29, 1 + 28 + 31 + 30 + 31 + 29 = 150 days, less 10 suspended, of 5 = 700. Four whole months
    // of 150.00, and April's 30 days less 10: 100.00.
    ['mail', [['nobody', 700, '700']]],
    // The same days; 6.00 in the place of 30.00.
    ['archive', [['nobody', 700, '140']]],
    [
      'suite',
      [
        // 02-01 to 07-31, 28 + 31 + 30 + 31 + 30 + 31 = 181 days of 7.
        ['cirrus', 1267, '1267'],
        // 08-01 to 12-31, 31 + 30 + 31 + 30 + 31 = 153 days of 7.
        ['aurora', 1071, '1071'],
      ],
    ],
    // December: 31 days of 3; one whole cycle of 30.00 each.
    ['extra', [['aurora', 93, '90']]],
    // 11-03 to 11-05: 3 days of 4; the cycle of 11-03 to 12-02 has 30 days, so 1.00 each.
    ['trial', [['aurora', 12, '12']]],
  ])('credits %s for 2031 as worked out by hand', async (name, lines) => {
    const credits = await provider.api.get(`${path(name)}/credits?from=2031-01-01&to=2032-01-01`);
    const ids: Record<string, string | null> = {
      aurora: aurora.id,
      boreal: boreal.id,
      cirrus: cirrus.id,
      nobody: null,
    };
    expect(creditLines(credits)).toEqual(
      lines.map(([who, licenceDays, amount]) => [ids[who], licenceDays, 'BRL', Number(amount)]),
    );
  });

  it('shows no gap and no overlap in any ledger', async () => {
    for (const name of Object.keys(paths)) {
      const credits = await provider.api.get(`${path(name)}/credits`);
      const intervals = credits.at('intervals') as { from: string; to: string }[];
      for (const [index, { from, to }] of intervals.entries()) {
        expect(from < to).toBe(true);
        if (index > 0) expect(from).toBe(intervals[index - 1]?.to);
      }
    }
  });
});

async function statuses(...names: readonly string[]): Promise<readonly unknown[]> {
  const position = await world.head();
  const reads = names.map((name) => provider.api.get(path(name), { position }));
  return (await Promise.all(reads)).map((read) => read.at('status'));
}

interface Line {
  readonly resellerId: string | null;
  readonly licenceDays: number;
  readonly listAmount: { readonly currency: string; readonly amount: string };
}

/** Reseller, licence-days, currency and amount of each line. */
function creditLines(answer: Answer): readonly unknown[] {
  return (answer.at('credits') as readonly Line[]).map(
    ({ resellerId, licenceDays, listAmount }) => [
      resellerId,
      licenceDays,
      listAmount.currency,
      Number(listAmount.amount),
    ],
  );
}
