import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Answer } from './harness/api';
import { ApiDocument, expectDeclaredAnswers } from './harness/api-document';
import { COMMAND_CASES, type CommandCase } from './harness/command-cases';
import { startService, type Service } from './harness/service';
import { accepted, World, type Member } from './harness/world';

let service: Service;
let world: World;
let document: ApiDocument;
let provider: Member;

beforeAll(async () => {
  service = await startService();
  world = new World(service);
  document = await ApiDocument.of(service);
  provider = await world.provider();
});

afterAll(() => {
  expectDeclaredAnswers(document, service.exchanges);
});

/** The answer as a repeat gives it: without the password. */
function outcomeOf({ status, headers, body }: Answer) {
  const { adminCredential, client, ...rest } = body;
  const { userName } = (adminCredential ?? {}) as { userName?: string };
  const { clientId } = (client ?? {}) as { clientId?: string };
  return { status, etag: headers.get('etag'), userName, clientId, rest };
}

describe('kill -9 between the answer of a command and its read', () => {
  it('loses nothing: the read with the position shows it, the same key answers the same', async () => {
    for (let round = 1; round <= 3; round += 1) {
      const [key, body] = [randomUUID(), world.customerBody()];
      const created = accepted(await provider.api.post('/v1/customers', body, { key }));
      expect(await service.kill()).toEqual({ code: null, signal: 'SIGKILL' });
      await service.start();

      const { position } = created;
      const read = await provider.api.get(`/v1/customers/${created.id}`, { position });
      expect(read.body).toMatchObject({ companyName: body.companyName, domain: body.domain });
      expect(read.etag).toBe(created.revision);
      const list = await provider.api.get(`/v1/customers?domain=${body.domain}`, { position });
      expect(list.items).toHaveLength(1);

      const again = await provider.api.post('/v1/customers', body, { key });
      expect(outcomeOf(again)).toEqual(outcomeOf(created));
      expect(again.text).not.toContain('"password"');
      expect(await world.head()).toBe(position);
    }
  });

  it('loses no command of any kind, and repeats each as it was', async () => {
    const sent: (CommandCase & { method: string; key: string; answer: Answer })[] = [];
    for (const { id, method } of document.commands) {
      const one = await COMMAND_CASES[id]?.(world);
      if (one === undefined) throw new Error(`${id} has no case.`);
      const key = randomUUID();
      const answer = accepted(await one.api.command(method, one.path, one.body, { key }));
      sent.push({ ...one, method, key, answer });
    }
    const head = await world.head();
    await service.kill();
    await service.start();
    for (const { api, method, path, body, key, answer } of sent) {
      const again = await api.command(method, path, body, { key });
      expect([path, outcomeOf(again)]).toEqual([path, outcomeOf(answer)]);
    }
    expect(await world.head()).toBe(head);
  });

  it('forgets no dry run into being, and no refused command', async () => {
    const [key, body] = [randomUUID(), world.customerBody()];
    accepted(await provider.api.post('/v1/customers', body, { key, dryRun: true }));
    const refused = await provider.api.post('/v1/customers', { ...body, phone: '' });
    expect(refused.status).toBe(400);
    const head = await world.head();
    await service.kill();
    await service.start();
    expect(await world.head()).toBe(head);
    expect((await provider.api.get(`/v1/domains/${body.domain}`)).at('available')).toBe(true);
    expect((await provider.api.post('/v1/customers', body, { key })).status).toBe(201);
  });
});

describe('SIGTERM', () => {
  it('ends with 0, and the next start goes on from there', async () => {
    const created = await world.customer(provider);
    expect(await service.stop()).toEqual({ code: 0, signal: null });
    await service.start();
    const { position } = created;
    const read = await provider.api.get(`/v1/customers/${created.id}`, { position });
    expect(read.etag).toBe(created.revision);
  });
});
