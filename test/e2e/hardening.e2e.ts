import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { systemClock } from '@tierbook/eventing';
import { AccessTokens } from '@tierbook/identity';
import type { Answer, Api } from './harness/api';
import { ApiDocument, expectDeclaredAnswers, type Schema } from './harness/api-document';
import { COMMAND_CASES } from './harness/command-cases';
import { startService, type Service } from './harness/service';
import { accepted, World, type Member } from './harness/world';

/** What a query language would take for an operator. */
const OPERATORS: readonly object[] = [
  { $ne: null },
  { $nor: [] },
  { $gt: '' },
  { $where: 'sleep(1000)' },
  { $regex: '.*' },
];

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

const refusal = ({ status, code }: Answer): [number, string] => [status, code];

/** The body with `value` in the place of each of its fields in turn, those of things inside too. */
function* poisoned(schema: Schema, body: object, value: unknown): Generator<[string, object]> {
  const names = new Set([...Object.keys(schema.properties ?? {}), ...Object.keys(body)]);
  for (const name of names) {
    yield [name, { ...body, [name]: value }];
    const inner = (body as Readonly<Record<string, unknown>>)[name];
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) continue;
    const below = document.resolve(schema.properties?.[name] ?? {});
    for (const [path, changed] of poisoned(below, inner, value)) {
      yield [`${name}/${path}`, { ...body, [name]: changed }];
    }
  }
}

describe('operators of a query language', () => {
  it('are refused in every field of every body', async () => {
    const head = await world.head();
    const prepared = new Map<string, Awaited<ReturnType<(typeof COMMAND_CASES)[string]>>>();
    for (const { id } of document.commands) {
      const one = await COMMAND_CASES[id]?.(world);
      if (one !== undefined) prepared.set(id, one);
    }
    const before = await world.head(head);
    let tried = 0;
    for (const { id, method, body: schema } of document.commands) {
      const one = prepared.get(id);
      if (schema === undefined || one?.body === undefined) continue;
      for (const operator of OPERATORS) {
        for (const [field, body] of poisoned(schema, one.body, operator)) {
          const answer = await one.api.command(method, one.path, body);
          expect([id, field, answer.status]).toEqual([id, field, 400]);
          tried += 1;
        }
      }
    }
    expect(tried).toBeGreaterThan(300);
    expect(await world.head(before)).toBe(before);
  });

  it('and repeated parameters are refused in every query', async () => {
    const provider = await world.provider();
    const { id, path } = await world.subscribed(provider);
    let tried = 0;
    for (const { id: read, path: template, query } of document.reads) {
      const address = template
        .replace('/v1/customers/{id}/subscriptions/{sid}', path)
        .replace('/v1/customers/{id}', `/v1/customers/${id}`);
      if (address.includes('{')) continue;
      const api = await callerOf(read, provider);
      for (const name of query) {
        for (const poison of [`${name}[$ne]=x`, `${name}[]=x`, `${name}=x&${name}=y`]) {
          const answer = await api.get(`${address}?${poison}`);
          expect([read, poison, answer.status]).toEqual([read, poison, 400]);
          tried += 1;
        }
      }
    }
    expect(tried).toBeGreaterThan(60);
  });

  async function callerOf(read: string, provider: Member): Promise<Api> {
    const roles = document.operations.find(({ id }) => id === read)?.roles ?? [];
    if (roles.some((role) => role.startsWith('provider'))) return provider.api;
    return roles.includes('operator') ? world.operator : (await world.reseller()).api;
  }
});

describe('operators of a query language, where there is no document of the API', () => {
  it('are refused in the fields of forms and of what operators send', async () => {
    const form = (body: string) =>
      service.api().send('POST', '/v1/token', {
        headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
        body,
      });
    const named = 'grant_type=client_credentials';
    const answers = [
      await form(`${named}&client_id[$ne]=x&client_secret[$ne]=x`),
      await form(`${named}&client_id=%7B%22%24ne%22%3A1%7D&client_secret=%7B%22%24ne%22%3A1%7D`),
      await form(`${named}&client_id=operator.x&client_secret[]=x`),
      await form(`grant_type[$nor]=x&${named}&${named}`),
    ];
    expect(answers.map(refusal)).toEqual([
      [401, 'client-invalid'],
      [401, 'client-invalid'],
      [401, 'client-invalid'],
      [400, 'token-request-invalid'],
    ]);
    const drop = '/v1/operations/projections/customers/parked/x/drop';
    for (const operator of OPERATORS) {
      const answer = await world.operator.post(drop, { why: operator });
      expect(refusal(answer)).toEqual([400, 'field-invalid']);
    }
  });
});

describe('what browsers are told', () => {
  it('is to keep to this origin, run nothing else, and show it in no frame', async () => {
    for (const path of ['/v1/offers', '/docs', '/health/live', '/nowhere']) {
      const { headers } = await service.api().get(path);
      const policy = headers.get('content-security-policy') ?? '';
      for (const directive of [
        "default-src 'self'",
        "object-src 'none'",
        "frame-ancestors 'none'",
      ]) {
        expect([path, policy]).toEqual([path, expect.stringContaining(directive)]);
      }
      expect(policy).toMatch(/script-src 'self'(?:;|$)/);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('strict-transport-security')).toContain('max-age=');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('x-powered-by')).toBeNull();
      expect(headers.get('access-control-allow-origin')).toBeNull();
    }
  });

  it('is nothing of where in the program something failed', async () => {
    for (const path of ['/v1/offers?limit=x', '/v1/%zz', '/v1/customers/x', '/nowhere']) {
      const { text } = await service.api(service.tokens.provider).get(path);
      expect(text).not.toMatch(/(?:\n|\\n)\s+at |node_modules|\.(?:js|ts)\b/);
    }
  });
});

describe('pages of other origins', () => {
  let open: Service;
  const ORIGIN = 'https://portal.example.com';
  beforeAll(async () => {
    open = await startService({ env: { CORS_ORIGINS: `${ORIGIN}, https://other.example` } });
  });

  const preflight = (origin: string) =>
    open.api().send('OPTIONS', '/v1/customers', {
      headers: {
        Origin: origin,
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': 'authorization,idempotency-key,content-type',
      },
    });

  it('may call where they are listed, and read what commands answer', async () => {
    const asked = await preflight(ORIGIN);
    expect(asked.status).toBe(204);
    expect(asked.headers.get('access-control-allow-origin')).toBe(ORIGIN);
    expect(asked.headers.get('access-control-allow-credentials')).toBeNull();
    expect(asked.headers.get('access-control-allow-headers')).toContain('Idempotency-Key');
    const read = await open.api(open.tokens.provider).get('/v1/offers', {
      headers: { Origin: ORIGIN },
    });
    expect(read.status).toBe(200);
    expect(read.headers.get('access-control-allow-origin')).toBe(ORIGIN);
    expect(read.headers.get('access-control-expose-headers')).toContain('Tierbook-Position');
  });

  it('may not where they are not', async () => {
    const asked = await preflight('https://portal.example.com.evil.example');
    expect(asked.headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('too many requests', () => {
  it('of one caller are refused with the time to wait, and hold up nobody else', async () => {
    const limited = await startService({ env: { RATE_LIMIT_PER_CALLER: '2' } });
    const flood = () => limited.api(limited.tokens.provider).get('/v1/offers');
    const answers = await Promise.all(Array.from({ length: 40 }, flood));
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(20);
    for (const answer of refused) {
      expect(answer.code).toBe('too-many-requests');
      expect(answer.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
    }
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(4);
    const other = await limited.api(limited.tokens.operator).get('/v1/providers');
    expect(other.status).toBe(200);
    expectDeclaredAnswers(await ApiDocument.of(limited), limited.exchanges);
  });

  it('of one address are refused, whoever it says it is', async () => {
    const limited = await startService({ env: { RATE_LIMIT_PER_ADDRESS: '3' } });
    const codes = await Promise.all(
      Array.from({ length: 40 }, (_, n) =>
        limited
          .api()
          .get('/v1/offers', { headers: { 'X-Forwarded-For': `203.0.113.${String(n)}` } }),
      ),
    );
    expect(codes.filter(({ status }) => status === 429).length).toBeGreaterThan(20);
  });

  it('are of the address that a trusted proxy names', async () => {
    const limited = await startService({
      env: { RATE_LIMIT_PER_ADDRESS: '3', TRUSTED_PROXIES: '127.0.0.0/8' },
    });
    const from = (address: string) =>
      limited.api().get('/v1/offers', { headers: { 'X-Forwarded-For': address } });
    const apart = await Promise.all(
      Array.from({ length: 40 }, (_, n) => from(`203.0.113.${String(n)}`)),
    );
    expect(apart.filter(({ status }) => status === 429)).toEqual([]);
    // All addresses of one IPv6 network are one's own.
    const network = await Promise.all(
      Array.from({ length: 40 }, (_, n) => from(`2001:db8:1:2::${n.toString(16)}`)),
    );
    expect(network.filter(({ status }) => status === 429).length).toBeGreaterThan(20);
  });

  it('with refused tokens are refused before these are verified; known callers go on', async () => {
    const limited = await startService({ env: { RATE_LIMIT_REFUSED_TOKENS: '1' } });
    const token = limited.tokens.provider;
    const honest = () => limited.api(token).get('/v1/offers');
    expect((await honest()).status).toBe(200);
    const stranger = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
    // A storm of key ids that nobody knows.
    const forged = await Promise.all(
      Array.from({ length: 30 }, () => {
        const kid = randomUUID();
        const keys = { current: kid, keys: new Map([[kid, stranger]]) };
        const issuer = `http://localhost:${String(limited.port)}`;
        return new AccessTokens({ keys, issuer, audience: 'tierbook', clock: systemClock }).sign(
          { kind: 'operator', id: 'x', organisation: { kind: 'operator' }, role: 'operator' },
          60,
        );
      }),
    );
    const statuses: number[] = [];
    for (const each of forged) {
      const answer = await limited.api(each).get('/v1/offers');
      statuses.push(answer.status);
      expect(answer.code).toBe(answer.status === 401 ? 'token-key-unknown' : 'too-many-requests');
      expect(limited.logs()).not.toContain(each);
    }
    expect(statuses.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 401));
    expect(statuses.filter((status) => status === 429).length).toBeGreaterThan(10);
    expect((await honest()).status).toBe(200);
    expect(limited.logs()).toContain('"code":"token-key-unknown"');
    expect(limited.logs()).toContain('"code":"too-many-requests"');
  });
});

describe('a command that is refused', () => {
  it('is kept, without its content, for the auditors of who sent it', async () => {
    const [provider, other] = [await world.provider(), await world.provider()];
    const body = world.customerBody();
    accepted(await provider.api.post('/v1/customers', body));
    const taken = await provider.api.post('/v1/customers', body);
    const invalid = await provider.api.post('/v1/customers', { companyName: 'Turmalina Paraíba' });
    const sales = await world.as({ kind: 'provider', id: provider.id }, 'sales-agent');
    const planned = await sales.post('/v1/offers', world.offerBody(), { dryRun: true });
    expect([taken, invalid, planned].map(refusal)).toEqual([
      [409, 'domain-taken'],
      [400, 'field-invalid'],
      [403, 'forbidden'],
    ]);
    const kept = await refusalsOf(provider.api, 3);
    const caller = { kind: 'agent', id: 'e2e', organisation: provider.id, role: 'admin-agent' };
    expect(kept.items).toMatchObject([
      {
        command: 'publish-offer',
        target: '/v1/offers',
        code: 'forbidden',
        caller: { ...caller, role: 'sales-agent' },
        dryRun: true,
      },
      { command: 'create-customer', code: 'field-invalid', caller },
      {
        kind: 'refusal',
        command: 'create-customer',
        target: '/v1/customers',
        code: 'domain-taken',
        caller,
        correlationId: taken.string('correlationId'),
        dryRun: false,
      },
    ]);
    for (const text of ['Turmalina Para', body.companyName, body.email, 'fingerprint']) {
      expect(kept.text).not.toContain(text);
    }
    const auditor = await world.as({ kind: 'provider', id: provider.id }, 'auditor');
    const found = await auditor.get('/v1/audit/refusals?code=domain-taken&command=create-customer');
    expect(found.items).toHaveLength(1);
    expect((await refusalsOf(other.api, 0)).items).toEqual([]);
    const seen = await world.operator.get('/v1/audit/refusals?code=domain-taken');
    expect(seen.text).toContain(provider.id);
    const [mine, theirs] = [`?limit=1`, `?limit=1`].map((query) => `/v1/audit/refusals${query}`);
    const cursor = (await auditor.get(mine ?? '')).string('nextCursor');
    expect((await auditor.get(`${mine ?? ''}&cursor=${cursor}`)).items).toHaveLength(1);
    expect(refusal(await other.api.get(`${theirs ?? ''}&cursor=${cursor}`))).toEqual([
      400,
      'cursor-invalid',
    ]);
    expect(refusal(await sales.get('/v1/audit/refusals'))).toEqual([403, 'forbidden']);
  });

  it('keeps no text that stood where an id belongs', async () => {
    const provider = await world.provider();
    await provider.api.post('/v1/customers/maria@example.com/subscriptions', {});
    const { items } = await refusalsOf(provider.api, 1);
    expect(items[0]?.['target']).toBe('/v1/customers/:id/subscriptions');
  });

  it('is still there after the service was ended at once', async () => {
    const provider = await world.provider();
    await provider.api.post('/v1/customers', {});
    await service.restart();
    const { items } = await provider.api.get('/v1/audit/refusals');
    expect(items).toMatchObject([{ command: 'create-customer', code: 'field-invalid' }]);
  });

  /** The refusals, once there are so many: they are written a moment later. */
  async function refusalsOf(api: Api, count: number): Promise<Answer> {
    for (;;) {
      const answer = await api.get('/v1/audit/refusals');
      if (answer.status !== 200 || answer.items.length >= count) return answer;
    }
  }
});
