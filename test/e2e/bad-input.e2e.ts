import { randomUUID } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { systemClock } from '@tierbook/eventing';
import { AccessTokens, loadOrCreateDevelopmentKeys, type Principal } from '@tierbook/identity';
import type { Answer, Api } from './harness/api';
import {
  ApiDocument,
  expectDeclaredAnswers,
  type Operation,
  type Schema,
} from './harness/api-document';
import { COMMAND_CASES, type CommandCase } from './harness/command-cases';
import { startService, type Service } from './harness/service';
import { accepted, World, type Member, type ResellerMember } from './harness/world';

/*
 * Nothing here is accepted, and so nothing is appended: each test leaves the log's head where it was, and
 * every answer of the whole file is a problem that the API document declares. That a link expires after 30
 * days, and a token after its time, is shown with a clock of its own in partnership-request.spec.ts and
 * access-tokens.spec.ts: no clock is set over HTTP.
 */

const DEEP = 10_000;

let service: Service;
let world: World;
let document: ApiDocument;
let provider: Member;
/** With customers, subscriptions, an offer and a partner of its own. */
let stranger: Member;
let reseller: ResellerMember;
let customerId: string;
let subscriptionPath: string;
let offerId: string;
/** Of an event of the provider's. */
let position: string;
/** One of each command, ready to be accepted. */
const cases = new Map<string, CommandCase>();

beforeAll(async () => {
  // Hundreds of forged tokens a second come from this one address.
  service = await startService({ env: { RATE_LIMIT_REFUSED_TOKENS: '1000000' } });
  world = new World(service);
  document = await ApiDocument.of(service);
  provider = await world.provider();
  stranger = await world.provider();
  reseller = await world.partner(stranger);
  offerId = await world.offer(provider);
  const subscribed = await world.subscribed(provider);
  customerId = subscribed.id;
  subscriptionPath = subscribed.path;
  position = await world.head();
  for (const { id } of document.commands) {
    const prepare = COMMAND_CASES[id];
    if (prepare !== undefined) cases.set(id, await prepare(world));
  }
});

afterAll(() => {
  expectDeclaredAnswers(document, service.exchanges);
});

const refusal = ({ status, code }: Answer): [number, string] => [status, code];
const pointers = (answer: Answer) =>
  ((answer.at('errors') ?? []) as readonly { pointer: string }[]).map(({ pointer }) => pointer);

/** The body without that field. */
const without = (body: object, name: string) =>
  Object.fromEntries(Object.entries(body).filter(([field]) => field !== name));

/** Runs the check, and shows that it left no event behind. */
async function appendsNothing(check: () => Promise<void>): Promise<void> {
  const head = await world.head();
  await check();
  expect(await world.head(head)).toBe(head);
}

/** Does the same with every command that takes a body. */
async function everyBody(
  check: (
    one: CommandCase & { readonly body: Readonly<Record<string, unknown>> },
    operation: Operation & { readonly body: Schema },
  ) => Promise<void>,
): Promise<void> {
  for (const operation of document.commands) {
    const one = cases.get(operation.id);
    if (one?.body === undefined || operation.body === undefined) continue;
    const body = one.body as Readonly<Record<string, unknown>>;
    await check({ ...one, body }, { ...operation, body: operation.body }).catch(
      (error: unknown) => {
        throw new Error(`${operation.id}: ${String(error)}`, { cause: error });
      },
    );
  }
}

describe('a body that is no JSON object', () => {
  const notJson: Readonly<Record<string, string>> = {
    'cut short': '{"name":"x"',
    NaN: '{"quantity":NaN}',
    Infinity: '{"quantity":-Infinity}',
    'a trailing comma': '{"name":"x",}',
    'single quotes': "{'name':'x'}",
    'a prototype': '{"__proto__":{"admin":true}}',
    'constructor.prototype': '{"constructor":{"prototype":{"admin":true}}}',
    text: '"name"',
    number: '1',
    null: 'null',
    list: '[{}]',
    'a name twice': '{"name":"x","\\u006eame":"y"}',
    'NUL between': '{"name":\u0000"x"}',
  };

  it.each(Object.keys(notJson))('is refused: %s', async (name) => {
    await appendsNothing(() =>
      everyBody(async ({ api, path }, { method }) => {
        const answer = await api.command(method, path, notJson[name]);
        expect(refusal(answer)).toEqual([400, 'malformed-json']);
      }),
    );
  });

  it('is refused when nested 10,000 deep, before it is walked', async () => {
    const [open, close] = ['{"a":', '}'];
    const deep = open.repeat(DEEP) + '1' + close.repeat(DEEP);
    const deepList = `{"name":${'['.repeat(DEEP)}${']'.repeat(DEEP)}}`;
    await appendsNothing(() =>
      everyBody(async ({ api, path }, { method }) => {
        for (const body of [deep, deepList]) {
          expect(refusal(await api.command(method, path, body))).toEqual([400, 'body-too-deep']);
        }
      }),
    );
  });

  it('is refused when larger than 100 KiB, however it comes', async () => {
    const huge = JSON.stringify({ name: 'x'.repeat(100 * 1024) });
    await appendsNothing(async () => {
      await everyBody(async ({ api, path }, { method }) => {
        expect(refusal(await api.command(method, path, huge))).toEqual([413, 'body-too-large']);
      });
      const chunked = await streamed('/v1/offers', 'x'.repeat(64 * 1024), 2);
      expect(chunked).toBe(413);
    });
  });
});

/**
 * Sends a body in chunks, without saying how long it will be or that it has ended; the status, as soon as
 * there is one. What was sent after that could meet a closed connection, and hide the answer.
 */
function streamed(path: string, chunk: string, chunks: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const sending = httpRequest(service.baseUrl + path, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${service.tokens.provider}`,
        'content-type': 'application/json',
        'idempotency-key': randomUUID(),
      },
    });
    sending.once('response', ({ statusCode = 0 }) => {
      resolve(statusCode);
      sending.destroy();
    });
    sending.once('error', reject);
    for (let sent = 0; sent < chunks; sent += 1) sending.write(chunk);
  });
}

describe('a body in another form', () => {
  it.each([
    ['gzip', gzipSync('{}')],
    ['br', brotliCompressSync('{}')],
    ['gzip', gzipSync('x'.repeat(10_000_000))],
    ['deflate', Buffer.from('{}')],
  ])('is refused when encoded: %s', async (encoding, bytes) => {
    await appendsNothing(() =>
      everyBody(async ({ api, path }, { method }) => {
        const headers = { 'Content-Encoding': encoding };
        const answer = await api.command(method, path, bytes, { headers });
        expect(refusal(answer)).toEqual([415, 'media-type-unsupported']);
      }),
    );
  });

  it.each([
    'text/plain',
    'application/xml',
    'application/x-www-form-urlencoded',
    'json',
    'application/json-seq',
  ])('is refused as %s', async (type) => {
    await appendsNothing(() =>
      everyBody(async ({ api, path, body }, { method }) => {
        const headers = { 'Content-Type': type };
        const answer = await api.command(method, path, JSON.stringify(body), { headers });
        expect(refusal(answer)).toEqual([415, 'media-type-unsupported']);
      }),
    );
  });
});

/** Values by what they are; each is wrong for a field of any other kind. */
const VALUES: Readonly<Record<string, readonly unknown[]>> = {
  null: [null],
  boolean: [true],
  integer: [1, -1],
  number: [1.5],
  string: ['text'],
  array: [[], [[]], [null], ['text', 1]],
  object: [{}, { toString: 'x' }, { length: 1, 0: 'x' }],
};

const WRONG_TEXT = ['\ud800', 'a\udc00b', 'nul\u0000', 'bell\u0007', '', '   ', 'x'.repeat(90_000)];

describe('a field', () => {
  it('of a wrong type is refused, and named', async () => {
    let tried = 0;
    await appendsNothing(() =>
      everyBody(async ({ api, path, body }, { method, body: schema }) => {
        for (const [name, declared] of Object.entries(schema.properties ?? {})) {
          const types = [document.resolve(declared).type ?? 'string'].flat();
          const wrong = Object.entries(VALUES).filter(([kind]) => !types.includes(kind));
          for (const value of wrong.flatMap(([, values]) => values)) {
            const answer = await api.command(method, path, { ...body, [name]: value });
            const told = `${name}: ${JSON.stringify(value)} ${answer.text}`;
            expect([told, answer.status, pointers(answer)[0]?.startsWith(`/${name}`)]).toEqual([
              told,
              400,
              true,
            ]);
            tried += 1;
          }
        }
      }),
    );
    expect(tried).toBeGreaterThan(300);
  });

  it('of text that is none, blank or too long is refused, and named', async () => {
    await appendsNothing(() =>
      everyBody(async ({ api, path, body }, { method, body: schema }) => {
        for (const [name, declared] of Object.entries(schema.properties ?? {})) {
          if (![document.resolve(declared).type].flat().includes('string')) continue;
          const blank = name === 'description' ? ['', '   '] : [];
          for (const value of WRONG_TEXT.filter((text) => !blank.includes(text))) {
            const answer = await api.command(method, path, { ...body, [name]: value });
            expect([name, value.slice(0, 20), ...refusal(answer), pointers(answer)]).toEqual([
              name,
              value.slice(0, 20),
              400,
              'field-invalid',
              [`/${name}`],
            ]);
          }
        }
      }),
    );
  });

  it('of a number beyond all numbers is refused, and named', async () => {
    await appendsNothing(() =>
      everyBody(async ({ api, path, body }, { method, body: schema }) => {
        for (const name of Object.keys(schema.properties ?? {})) {
          const text = JSON.stringify({ ...body, [name]: 'HERE' }).replace('"HERE"', '1e400');
          const answer = await api.command(method, path, text);
          expect([name, answer.status, pointers(answer)[0]]).toEqual([name, 400, `/${name}`]);
        }
      }),
    );
  });

  it('that is required and missing is refused, and named', async () => {
    await appendsNothing(() =>
      everyBody(async ({ api, path, body }, { method, body: schema }) => {
        for (const name of schema.required ?? []) {
          const answer = await api.command(method, path, without(body, name));
          expect([...refusal(answer), pointers(answer)]).toEqual([
            400,
            'field-invalid',
            [`/${name}`],
          ]);
        }
      }),
    );
  });

  it('that there is none of is refused, and named, also of things inside', async () => {
    await appendsNothing(async () => {
      await everyBody(async ({ api, path, body }, { method }) => {
        for (const name of ['surprise', 'a/b~c', 'hasOwnProperty', 'toString', 'constructor']) {
          const answer = await api.command(method, path, { ...body, [name]: 'x' });
          const pointer = `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
          expect([...refusal(answer), pointers(answer)]).toEqual([400, 'field-unknown', [pointer]]);
        }
      });
      const customer = world.customerBody();
      const inAddress = { ...customer, address: { ...customer.address, planet: 'x' } };
      const inOrder = { ...customer, subscriptions: [{ ...world.orderBody(offerId), price: 1 }] };
      for (const [body, pointer] of [
        [inAddress, '/address/planet'],
        [inOrder, '/subscriptions/0/price'],
      ] as const) {
        const answer = await provider.api.post('/v1/customers', body);
        expect([...refusal(answer), pointers(answer)]).toEqual([400, 'field-unknown', [pointer]]);
      }
    });
  });
});

const IN_PATH = /\{(\w+)\}/g;
/** What these parameters name belongs to no tenant. */
const SHARED = /\{(?:prefix|code)\}/;

describe('an id', () => {
  /** Every operation with an id in its path, with the path of something that is the demo's own. */
  function targets(): { operation: Operation; own: string; body: object | undefined }[] {
    return document.operations
      .filter(({ path }) => path.includes('{') && !SHARED.test(path))
      .map((operation) => {
        const found = cases.get(operation.id);
        if (found !== undefined) return { operation, own: found.path, body: found.body };
        return { operation, own: ownPath(operation), body: undefined };
      });
  }

  function ownPath({ path }: Operation): string {
    const requestId = cases.get('withdraw-partnership-request')?.path.split('/')[3] ?? '';
    const partnershipId = cases.get('end-partnership')?.path.split('/')[3] ?? '';
    const ofCollection: Readonly<Record<string, string>> = {
      resellers: cases.get('approve-reseller')?.path.split('/')[3] ?? '',
      'partnership-requests': requestId,
      partnerships: partnershipId,
      customers: customerId,
      offers: offerId,
    };
    const [, , collection = ''] = path.split('/');
    return path
      .replace('{id}', ofCollection[collection] ?? '')
      .replace('{did}', cases.get('renew-delegated-admin')?.path.split('/')[5] ?? '')
      .replace('{sid}', subscriptionPath.split('/').at(-1) ?? '')
      .replace('{event}', position);
  }

  const may = ({ roles }: Operation, kind: string) => roles.some((role) => role.startsWith(kind));
  const send = (api: Api, { method, isCommand }: Operation, path: string, body?: object) =>
    isCommand ? api.command(method, path, body) : api.get(path);

  it('that names nothing is not found, on every route that takes one', async () => {
    const unknown = [
      randomUUID(),
      randomUUID().toUpperCase(),
      'x',
      '0',
      '..%2f..%2fetc',
      '%00',
      '%F0%9F%A6%84',
      '__proto__',
      `${randomUUID()}.${randomUUID()}`,
      "'%20or%201=1--",
      'x'.repeat(190),
      'x'.repeat(1_000),
    ];
    await appendsNothing(async () => {
      for (const { operation, own, body } of targets()) {
        const callers = {
          operator: world.operator,
          provider: provider.api,
          reseller: reseller.api,
        };
        const kinds = ['operator', 'provider', 'reseller'] as const;
        const caller = callers[kinds.find((kind) => may(operation, kind)) ?? 'provider'];
        const names = [...operation.path.matchAll(IN_PATH)].map(([, name]) => name);
        for (const name of names) {
          for (const id of unknown) {
            const index = operation.path.split('/').indexOf(`{${String(name)}}`);
            const path = own
              .split('/')
              .map((part, at) => (at === index ? id : part))
              .join('/');
            const answer = await send(caller, operation, path, body);
            expect([operation.id, path, answer.status]).toEqual([operation.id, path, 404]);
          }
        }
      }
    });
  });

  it("of another tenant's is not found, on every route that takes one", async () => {
    await appendsNothing(async () => {
      for (const { operation, own, body } of targets()) {
        for (const [kind, api] of [
          ['provider', stranger.api],
          ['reseller', reseller.api],
        ] as const) {
          const answer = await send(api, operation, own, body);
          const expected = may(operation, kind) ? [404] : [403, 404];
          expect([operation.id, kind, expected.includes(answer.status), answer.status]).toEqual([
            operation.id,
            kind,
            true,
            answer.status,
          ]);
          expect(answer.text).not.toMatch(/padaria|quartzo|zimbro|Esmeralda/i);
        }
      }
    });
  });

  it("of a subscription is not found under another customer, its own tenant's neither", async () => {
    const other = await world.customer(provider);
    const misplaced = subscriptionPath.replace(customerId, other.id);
    await appendsNothing(async () => {
      expect((await provider.api.get(misplaced)).status).toBe(404);
      const answer = await provider.api.put(`${misplaced}/quantity`, { quantity: 2 });
      expect(refusal(answer)).toEqual([404, 'subscription-unknown']);
    });
  });

  it("of another tenant's offer or reseller in a body is refused as if there were none", async () => {
    const [foreign, order] = [await world.offer(stranger), world.orderBody(offerId)];
    await appendsNothing(async () => {
      const path = `/v1/customers/${customerId}/subscriptions`;
      const [theirs, none] = [
        await provider.api.post(path, { ...order, offerId: foreign }),
        await provider.api.post(path, { ...order, offerId: randomUUID() }),
      ];
      expect([refusal(theirs), refusal(none)]).toEqual([
        [409, 'offer-unknown'],
        [409, 'offer-unknown'],
      ]);
      for (const resellerId of [reseller.id, randomUUID()]) {
        const answer = await provider.api.post(path, { ...order, resellerId });
        expect(refusal(answer)).toEqual([409, 'partnership-not-active']);
      }
      const offers = await provider.api.get(`/v1/offers?providerId=${stranger.id}`);
      expect(offers.status).toBe(404);
    });
  });
});

describe('a caller', () => {
  const some: Principal = {
    kind: 'agent',
    id: 'e2e',
    organisation: { kind: 'provider', id: 'x' },
    role: 'admin-agent',
  };

  function signer(
    audience: string,
    issuer = `http://localhost:${service.port}`,
    keys = loadOrCreateDevelopmentKeys(service.dataDir).tokens,
  ) {
    return new AccessTokens({ keys, issuer, audience, clock: systemClock });
  }

  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

  async function forgeries(): Promise<readonly (readonly [string | undefined, string])[]> {
    const good = await service.sign(some);
    const [header = '', payload = '', signature = ''] = good.split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
    const operator = part({
      ...claims,
      kind: 'operator',
      organisation: { kind: 'operator' },
      role: 'operator',
    });
    const none = part({ alg: 'none', typ: 'at+jwt' });
    const hmac = part({ alg: 'HS256', typ: 'at+jwt' });
    const old = new Date(Date.now() - 7_200_000);
    const at = (now: Date) =>
      new AccessTokens({
        keys: loadOrCreateDevelopmentKeys(service.dataDir).tokens,
        issuer: `http://localhost:${service.port}`,
        audience: 'tierbook',
        clock: { now: () => now },
      });
    const unknownKey = part({ alg: 'EdDSA', typ: 'at+jwt', kid: randomUUID() });
    return [
      [undefined, 'token-missing'],
      ['x', 'token-malformed'],
      ['x.y.z', 'token-malformed'],
      ['x'.repeat(5_000), 'token-malformed'],
      [`${header}.${operator}.${signature}`, 'token-invalid'],
      [`${header}.${payload}.${'A'.repeat(86)}`, 'token-invalid'],
      [`${none}.${operator}.`, 'token-algorithm-refused'],
      [`${hmac}.${operator}.${signature}`, 'token-algorithm-refused'],
      [await signer('another-service').sign(some, 60), 'token-audience-wrong'],
      [await signer('tierbook', 'http://elsewhere.example').sign(some, 60), 'token-audience-wrong'],
      [`${unknownKey}.${payload}.${signature}`, 'token-key-unknown'],
      [await at(old).sign(some, 60), 'token-expired'],
      [await at(new Date(Date.now() + 3_600_000)).sign(some, 60), 'token-not-yet-valid'],
    ];
  }

  it('whose token is missing, forged, expired or not for this service is refused everywhere', async () => {
    const all = await forgeries();
    await appendsNothing(async () => {
      for (const [token, code] of all) {
        for (const { method, path: template, isCommand } of document.operations) {
          const path = template.replaceAll(/[{}]/g, '');
          const api = service.api(token);
          const answer = isCommand
            ? await api.command(method, path, {})
            : await api.send(method, path);
          expect([path, ...refusal(answer)]).toEqual([path, 401, code]);
          expect(answer.headers.get('www-authenticate')).toContain('Bearer');
        }
      }
    });
    // The log says why, and nothing of the token.
    for (const [token, code] of all) {
      expect(service.logs()).toContain(`"code":"${code}"`);
      const parts = token?.split('.').filter((each) => each.length > 20) ?? [];
      for (const each of parts) expect(service.logs()).not.toContain(each);
    }
  });

  it('without a token is told so before anything of its request is looked at', async () => {
    const bodies = ['{', `{"name":"${'x'.repeat(120_000)}"}`, '{"a":'.repeat(DEEP)];
    await appendsNothing(async () => {
      for (const { method, path, isCommand } of document.operations) {
        if (!isCommand) continue;
        const nobody = service.api();
        const address = path.replaceAll(IN_PATH, randomUUID());
        for (const body of bodies) {
          const answer = await nobody.command(method, address, body, { key: null });
          expect([path, ...refusal(answer)]).toEqual([path, 401, 'token-missing']);
        }
        const headers = { 'Content-Encoding': 'gzip', 'Correlation-Id': 'x' };
        const encoded = await nobody.command(method, address, '{}', { headers });
        expect([path, ...refusal(encoded)]).toEqual([path, 401, 'token-missing']);
      }
    });
  });

  it('whose role may not is told which roles may, before anything else', async () => {
    const reporter = await world.as({ kind: 'provider', id: provider.id }, 'reporter');
    await appendsNothing(async () => {
      for (const operation of document.commands) {
        const one = cases.get(operation.id);
        if (one === undefined || !operation.roles.includes('provider admin-agent')) continue;
        // The cases' things are of other tenants; a create names none.
        if (operation.path.includes('{')) continue;
        const answer = await reporter.command(operation.method, one.path, one.body);
        expect([operation.id, ...refusal(answer)]).toEqual([operation.id, 403, 'forbidden']);
        expect(answer.string('detail')).toContain('provider admin-agent');
      }
    });
  });

  it('whose headers are huge or broken is refused', async () => {
    await appendsNothing(async () => {
      const body = world.offerBody();
      const correlated = await provider.api.post('/v1/offers', body, {
        headers: { 'Correlation-Id': 'maria@example.com' },
      });
      expect(refusal(correlated)).toEqual([400, 'correlation-id-invalid']);
      const huge = await provider.api
        .send('GET', '/v1/offers', { headers: { 'X-Long': 'x'.repeat(17_000) } })
        .catch(() => undefined);
      // The connection may be gone before the answer is read; client-errors.spec.ts reads each.
      if (huge !== undefined) {
        expect(refusal(huge)).toEqual([431, 'headers-too-large']);
        service.exchanges.pop();
      }
    });
  });
});

describe('a query', () => {
  /** Reads that can be asked of a path without an id, by somebody who may. */
  const lists = () =>
    document.reads
      .filter(
        ({ path, method, query }) =>
          method === 'GET' &&
          !path.includes('{') &&
          query.includes('limit') &&
          path !== '/v1/events',
      )
      .map(({ path, query, roles }) => ({
        path,
        query,
        api: roles.some((role) => role.startsWith('provider')) ? provider.api : reseller.api,
      }));

  it('with a limit out of range, a wrong cursor, an unknown sort or field is refused', async () => {
    await appendsNothing(async () => {
      for (const { path, query, api } of lists()) {
        const wrong = [
          ...['0', '-1', '1e9', '201', '1.5', 'x', '', 'NaN', '1&limit=2', '0x10', '1e1', '+5'].map(
            (each) => [`limit=${each}`, 'field-invalid'],
          ),
          ...['x', 'A'.repeat(60), '%00', 'A'.repeat(4_096)].map((each) => [
            `cursor=${each}`,
            'cursor-invalid',
          ]),
          [`cursor=${'A'.repeat(10_001)}`, 'field-invalid'],
          ['cursor=a&cursor=b', 'field-invalid'],
          ['cursor[$gt]=x', 'field-unknown'],
          ['surprise=1', 'field-unknown'],
          ['__proto__=1', 'field-unknown'],
          ['hasOwnProperty=1', 'field-unknown'],
        ];
        if (query.includes('sort'))
          wrong.push(
            ['sort=password', 'query-invalid'],
            ['sort=-', 'query-invalid'],
            ['sort=constructor', 'query-invalid'],
          );
        for (const [text = '', code] of wrong) {
          const answer = await api.get(`${path}?${text}`);
          expect([path, text.slice(0, 30), ...refusal(answer)]).toEqual([
            path,
            text.slice(0, 30),
            400,
            code,
          ]);
        }
      }
    });
  });

  it('pages on past a name that folds to eighteen times as much, by the cursor that was answered', async () => {
    let position = '';
    for (const companyName of ['\ufdfa'.repeat(200), '\ufdfa'.repeat(199)]) {
      const body = { ...world.customerBody(), companyName };
      ({ position } = accepted(await provider.api.post('/v1/customers', body)));
    }
    const first = await provider.api.get('/v1/customers?sort=-companyName&limit=1', { position });
    const cursor = String(first.at('nextCursor'));
    const second = await provider.api.get(
      `/v1/customers?sort=-companyName&limit=1&cursor=${cursor}`,
    );
    expect([cursor.length > 8_000, second.status]).toEqual([true, 200]);
  });

  it('for nothing but accents is refused, as it would find everybody', async () => {
    for (const query of ['customers?companyName=%CC%81', 'resellers?search=%CC%81%CC%81']) {
      expect(refusal(await provider.api.get(`/v1/${query}`))).toEqual([400, 'query-invalid']);
    }
  });

  it('of days or times that nothing lies between is refused', async () => {
    const { path } = await world.subscribed(provider);
    for (const empty of [
      `${path}/credits?from=2031-02-01&to=2031-01-01`,
      `${path}/credits?from=2031-02-01&to=2031-02-01`,
      '/v1/customers?createdFrom=2031-02-01T00:00:00Z&createdBefore=2031-01-01T00:00:00Z',
      '/v1/subscriptions?termEndsFrom=2031-02-01T00:00:00Z&termEndsBefore=2031-01-01T00:00:00Z',
      '/v1/audit/refusals?from=2031-02-01T00:00:00.500Z&until=2031-02-01T00:00:00Z',
      '/v1/events?from=2031-02-01T00:00:00Z&until=2031-02-01T00:00:00.000Z',
    ]) {
      const answer = await provider.api.get(empty);
      expect([empty, ...refusal(answer)]).toEqual([empty, 400, 'time-span-empty']);
      const [, bound = ''] = /&(\w+)=/.exec(empty) ?? [];
      expect(answer.at('errors', 0)).toMatchObject({
        pointer: `/${bound}`,
        code: 'time-span-empty',
      });
    }
    // Half a second is a span.
    const half = 'from=2031-02-01T00:00:00Z&until=2031-02-01T00:00:00.500Z';
    expect((await provider.api.get(`/v1/audit/refusals?${half}`)).status).toBe(200);
  });

  it('with the cursor of another list, filter, sort or tenant is refused', async () => {
    await world.customer(provider);
    const position = await world.head();
    const first = await provider.api.get('/v1/customers?limit=1&sort=domain', { position });
    const cursor = encodeURIComponent(first.string('nextCursor'));
    const good = `/v1/customers?limit=1&sort=domain&cursor=${cursor}`;
    expect((await provider.api.get(good)).status).toBe(200);
    const forged = `${cursor.slice(0, -2)}${cursor.endsWith('AA') ? 'BB' : 'AA'}`;
    for (const path of [
      `/v1/offers?cursor=${cursor}`,
      `/v1/customers?limit=1&sort=-domain&cursor=${cursor}`,
      `/v1/customers?limit=1&sort=companyName&cursor=${cursor}`,
      `/v1/customers?limit=1&sort=domain&country=BR&cursor=${cursor}`,
      `/v1/customers?limit=1&sort=domain&cursor=${forged}`,
    ]) {
      expect(refusal(await provider.api.get(path))).toEqual([400, 'cursor-invalid']);
    }
    expect(refusal(await stranger.api.get(good))).toEqual([400, 'cursor-invalid']);
  });

  it('of a command is dryRun, true or false, and nothing else', async () => {
    await appendsNothing(async () => {
      for (const operation of document.commands) {
        const one = cases.get(operation.id);
        if (one === undefined) continue;
        for (const query of [
          'dryRun=yes',
          'dryRun=',
          'dryRun=true&dryRun=false',
          'dryrun=true',
          'x=1',
        ]) {
          const answer = await one.api.command(operation.method, `${one.path}?${query}`, one.body);
          expect([operation.id, query, ...refusal(answer)]).toEqual([
            operation.id,
            query,
            400,
            'query-invalid',
          ]);
        }
      }
    });
  });

  it('with a position that is none, or of another log, or beyond this one, is refused', async () => {
    const head = await world.head();
    const [log = ''] = head.split('-');
    const wrong = [
      ['x', 'position-invalid'],
      ['1', 'position-invalid'],
      [`${log}-1`, 'position-invalid'],
      [`${'0'.repeat(16)}-${'0'.repeat(19)}1`, 'position-unknown'],
      [`${log}-${'9'.repeat(20)}`, 'position-unknown'],
    ];
    for (const { path, api } of [...lists(), { path: '/v1/events', api: provider.api }]) {
      for (const [position = '', code] of wrong) {
        expect([path, ...refusal(await api.get(path, { position }))]).toEqual([path, 400, code]);
      }
    }
  });
});

describe('a rule, each with a code of its own', () => {
  it('of quantities, cycles, terms and offers', async () => {
    const path = `/v1/customers/${customerId}/subscriptions`;
    const order = world.orderBody(offerId);
    await appendsNothing(async () => {
      for (const [change, code] of [
        [{ quantity: 301 }, 'quantity-out-of-range'],
        [{ quantity: 0 }, 'quantity-out-of-range'],
        [{ billingCycle: 'one-time' }, 'billing-cycle-unavailable'],
        [{ term: 'P3Y' }, 'term-unavailable'],
      ] as const) {
        const answer = await provider.api.post(path, { ...order, ...change });
        expect(refusal(answer)).toEqual([409, code]);
      }
      const offer = { ...world.offerBody(), minQuantity: 10, maxQuantity: 5 };
      const limits = await provider.api.post('/v1/offers', offer);
      expect(refusal(limits)).toEqual([409, 'offer-limits-invalid']);
    });
  });

  it('of customers and their countries', async () => {
    const body = world.customerBody();
    const taken = await world.customer(provider);
    await appendsNothing(async () => {
      for (const [each, code] of [
        [{ ...body, domain: taken.string('customer', 'domain').toUpperCase() }, 'domain-taken'],
        [without(body, 'phone'), 'phone-required'],
        [without(body, 'registrationNumber'), 'registration-number-required'],
        [{ ...body, registrationNumber: '11.222.333/0001-82' }, 'registration-number-invalid'],
      ] as const) {
        expect(refusal(await provider.api.post('/v1/customers', each))).toEqual([409, code]);
      }
    });
  });

  it('of partnerships that ended', async () => {
    const partner = await world.reseller();
    const id = await world.partnership(provider, partner);
    accepted(await partner.api.post(`/v1/partnerships/${id}/end`, {}));
    await world.offBoarded(provider, id);
    const customer = { ...world.customerBody(), resellerId: partner.id };
    await appendsNothing(async () => {
      for (const answer of [
        await provider.api.post('/v1/customers', customer),
        await provider.api.put(`${subscriptionPath}/reseller`, { resellerId: partner.id }),
        await provider.api.put(`${subscriptionPath}/support-contact`, { resellerId: partner.id }),
        await provider.api.post(`/v1/partnerships/${id}/end`, {}),
      ]) {
        expect(refusal(answer)).toEqual([409, 'partnership-not-active']);
      }
    });
  });

  it('of enrolment', async () => {
    const [applicant, outsider] = [await world.applicant(), await world.outsider()];
    const { operator } = world;
    await appendsNothing(async () => {
      const own = world.resellerBody(applicant.partnerId);
      const again = await applicant.api.post('/v1/resellers', own);
      expect(refusal(again)).toEqual([409, 'reseller-already-applied']);
      const foreign = await outsider.api.post('/v1/resellers', own);
      expect(refusal(foreign)).toEqual([403, 'partner-id-not-yours']);
      const enrolled = await reseller.api.post(
        '/v1/resellers',
        world.resellerBody(reseller.partnerId),
      );
      expect(refusal(enrolled)).toEqual([409, 'reseller-already-enrolled']);
      for (const what of ['approval', 'rejection']) {
        const none = await operator.post(`/v1/resellers/${outsider.id}/${what}`);
        expect(none.status).toBe(404);
      }
    });
  });

  it('of links: forged, withdrawn, declined, used and superseded', async () => {
    const [partner, other] = [await world.reseller(), await world.reseller()];
    const fresh = () => world.invitation(provider);
    const [withdrawn, declined, used, old, forged] = [
      await fresh(),
      await fresh(),
      await fresh(),
      await fresh(),
      await fresh(),
    ];
    const requests = '/v1/partnership-requests';
    accepted(await provider.api.post(`${requests}/${withdrawn.requestId}/withdrawal`));
    accepted(await other.api.post('/v1/partnership-declines', { token: declined.token }));
    accepted(
      await other.api.post('/v1/partnership-acceptances', { token: used.token, consent: true }),
    );
    accepted(await provider.api.post(`${requests}/${old.requestId}/reminder`, { newLink: true }));
    const secret = forged.token.slice(37);
    const flipped = (secret.startsWith('A') ? 'B' : 'A') + secret.slice(1);
    await appendsNothing(async () => {
      for (const [token, status, code] of [
        [withdrawn.token, 409, 'partnership-request-withdrawn'],
        [declined.token, 409, 'partnership-request-declined'],
        [used.token, 409, 'partnership-request-accepted'],
        [old.token, 409, 'invitation-superseded'],
        [`${forged.requestId}.${flipped}`, 404, 'invitation-unknown'],
        [`${old.requestId}.${secret}`, 404, 'invitation-unknown'],
        [`${randomUUID()}.${secret}`, 404, 'invitation-unknown'],
        [forged.requestId, 404, 'invitation-unknown'],
        ['x', 404, 'invitation-unknown'],
      ] as const) {
        const acceptance = { token, consent: true };
        const accept = await partner.api.post('/v1/partnership-acceptances', acceptance);
        expect([token, ...refusal(accept)]).toEqual([token, status, code]);
        const decline = await partner.api.post('/v1/partnership-declines', { token });
        expect([token, ...refusal(decline)]).toEqual([token, status, code]);
      }
    });
  });
});

describe('an address', () => {
  it.each([
    '/',
    '/v1',
    '/v2/customers',
    '/v1/customers/',
    '/v1//customers',
    '/v1/customers/%zz',
    '/%',
    '/.env',
    '/v1/customers;x',
  ])('that there is none of is not found: %s', async (path) => {
    const answer = await provider.api.get(path);
    expect([400, 404]).toContain(answer.status);
  });

  it.each(['PATCH', 'DELETE', 'PUT', 'OPTIONS'])('takes no %s', async (method) => {
    const answer = await provider.api.send(method, '/v1/customers', {
      headers: { 'Idempotency-Key': 'x' },
    });
    expect([answer.status, answer.code]).toEqual([405, 'method-not-allowed']);
    expect(answer.headers.get('allow')).toBe('GET, HEAD, POST');
  });
});
