import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose';
import type { Answer } from './harness/api';
import { ApiDocument, expectDeclaredAnswers } from './harness/api-document';
import { EventStream } from './harness/event-stream';
import { startService, type Service } from './harness/service';
import { accepted, World, type Member, type ServiceAccount } from './harness/world';

let service: Service;
let world: World;
let document: ApiDocument;
let provider: Member;

beforeAll(async () => {
  service = await startService({ env: { RATE_LIMIT_REFUSED_TOKENS: '1000' } });
  world = new World(service);
  document = await ApiDocument.of(service);
  provider = await world.provider();
});

afterAll(() => {
  expectDeclaredAnswers(document, service.exchanges);
});

const refusal = ({ status, code }: Answer): [number, string] => [status, code];

type Credentials = Pick<ServiceAccount, 'clientId' | 'clientSecret'>;

/** As `client_secret_basic`. */
function askForToken(
  { clientId, clientSecret }: Credentials,
  form = 'grant_type=client_credentials',
): Promise<Answer> {
  const basic = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
  return post(form, { Authorization: `Basic ${basic}` });
}

function post(form: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  return service.api().send('POST', '/v1/token', {
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
    body: form,
  });
}

async function tokenOf(account: Credentials): Promise<string> {
  const answer = await askForToken(account);
  expect(answer.status).toBe(200);
  return answer.string('access_token');
}

describe('a service', () => {
  it('calls the API in its role, by a token that it gets for its secret', async () => {
    const account = await world.serviceAccount(provider, 'sales-agent');
    const answer = await askForToken(account);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.body).toEqual({
      access_token: answer.string('access_token'),
      token_type: 'Bearer',
      expires_in: 600,
      scope: 'sales-agent',
    });
    const api = service.api(answer.string('access_token'));
    const made = accepted(await api.post('/v1/customers', world.customerBody()));
    expect(refusal(await api.post('/v1/offers', world.offerBody()))).toEqual([403, 'forbidden']);
    const { events } = (await provider.api.get(`/v1/customers/${made.id}/events`)).body as {
      events: { actor: object }[];
    };
    expect(events[0]?.actor).toEqual({
      kind: 'service',
      id: account.id,
      organisation: provider.id,
    });
  });

  it('may name itself in the body too, and ask for its scope', async () => {
    const { clientId, clientSecret } = await world.serviceAccount(provider, 'auditor');
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
      scope: 'auditor',
    });
    expect((await post(form.toString())).status).toBe(200);
  });

  it('has a token that others can verify: RFC 9068, by the published keys', async () => {
    const account = await world.serviceAccount(provider);
    const token = await tokenOf(account);
    const metadata = await service.api().get('/.well-known/oauth-authorization-server');
    expect(metadata.at('grant_types_supported')).toEqual(['client_credentials']);
    const { body } = await service.api().get('/.well-known/jwks.json');
    const published = body as unknown as JSONWebKeySet;
    for (const key of published.keys) expect(Object.keys(key)).not.toContain('d');
    const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet(published), {
      issuer: metadata.string('issuer'),
      audience: 'tierbook',
      typ: 'at+jwt',
      algorithms: ['EdDSA'],
    });
    expect(payload).toMatchObject({ sub: account.id, client_id: account.id });
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(600);
    expect(protectedHeader.typ).toBe('at+jwt');
  });

  it('is shown its secret once, and nobody is shown it again', async () => {
    const [key, body] = [randomUUID(), { name: 'once', role: 'reporter' }];
    const first = accepted(await provider.api.post('/v1/services', body, { key }));
    expect(first.headers.get('cache-control')).toBe('no-store');
    const secret = first.string('client', 'clientSecret');
    // 256 bits.
    expect(secret).toMatch(/^tbs_[A-Za-z0-9_-]{43}$/);
    const again = await provider.api.post('/v1/services', body, { key });
    expect([again.status, again.id]).toEqual([201, first.id]);
    expect(again.string('client', 'clientId')).toBe(first.string('client', 'clientId'));
    for (const answer of [
      again,
      await provider.api.get('/v1/services'),
      await provider.api.get(`/v1/services/${first.id}`),
      await provider.api.get('/v1/events?limit=200'),
    ]) {
      expect(answer.text).not.toContain(secret);
    }
  });

  it('is listed for its own organisation, and not found for others', async () => {
    const [owner, other] = [await world.provider(), await world.provider()];
    const { id, clientId } = await world.serviceAccount(owner, 'reporter');
    const { items } = await owner.api.get('/v1/services');
    expect(items).toMatchObject([
      { serviceId: id, clientId, role: 'reporter', status: 'active', formerSecretUntil: null },
    ]);
    expect((await owner.api.get(`/v1/services/${id}`)).etag).toBe(0);
    expect((await other.api.get('/v1/services')).items).toEqual([]);
    expect(refusal(await other.api.get(`/v1/services/${id}`))).toEqual([404, 'service-unknown']);
    for (const what of ['secret', 'revocation']) {
      const answer = await other.api.post(`/v1/services/${id}/${what}`);
      expect(refusal(answer)).toEqual([404, 'service-unknown']);
    }
  });

  it('has a name that is free and a role of its organisation', async () => {
    const name = 'erp';
    accepted(await provider.api.post('/v1/services', { name, role: 'reporter' }));
    const taken = await provider.api.post('/v1/services', { name, role: 'auditor' });
    const role = await provider.api.post('/v1/services', { name: 'x', role: 'operator' });
    const form = await provider.api.post('/v1/services', { name: 'Maria Silva', role: 'auditor' });
    expect([taken, role, form].map(refusal)).toEqual([
      [409, 'service-name-taken'],
      [409, 'service-role-unavailable'],
      [400, 'field-invalid'],
    ]);
  });

  it('manages no services, whatever its role', async () => {
    const token = await tokenOf(await world.serviceAccount(provider, 'admin-agent'));
    const answer = await service.api(token).post('/v1/services', { name: 'y', role: 'auditor' });
    expect(refusal(answer)).toEqual([403, 'forbidden']);
  });

  it("is the operator's or a reseller's too", async () => {
    const reseller = await world.reseller();
    for (const [owner, role, path] of [
      [{ id: 'operator', api: world.operator }, 'operator', '/v1/providers'],
      [reseller, 'sales-agent', '/v1/providers'],
    ] as const) {
      const token = await tokenOf(await world.serviceAccount(owner, role));
      expect((await service.api(token).get(path)).status).toBe(200);
    }
  });
});

describe('a secret', () => {
  it('is replaced while the one before goes on working for a while', async () => {
    const account = await world.serviceAccount(provider);
    const path = `/v1/services/${account.id}/secret`;
    const answer = accepted(await provider.api.post(path, { overlapHours: 1 }));
    const replaced = { ...account, clientSecret: answer.string('client', 'clientSecret') };
    expect(replaced.clientSecret).not.toBe(account.clientSecret);
    for (const each of [account, replaced]) expect((await askForToken(each)).status).toBe(200);
    const shown = await provider.api.get(`/v1/services/${account.id}`);
    expect(Date.parse(shown.string('formerSecretUntil'))).toBeGreaterThan(Date.now());
  });

  it('replaced without overlap works no more, and neither do its tokens', async () => {
    const account = await world.serviceAccount(provider);
    const api = service.api(await tokenOf(account));
    expect((await api.get('/v1/offers')).status).toBe(200);
    const path = `/v1/services/${account.id}/secret`;
    const answer = accepted(await provider.api.post(path, { overlapHours: 0 }));
    expect(refusal(await api.get('/v1/offers'))).toEqual([401, 'token-revoked']);
    expect(refusal(await askForToken(account))).toEqual([401, 'client-invalid']);
    const replaced = { ...account, clientSecret: answer.string('client', 'clientSecret') };
    const fresh = service.api(await tokenOf(replaced));
    expect((await fresh.get('/v1/offers')).status).toBe(200);
  });
});

describe('a revoked service', () => {
  it('is sent no more of the events that it follows', async () => {
    const account = await world.serviceAccount(provider, 'auditor');
    const after = await world.head();
    const token = await tokenOf(account);
    const stream = await EventStream.open(service.baseUrl, token, `?after=${after}`);
    accepted(await provider.api.post(`/v1/services/${account.id}/revocation`));
    await stream.ended();
  });

  it('is refused at its very next request, by every secret, for good', async () => {
    const account = await world.serviceAccount(provider);
    const token = await tokenOf(account);
    expect((await service.api(token).get('/v1/offers')).status).toBe(200);
    accepted(await provider.api.post(`/v1/services/${account.id}/revocation`));
    const refused = await service.api(token).get('/v1/offers');
    expect(refusal(refused)).toEqual([401, 'token-revoked']);
    expect(refused.headers.get('www-authenticate')).toBe('Bearer');
    expect(refusal(await askForToken(account))).toEqual([401, 'client-invalid']);
    const rotated = await provider.api.post(`/v1/services/${account.id}/secret`, {});
    expect(refusal(rotated)).toEqual([409, 'service-revoked']);
    await service.restart();
    expect(refusal(await service.api(token).get('/v1/offers'))).toEqual([401, 'token-revoked']);
    expect(service.logs()).not.toContain(token);
    expect(service.logs()).not.toContain(account.clientSecret);
  });

  it('is no more than a token of a service that there never was', async () => {
    const token = await service.sign({
      kind: 'service',
      id: randomUUID(),
      organisation: { kind: 'provider', id: provider.id },
      role: 'admin-agent',
    });
    expect(refusal(await service.api(token).get('/v1/offers'))).toEqual([401, 'token-revoked']);
  });
});

describe('the token endpoint', () => {
  it('refuses as RFC 6749 says', async () => {
    const account = await world.serviceAccount(provider);
    const other = await world.serviceAccount(provider);
    const good = 'grant_type=client_credentials';
    const body = `${good}&client_id=${account.clientId}&client_secret=${account.clientSecret}`;
    const answers: [Answer, number, string][] = [
      [await askForToken({ ...account, clientSecret: other.clientSecret }), 401, 'invalid_client'],
      [await askForToken({ ...account, clientId: other.clientId }), 401, 'invalid_client'],
      [await askForToken({ ...account, clientId: `x.${account.id}` }), 401, 'invalid_client'],
      [await askForToken({ clientId: '', clientSecret: '' }), 401, 'invalid_client'],
      [await post(good), 401, 'invalid_client'],
      [await post(good, { Authorization: 'Basic !' }), 401, 'invalid_client'],
      [await post(good, { Authorization: 'Basic JTplJQ==' }), 401, 'invalid_client'],
      [await askForToken(account, ''), 400, 'invalid_request'],
      [await askForToken(account, `${good}&${good}`), 400, 'invalid_request'],
      [await askForToken(account, body), 400, 'invalid_request'],
      [await askForToken(account, 'grant_type=password'), 400, 'unsupported_grant_type'],
      [await askForToken(account, `${good}&scope=operator`), 400, 'invalid_scope'],
    ];
    for (const [answer, status, error] of answers) {
      expect([answer.text, answer.status, answer.at('error')]).toEqual([
        answer.text,
        status,
        error,
      ]);
      expect(answer.headers.get('content-type')).toContain('application/json');
      expect(answer.string('error_description')).toMatch(/^[\x20-\x7e]+$/);
      expect(answer.text).not.toContain(account.clientSecret);
      if (status === 401) expect(answer.headers.get('www-authenticate')).toBe('Basic');
    }
    expect((await post(body)).status).toBe(200);
  });

  it('takes forms only, and nothing else does', async () => {
    const json = await service.api().send('POST', '/v1/token', {
      headers: { 'Content-Type': 'application/json' },
      body: '{"grant_type":"client_credentials"}',
    });
    expect(json.at('error')).toBe('invalid_client');
    const form = await provider.api.post('/v1/offers', 'name=x', {
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    });
    expect(refusal(form)).toEqual([415, 'media-type-unsupported']);
  });
});
