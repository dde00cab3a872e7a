import { existsSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AnswerSchemas } from './harness/answer-schemas';
import type { Answer, Api } from './harness/api';
import { ApiDocument, expectDeclaredAnswers } from './harness/api-document';
import { ALL_IN_FILES } from './harness/engines';
import { startService, type Service } from './harness/service';
import { until } from './harness/until';
import { accepted, World, type Member } from './harness/world';

let service: Service;
let world: World;
let document: ApiDocument;
let schemas: AnswerSchemas;
let provider: Member;

beforeAll(async () => {
  service = await startService();
  world = new World(service);
  document = await ApiDocument.of(service);
  schemas = new AnswerSchemas((await service.api().get('/docs-json')).body);
  provider = await world.provider();
});

afterAll(() => {
  const asked = service.exchanges.filter(({ path }) => path.includes('asOf='));
  expectDeclaredAnswers(document, asked);
  // A list of then is held to the one that was read then.
  const others = asked.filter(({ answer }) => answer.status !== 200);
  const wrong = others.flatMap((exchange) => {
    const operation = document.operationOf(exchange.method, exchange.path);
    return operation === undefined ? [] : schemas.faultsOfAnswer(operation, exchange);
  });
  expect([...new Set(wrong)]).toEqual([]);
});

const refusal = ({ status, body }: Answer) => [status, body['code']];

function withAsOf(path: string, moment: string): string {
  return `${path}${path.includes('?') ? '&' : '?'}asOf=${encodeURIComponent(moment)}`;
}

/** Asks, and while the views of the moment are built asks again at the address that is answered. */
async function builtAsOf(api: Api, path: string, moment: string): Promise<Answer> {
  let address = withAsOf(path, moment);
  return until(`${path} as of ${moment}`, async () => {
    const answer = await api.get(address);
    if (answer.status === 503 && answer.code === 'as-of-busy') return undefined;
    if (answer.status !== 202) return answer;
    expect(answer.at('status')).toBe('building');
    expect(answer.headers.get('tierbook-position')).toBe(answer.at('position'));
    address = answer.headers.get('location') ?? '';
    return undefined;
  });
}

describe('lists as of a position', () => {
  it('are what they were when that was the last: customers, subscriptions, resellers', async () => {
    const [one, two] = [await world.partner(provider), await world.partner(provider)];
    const { id, path } = await world.subscribed(provider, {
      account: { resellerId: one.id },
      order: { resellerId: one.id },
    });
    await world.customer(provider, { resellerId: two.id });
    const partnership = `/v1/partnerships/${provider.id}.${one.id}`;
    const own = [
      '/v1/customers',
      '/v1/customers?count=true&limit=1&sort=-licences',
      `/v1/customers?resellerId=${one.id}`,
      '/v1/customers?companyName=ametista&status=active',
      '/v1/subscriptions?count=true',
      `/v1/subscriptions?resellerId=${one.id}&status=active`,
      '/v1/resellers?sort=-licences',
      `/v1/resellers/${one.id}/customers`,
      partnership,
      `${partnership}/off-boarding`,
    ];
    const head = await world.head();
    const then = new Map<string, Answer>();
    for (const address of own)
      then.set(address, await provider.api.get(address, { position: head }));
    const programme = await world.operator.get('/v1/resellers?limit=200', { position: head });

    accepted(await provider.api.put(`${path}/quantity`, { quantity: 77 }));
    accepted(await provider.api.put(`/v1/customers/${id}/reseller`, { resellerId: two.id }));
    accepted(await provider.api.put(`${path}/reseller`, { resellerId: two.id }));
    accepted(await provider.api.put(`/v1/customers/${id}/profile`, world.profileBody()));
    await world.customer(provider, { resellerId: one.id });
    await world.partner(provider);
    const now = await world.head(head);

    for (const [address, before] of then) {
      const answer = await builtAsOf(provider.api, address, head);
      expect([address, answer.status]).toEqual([address, 200]);
      // A cursor is sealed anew each time.
      const without = { nextCursor: null };
      expect({ ...answer.body, ...without }).toEqual({ ...before.body, ...without });
      expect(answer.headers.get('tierbook-position')).toBe(head);
      expect(answer.headers.get('etag')).toBe(before.headers.get('etag'));
      const current = await provider.api.get(address, { position: now });
      expect([address, current.body]).not.toEqual([address, before.body]);
    }
    const enrolled = await builtAsOf(world.operator, '/v1/resellers?limit=200', head);
    expect(enrolled.items).toEqual(programme.items);
  });

  it('are paged by cursors that go with their position', async () => {
    for (let n = 0; n < 3; n++) await world.customer(provider);
    const head = await world.head();
    const all = await builtAsOf(provider.api, '/v1/customers?limit=200&sort=createdAt', head);
    await world.customer(provider);
    const list = '/v1/customers?limit=2&sort=createdAt';
    const seen: unknown[] = [];
    let page = await builtAsOf(provider.api, list, head);
    seen.push(...page.items);
    while (page.at('nextCursor') !== null) {
      const cursor = encodeURIComponent(page.string('nextCursor'));
      page = await builtAsOf(provider.api, `${list}&cursor=${cursor}`, head);
      seen.push(...page.items);
      const now = await provider.api.get(`${list}&cursor=${cursor}`);
      expect(refusal(now)).toEqual([400, 'cursor-invalid']);
    }
    expect(seen).toEqual(all.items);
  });

  it('show a reseller those that it may see now, as they were, and none of those before it', async () => {
    const [former, next] = [await world.partner(provider), await world.partner(provider)];
    const kept = await world.subscribed(provider, { account: { resellerId: former.id } });
    const head = await world.head();
    accepted(await provider.api.put(`${kept.path}/quantity`, { quantity: 44 }));
    accepted(await provider.api.put(`/v1/customers/${kept.id}/reseller`, { resellerId: next.id }));
    const later = accepted(
      await provider.api.post('/v1/customers', { ...world.customerBody(), resellerId: next.id }),
    );
    const now = await next.api.get('/v1/customers', { position: later.position });
    expect(now.items).toHaveLength(2);

    expect((await builtAsOf(former.api, '/v1/customers', head)).items).toEqual([]);
    for (const path of ['/v1/customers?count=true', `/v1/resellers/${next.id}/customers`]) {
      const answer = await builtAsOf(next.api, path, head);
      expect(answer.items).toHaveLength(1);
      expect(answer.items[0]).toMatchObject({ customerId: kept.id, licences: 10 });
      expect(answer.text).not.toContain(former.id);
      expect(answer.text).not.toContain(former.partnerId);
    }
    accepted(await provider.api.put(`/v1/customers/${kept.id}/reseller`, { resellerId: null }));
    const revoked = await world.head();
    expect((await next.api.get('/v1/customers', { position: revoked })).items).toHaveLength(1);
    expect((await builtAsOf(next.api, '/v1/customers', head)).items).toEqual([]);
  });
});

describe('the views of a moment', () => {
  /** Directories of views that are kept. */
  const kept = () => directoriesIn(join(service.dataDir, 'as-of')).flatMap(directoriesIn);
  const directoriesIn = (parent: string): readonly string[] =>
    readdirSync(parent, { withFileTypes: true })
      .filter((each) => each.isDirectory())
      .map(({ name }) => join(parent, name));

  it('are built once, answered with 202 and an address until then, by a time as by its position', async () => {
    const { position } = await world.customer(provider);
    const first = await provider.api.get(withAsOf('/v1/customers?limit=1', position));
    expect(first.status).toBe(202);
    expect(first.headers.get('retry-after')).toBe('1');
    expect(first.headers.get('location')).toBe(`/v1/customers?limit=1&asOf=${position}`);
    await builtAsOf(provider.api, '/v1/customers?limit=1', position);
    expect((await provider.api.get(withAsOf('/v1/subscriptions', position))).status).toBe(200);
    expect((await provider.api.get(withAsOf('/v1/resellers', position))).status).toBe(200);
  });

  it('are built one at a time, and the last three are kept', async () => {
    const positions: string[] = [];
    for (let n = 0; n < 4; n++) positions.push((await world.customer(provider)).position);
    for (const position of positions) {
      expect((await builtAsOf(provider.api, '/v1/customers', position)).status).toBe(200);
      expect(kept().length).toBeLessThanOrEqual(3);
    }
    const [first = '', ...others] = positions;
    for (const position of others) {
      expect((await provider.api.get(withAsOf('/v1/customers', position))).status).toBe(200);
    }
    const again = await provider.api.get(withAsOf('/v1/customers', first));
    expect(again.status).toBe(202);
    const { position } = await world.customer(provider);
    const other = await provider.api.get(withAsOf('/v1/customers', position));
    // Unless the first was done within that time.
    if (other.status === 503) {
      expect([other.code, other.headers.get('retry-after')]).toEqual(['as-of-busy', '1']);
      expect(other.string('detail')).toContain(first);
    } else expect(other.status).toBe(202);
    await builtAsOf(provider.api, '/v1/customers', first);
  });

  it('are gone once somebody is erased, of whom they would tell, and say so when they are built again', async () => {
    const body = world.customerBody();
    const { id, position } = accepted(await provider.api.post('/v1/customers', body));
    const search = `/v1/customers?companyName=${body.domain}`;
    const list = `/v1/customers?domain=${body.domain}`;
    const before = await builtAsOf(provider.api, search, position);
    expect([before.items.length, before.headers.get('tierbook-erased')]).toEqual([1, null]);
    accepted(await provider.api.post(`/v1/customers/${id}/erasure`));

    await until('the views to be gone', () => Promise.resolve(kept().length === 0 || undefined));
    const after = await builtAsOf(provider.api, list, position);
    expect(after.items[0]).toMatchObject({ customerId: id, status: 'active', companyName: null });
    expect(after.headers.get('tierbook-erased')).toBe('customers');
    expect((await builtAsOf(provider.api, search, position)).items).toEqual([]);
  });

  it('that cannot be built say so, each time anew, and are built once they can be', async () => {
    const { position } = await world.customer(provider);
    const [own = ''] = readdirSync(join(service.dataDir, 'as-of'));
    const [place, aside] = [join(service.dataDir, 'as-of', own), join(service.dataDir, 'aside')];
    const failed = async () => {
      const answer = await builtAsOf(provider.api, '/v1/customers', position);
      expect([...refusal(answer), answer.headers.get('retry-after')]).toEqual([
        ...[503, 'as-of-failed'],
        expect.stringMatching(/^\d+$/),
      ]);
      // Which file it was is for the operator.
      expect(answer.string('detail')).toContain(position);
      expect(answer.text).not.toContain(service.dataDir);
    };
    const logged = (why: RegExp) =>
      until('the reason in the log', () => Promise.resolve(why.test(service.logs()) || undefined));
    renameSync(place, aside);
    writeFileSync(place, '');
    await failed();
    await logged(/"reason":"[^"]*ENOTDIR/);
    rmSync(place);
    renameSync(aside, place);
    if (ALL_IN_FILES) {
      const keys = join(service.dataDir, 'keys.db');
      renameSync(keys, aside);
      await failed();
      await failed();
      await logged(/"reason":"[^"]*keys\.db/);
      renameSync(aside, keys);
    }
    expect((await builtAsOf(provider.api, '/v1/customers', position)).status).toBe(200);
  });

  it.each([
    ['/v1/customers?sort=colour', 'query-invalid'],
    ['/v1/customers?limit=0', 'field-invalid'],
    ['/v1/customers?colour=red', 'field-unknown'],
    [
      '/v1/customers?createdFrom=2030-01-02T00:00:00Z&createdBefore=2030-01-01T00:00:00Z',
      'time-span-empty',
    ],
    ['/v1/resellers?sort=colour', 'query-invalid'],
    ['/v1/subscriptions?sort=colour', 'query-invalid'],
  ])('are not built for %s: %s', async (path, code) => {
    const count = kept().length;
    const answer = await provider.api.get(withAsOf(path, await world.head()));
    expect(refusal(answer)).toEqual([400, code]);
    expect(kept()).toHaveLength(count);
  });

  it.each([
    ['yesterday', 'as-of-invalid'],
    ['9999-12-31T23:59:59Z', 'as-of-in-future'],
    ['1999-12-31T23:59:59Z', 'as-of-before-first-event'],
    ['0123456789abcdef-00000000000000000003', 'position-unknown'],
  ])('there are none of %s: %s', async (moment, code) => {
    for (const path of ['/v1/customers', '/v1/subscriptions', '/v1/resellers']) {
      expect(refusal(await provider.api.get(withAsOf(path, moment)))).toEqual([400, code]);
    }
  });

  it('do not outlive the service, nor what a killed one left', async () => {
    const { position } = await world.customer(provider);
    await builtAsOf(provider.api, '/v1/customers', position);
    await service.kill();
    expect(kept().length).toBeGreaterThan(0);
    await service.start();
    expect(kept()).toEqual([]);
    expect((await builtAsOf(provider.api, '/v1/customers', position)).status).toBe(200);
    await service.stop();
    expect(existsSync(join(service.dataDir, 'as-of'))).toBe(true);
    expect(readdirSync(join(service.dataDir, 'as-of'))).toEqual([]);
  });
});
