import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiDocument, expectDeclaredAnswers } from './harness/api-document';
import { COMMAND_CASES } from './harness/command-cases';
import { startService, type Service } from './harness/service';
import { accepted, World } from './harness/world';

const PAIRS = 200;

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

describe('a read that names the position of a command', () => {
  it('is never stale: 200 commands, each with its read at once', async () => {
    const provider = await world.provider();
    const { id, path } = await world.subscribed(provider);
    for (let pair = 1; pair <= PAIRS; pair += 1) {
      const quantity = 10 + (pair % 200);
      const { position, revision } = accepted(
        await provider.api.put(`${path}/quantity`, { quantity }),
      );
      const read = pair % 2 === 0 ? path : `/v1/customers/${id}`;
      const seen = await provider.api.get(read, { position });
      expect([pair, seen.at(pair % 2 === 0 ? 'quantity' : 'licences')]).toEqual([pair, quantity]);
      if (pair % 2 === 0) expect(seen.etag).toBe(revision);
    }
  });

  it('shows it in every list too', async () => {
    const provider = await world.provider();
    const reseller = await world.partner(provider);
    for (let customers = 1; customers <= 20; customers += 1) {
      const { position, id } = await world.customer(provider, { resellerId: reseller.id });
      const [own, theirs, partners] = [
        await provider.api.get('/v1/customers?limit=200', { position }),
        await reseller.api.get('/v1/customers?limit=200', { position }),
        await provider.api.get('/v1/resellers', { position }),
      ];
      expect(own.items.map(({ customerId }) => customerId)).toContain(id);
      expect(theirs.items.map(({ customerId }) => customerId)).toContain(id);
      expect(partners.items[0]?.['customers']).toBe(customers);
    }
  });
});

describe('the ETag of a read', () => {
  it('is the revision that the command answered, for every command whose resource its sender reads', async () => {
    const unread: string[] = [];
    for (const { id, method } of document.commands) {
      const one = await COMMAND_CASES[id]?.(world);
      if (one === undefined) throw new Error(`${id} has no case.`);
      const answer = accepted(await one.api.command(method, one.path, one.body));
      expect([id, answer.etag]).toEqual([id, answer.revision]);
      expect(answer.headers.get('tierbook-position')).toBe(answer.position);
      const { position } = answer;
      const read = await one.api.get(answer.string('resource', 'href'), { position });
      // What a command sets going may have moved its resource on by then.
      const shown = one.settled === undefined ? read.etag : Math.min(read.etag, answer.revision);
      if (read.status === 200) expect([id, shown]).toEqual([id, answer.revision]);
      else unread.push(`${id} ${read.status}`);
    }
    // A request is its provider's to read.
    expect(unread).toEqual(['decline-partnership 404']);
  });
});
