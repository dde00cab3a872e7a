import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Ajv2020 } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AnswerSchemas } from './harness/answer-schemas';
import type { Api } from './harness/api';
import { until } from './harness/until';
import { ApiDocument, type Operation, type Schema } from './harness/api-document';
import { COMMAND_CASES } from './harness/command-cases';
import { ROOT, startService, type Service } from './harness/service';
import { accepted, World, type Member } from './harness/world';

interface DocumentedParameter {
  readonly name: string;
  readonly in: string;
  readonly description?: string;
  readonly schema: Schema & { readonly format?: string; readonly pattern?: string };
}

interface DocumentedOperation {
  readonly operationId: string;
  readonly summary: string;
  readonly tags: readonly string[];
  readonly security: readonly object[];
  readonly parameters: readonly DocumentedParameter[];
  readonly requestBody?: { readonly required?: boolean };
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema?: object }>> }>
  >;
  readonly 'x-roles': readonly string[];
  readonly 'x-problem-codes': readonly string[];
}

interface RawDocument {
  readonly openapi: string;
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentedOperation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

const VALIDATOR = join(
  ROOT,
  'node_modules/@seriousme/openapi-schema-validator/bin/validate-api-cli.js',
);
const NOBODY = randomUUID();

let service: Service;
let world: World;
let raw: RawDocument;
let document: ApiDocument;
let schemas: AnswerSchemas;

beforeAll(async () => {
  service = await startService();
  world = new World(service);
  const { body } = await service.api().get('/docs-json');
  raw = body as unknown as RawDocument;
  document = await ApiDocument.of(service);
  schemas = new AnswerSchemas(body);
});

/** Every answer of the file, whatever it was sent for, is as the document says. */
afterAll(() => {
  const wrong = service.exchanges.flatMap((exchange) => {
    const { method, path, answer } = exchange;
    const operation = document.operationOf(method, path);
    if (operation === undefined) return [];
    return schemas
      .faultsOfAnswer(operation, exchange)
      .map((fault) => `${operation.id} ${answer.status}: ${fault}`);
  });
  expect([...new Set(wrong)]).toEqual([]);
});

function operations(): readonly DocumentedOperation[] {
  return Object.values(raw.paths).flatMap((methods) => Object.values(methods));
}

describe('the document', () => {
  it('is valid OpenAPI 3.1', async () => {
    const file = join(service.dataDir, 'openapi.json');
    writeFileSync(file, JSON.stringify(raw));
    const { stdout } = await promisify(execFile)(process.execPath, [VALIDATOR, file]);
    expect(JSON.parse(stdout)).toEqual({ valid: true });
    expect(raw.openapi).toMatch(/^3\.1\./);
  });

  it('has JSON Schemas that are valid, without a keyword that has no meaning', () => {
    const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false });
    addFormats(ajv);
    ajv.addVocabulary(['example', 'components']);
    ajv.addSchema({ components: raw.components }, 'api');
    for (const name of Object.keys(raw.components.schemas)) {
      expect(() => ajv.compile({ $ref: `api#/components/schemas/${name}` })).not.toThrow();
    }
  });

  it('tells everything of each operation', () => {
    const ids = operations().map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    const tags = raw.tags.map(({ name }) => name);
    for (const operation of operations()) {
      expect(operation.operationId).toMatch(/^[a-z]+(?:-[a-z]+)+$/);
      expect(operation.summary).toMatch(/\.$/);
      expect(tags).toEqual(expect.arrayContaining([...operation.tags]));
      expect(operation.tags).toHaveLength(1);
      expect(operation.security).toEqual([{ bearer: [] }]);
      expect(operation['x-roles']).not.toEqual([]);
      expect(operation['x-problem-codes']).not.toEqual([]);
      expect(untoldAnswers(operation)).toEqual([]);
      expect(untoldParameters(operation)).toEqual([]);
    }
  });

  it('says of every field what it means', () => {
    const untold = Object.entries(raw.components.schemas).flatMap(([name, schema]) =>
      Object.entries(schema.properties ?? {})
        .filter(
          ([, field]) =>
            !('description' in field) && field.$ref === undefined && !('enum' in field),
        )
        .map(([field]) => `${name}.${field}`),
    );
    expect(untold).toEqual([]);
  });
});

/** Statuses that are answered with something, and say not with what; or no success at all. */
function untoldAnswers({ responses }: DocumentedOperation): readonly string[] {
  const untold = Object.entries(responses).filter(
    ([, { content = {} }]) =>
      Object.keys(content).length === 0 ||
      Object.values(content).some(({ schema = {} }) => Object.keys(schema).length === 0),
  );
  const successes = Object.keys(responses).filter((status) => status.startsWith('2'));
  return [...untold.map(([status]) => status), ...(successes.length === 0 ? ['no success'] : [])];
}

function untoldParameters({ parameters }: DocumentedOperation): readonly string[] {
  return parameters
    .filter(({ in: place, description, schema }) => {
      const isExact = schema.format !== undefined || schema.pattern !== undefined;
      return (
        (description ?? '') === '' || schema.type === undefined || (place === 'path' && !isExact)
      );
    })
    .map(({ name }) => name);
}

describe('what commands take', () => {
  it('is what the document says that they take, required fields and optional ones', async () => {
    for (const operation of document.commands) {
      const { api, path, body } = await caseOf(operation);
      const documented = operationAt(operation).requestBody;
      if (body === undefined) {
        expect(documented).toBeUndefined();
        continue;
      }
      expect([operation.id, ...bodyFaults(operation, body)]).toEqual([operation.id]);
      for (const field of Object.keys(operation.body?.properties ?? {})) {
        const others = Object.entries(body).filter(([name]) => name !== field);
        const answer = await api.command(operation.method, path, Object.fromEntries(others), {
          dryRun: true,
        });
        const isRequired = operation.body?.required?.includes(field) ?? false;
        expect([operation.id, field, answer.status === 400]).toEqual([
          operation.id,
          field,
          isRequired,
        ]);
      }
      const empty = await api.command(operation.method, path, undefined, { dryRun: true });
      expect([operation.id, empty.status === 400]).toEqual([operation.id, documented?.required]);
    }
  });
});

function bodyFaults({ path, method }: Operation, body: object): readonly string[] {
  const at = ['paths', path, method.toLowerCase(), 'requestBody'];
  return schemas.faultsOf(body, ...at, 'content', 'application/json', 'schema');
}

function operationAt({ path, method }: Operation): DocumentedOperation {
  const found = raw.paths[path]?.[method.toLowerCase()];
  if (found === undefined) throw new Error(`${method} ${path} is not in the document.`);
  return found;
}

function caseOf({ id }: Operation) {
  const prepare = COMMAND_CASES[id];
  if (prepare === undefined) throw new Error(`${id} has no case in command-cases.ts.`);
  return prepare(world);
}

describe('what is answered', () => {
  it('to each command, done, repeated, planned and refused, is as the document says', async () => {
    for (const operation of document.commands) {
      const { api, path, body, otherBody } = await caseOf(operation);
      const send = api.command.bind(api, operation.method, path);
      const key = randomUUID();
      await send(body, { dryRun: true });
      const { headers, position } = accepted(await send(body, { key }));
      const location = headers.get('location');
      if (location !== null) {
        const read = await api.get(location, { position });
        expect([operation.id, location, read.status]).toEqual([operation.id, location, 200]);
      }
      accepted(await send(body, { key }));
      await send(otherBody, { key });
      await send(body);
      await send(body, { key: null });
      await send(body, { ifMatch: 999_999 });
      await send({ unheardOf: 1 });
      await send('{');
      await send('['.repeat(200) + ']'.repeat(200));
      await send(JSON.stringify({ name: 'x'.repeat(200_000) }));
      await send('a=1', { headers: { 'Content-Type': 'application/x-www-form-urlencoded' } });
      await send(body, { headers: { 'Correlation-Id': 'no' } });
      await service.api().command(operation.method, path, body);
      await service.api('a.b.c').command(operation.method, path, body);
      const foreign = operation.roles.some((role) => role.startsWith('operator'))
        ? service.api(service.tokens.provider)
        : world.operator;
      await foreign.command(operation.method, path, body);
      const unknown = path.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, NOBODY);
      await api.command(operation.method, unknown, body);
    }
  });

  it('to each read, by each kind of caller, is as the document says', async () => {
    const reads = await everyRead();
    for (const [api, path] of reads)
      expect([path, (await api.get(path)).status]).toEqual([path, 200]);
    for (const [api, path] of reads) {
      const [bare = path] = path.split('?');
      await api.get(`${bare}?limit=0`);
      await api.get(`${bare}?unheardOf=1`);
      await api.get(`${bare}?cursor=x`);
      await api.get(bare, { position: 'x' });
      await api.get(bare, { headers: { 'Content-Encoding': 'gzip' } });
      await api.get(bare.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, NOBODY));
      await service.api().get(bare);
      await world.operator.get(bare);
    }
    for (const [api, path] of reads) {
      if (document.operationOf('GET', path)?.statuses.includes(202) !== true) continue;
      // Its views of a moment that nobody has asked for yet are built first.
      await world.provider();
      const asOf = `${path}${path.includes('?') ? '&' : '?'}asOf=${await world.head()}`;
      expect([asOf, (await api.get(asOf)).status]).toEqual([asOf, 202]);
      await until(asOf, async () => ((await api.get(asOf)).status === 200 ? true : undefined));
    }
    const answered = new Set(
      service.exchanges.map(({ method, path, answer }) => {
        return `${document.operationOf(method, path)?.id ?? ''} ${answer.status}`;
      }),
    );
    const successes = document.operations.flatMap(({ id, statuses }) =>
      statuses.filter((status) => status < 300).map((status) => `${id} ${status}`),
    );
    expect(successes.filter((each) => !answered.has(each))).toEqual([]);
  });

  it('as Server-Sent Events is what it is as a page', async () => {
    const provider = service.tokens.provider;
    await world.offer({ id: '', api: service.api(provider) });
    const ended = new AbortController();
    const response = await fetch(`${service.baseUrl}/v1/events`, {
      headers: { Authorization: `Bearer ${provider}`, Accept: 'text/event-stream' },
      signal: ended.signal,
    });
    const type = (response.headers.get('content-type') ?? '').replace(/;.*$/, '');
    const { content = {} } = raw.paths['/v1/events']?.['get']?.responses['200'] ?? {};
    expect(Object.keys(content)).toContain(type);
    const event: unknown = JSON.parse(await firstData(response));
    ended.abort();
    expect(schemas.faultsOf(event, 'components', 'schemas', 'Event')).toEqual([]);
  });
});

/** The data of the first event of a stream. */
async function firstData({ body }: Response): Promise<string> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(chunk, { stream: true });
    const data = /^data: (.*)\n\n/m.exec(text)?.[1];
    if (data !== undefined) return data;
  }
  throw new Error(`The stream ended: ${text}`);
}

/** Every read of the document, by each kind of caller that it answers otherwise. */
async function everyRead(): Promise<readonly (readonly [Api, string])[]> {
  const provider = await world.provider();
  const { api } = provider;
  const [whole, narrow, applied] = [
    await world.partner(provider),
    await world.partner(provider),
    await world.applicant(),
  ];
  await world.operator.post(`/v1/resellers/${applied.id}/rejection`, { reason: 'Incompleto.' });
  const customer = await world.subscribed(provider, {
    account: { resellerId: whole.id },
    order: { resellerId: whole.id },
  });
  await world.customer(provider);
  const offerId = await world.offer(provider);
  const { id: serviceId } = await world.serviceAccount(provider);
  const path = `/v1/customers/${customer.id}`;
  const second = accepted(await api.post(`${path}/subscriptions`, world.orderBody(offerId)));
  const one = `${path}/subscriptions/${second.id}`;
  accepted(await api.put(`${one}/support-contact`, { resellerId: narrow.id }));
  accepted(await api.put(`${one}/reseller`, { resellerId: narrow.id, delegatedAdmin: false }));
  const { requestId, token } = await world.invitation(provider);
  await narrow.api.post('/v1/partnership-requests/lookup', { token });
  await narrow.api.post('/v1/partnership-requests/lookup', { token, more: 1 });
  await narrow.api.post('/v1/partnership-requests/lookup', { token: 'x' });
  await narrow.api.post('/v1/partnership-requests/lookup', '{');
  const ended = await world.partner(provider);
  const { position } = accepted(await api.post(`/v1/partnerships/${provider.id}.${ended.id}/end`));
  // From here on every view has it.
  await api.get('/v1/resellers', { position });

  const held = await whole.api.get(`${path}/delegations?status=granted`);
  const delegationId = held.string('items', 0, 'delegationId');
  const proof = `/v1/audit/proofs/${position}`;
  const proven = await until('a signed checkpoint', async () => {
    const answer = await api.get(proof);
    return answer.status === 200 ? answer : undefined;
  });
  const { id: eventId } = JSON.parse(proven.string('event')) as { id: string };
  const both: readonly Member[] = [provider, whole];
  return [
    ...[world.operator, api, whole.api].map((each) => [each, '/v1/audit/refusals'] as const),
    [api, proof],
    [api, `/v1/audit/proofs/${eventId}`],
    [api, '/v1/audit/consistency?from=1'],
    [api, '/v1/services'],
    [api, `/v1/services/${serviceId}`],
    [world.operator, '/v1/providers?limit=1'],
    [world.operator, `/v1/providers/${provider.id}`],
    [api, `/v1/providers/${provider.id}`],
    [whole.api, '/v1/providers'],
    [world.operator, '/v1/resellers'],
    [api, '/v1/resellers?sort=-since&limit=2'],
    [world.operator, `/v1/resellers/${applied.id}`],
    ...both.map((each) => [each.api, `/v1/resellers/${whole.id}`] as const),
    ...both.map((each) => [each.api, `/v1/resellers/${whole.id}/customers`] as const),
    [api, '/v1/partnership-requests?limit=1'],
    [api, `/v1/partnership-requests/${requestId}`],
    ...[whole, ended].map((each) => [api, `/v1/partnerships/${provider.id}.${each.id}`] as const),
    [whole.api, `/v1/partnerships/${provider.id}.${whole.id}`],
    [api, `/v1/partnerships/${provider.id}.${whole.id}/off-boarding`],
    [api, `/v1/partnerships/${provider.id}.${ended.id}/off-boarding?limit=1`],
    [api, '/v1/offers?count=true'],
    [api, `/v1/offers/${offerId}`],
    [api, '/v1/subscriptions?count=true'],
    [api, '/v1/customers?count=true'],
    [whole.api, `/v1/offers?providerId=${provider.id}`],
    [api, '/v1/domains/padariadosol'],
    ...[provider, whole, narrow].flatMap((each) => [
      [each.api, '/v1/customers'] as const,
      [each.api, path] as const,
      [each.api, `${path}/subscriptions`] as const,
      [each.api, one] as const,
    ]),
    ...[provider, whole].flatMap((each) => [
      [each.api, `${path}/delegations`] as const,
      [each.api, `${path}/delegations/${delegationId}`] as const,
    ]),
    [api, `${one}/support-contact-choices`],
    [api, `${one}/credits`],
    [api, `${one}/credits?from=2026-01-01&to=2030-01-01`],
    [whole.api, '/v1/partnership-requests'],
    [api, '/v1/country-rules'],
    [api, '/v1/country-rules/BR'],
    [whole.api, '/v1/market-regions'],
    [api, '/v1/events?limit=200'],
    [api, `${path}/events?limit=2`],
    [api, `${path}/events`],
    [api, `${path}/events?sort=-position&refusals=true&language=pt-BR`],
    [api, `${one}/events?field=quantity`],
    [whole.api, `${path}/delegations/${delegationId}/events`],
    [world.operator, `/v1/providers/${provider.id}/events`],
    [world.operator, `/v1/resellers/${applied.id}/events`],
    [api, `/v1/partnerships/${provider.id}.${ended.id}/events?limit=1`],
    [api, `/v1/partnership-requests/${requestId}/events`],
    [api, `/v1/offers/${offerId}/events`],
    [api, `/v1/services/${serviceId}/events`],
  ];
}
