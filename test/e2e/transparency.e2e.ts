import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  isSigned,
  provesConsistency,
  provesInclusion,
} from '../../libs/audit/src/testing/independent-verifier';
import { ApiDocument, expectDeclaredAnswers } from './harness/api-document';
import { startService, type Service } from './harness/service';
import { until } from './harness/until';
import { accepted, World, type Member } from './harness/world';

let service: Service;
let world: World;
let document: ApiDocument;
let provider: Member;
let position: string;

beforeAll(async () => {
  service = await startService();
  world = new World(service);
  document = await ApiDocument.of(service);
  provider = await world.provider();
  const { path } = await world.subscribed(provider);
  ({ position } = accepted(await provider.api.put(`${path}/quantity`, { quantity: 20 })));
});

afterAll(() => {
  expectDeclaredAnswers(document, service.exchanges);
});

const text = async (path: string) => (await fetch(`${service.baseUrl}${path}`)).text();
/** The proof, once the event is under a signed checkpoint. */
async function proven(member: Member, of: string) {
  return until('the signed checkpoint', async () => {
    const answer = await member.api.get(`/v1/audit/proofs/${of}`);
    return answer.status === 503 ? undefined : answer;
  });
}

describe('the transparency log', () => {
  it('proves an event to who knows the key alone', async () => {
    const answer = await proven(provider, position);
    expect(answer.status).toBe(200);
    const [vkey = ''] = (await text('/v1/audit/keys')).split('\n');
    expect(provesInclusion(JSON.stringify(answer.at()), vkey)).toBe(true);
    expect(JSON.parse(answer.string('event'))).toMatchObject({
      type: 'SubscriptionQuantityChanged',
      data: { to: 20 },
    });
  });

  it('proves an event that is named by its id', async () => {
    const byPosition = await proven(provider, position);
    const { id } = JSON.parse(byPosition.string('event')) as { id: string };
    const byId = await proven(provider, id);
    expect(byId.status).toBe(200);
    expect(byId.string('event')).toBe(byPosition.string('event'));
    const [vkey = ''] = (await text('/v1/audit/keys')).split('\n');
    expect(provesInclusion(JSON.stringify(byId.at()), vkey)).toBe(true);
  });

  it('is published, and lies beside the log', async () => {
    await proven(provider, position);
    const [vkey = ''] = (await text('/v1/audit/keys')).split('\n');
    const published = await text('/v1/audit/checkpoint');
    const beside = readFileSync(join(service.dataDir, 'audit-checkpoint'), 'utf8');
    expect([isSigned(published, vkey), isSigned(beside, vkey)]).toEqual([true, true]);
    expect(Number(beside.split('\n')[1])).toBeGreaterThan(0);
  });

  it('proves that it only grew', async () => {
    await proven(provider, position);
    const answer = await provider.api.get('/v1/audit/consistency?from=1');
    expect(answer.status).toBe(200);
    expect(answer.at('from')).toBe(1);
    const beyond = await provider.api.get('/v1/audit/consistency?from=1000000');
    expect([beyond.status, beyond.at('code')]).toEqual([400, 'checkpoint-unknown']);
    const wrong = await provider.api.get('/v1/audit/consistency?from=-1');
    expect(wrong.status).toBe(400);
  });

  it('proves what it proved, and the same event anew, once whom it concerns is erased', async () => {
    const { id, path, answer } = await world.subscribed(provider);
    const suspended = accepted(await provider.api.post(`${path}/suspension`));
    const [vkey = ''] = (await text('/v1/audit/keys')).split('\n');
    const before = await proven(provider, answer.position);
    expect(provesInclusion(JSON.stringify(before.at()), vkey)).toBe(true);
    const kept = await text('/v1/audit/checkpoint');
    const erased = accepted(await provider.api.post(`/v1/customers/${id}/erasure`));
    await proven(provider, erased.position);
    const after = await proven(provider, answer.position);
    expect(after.string('event')).toBe(before.string('event'));
    expect(after.string('checkpoint')).not.toBe(before.string('checkpoint'));
    for (const proof of [before, after, await proven(provider, suspended.position)]) {
      expect(provesInclusion(JSON.stringify(proof.at()), vkey)).toBe(true);
    }
    const size = kept.split('\n')[1] ?? '';
    const grown = await provider.api.get(`/v1/audit/consistency?from=${size}`);
    expect(provesConsistency(JSON.stringify(grown.at()), kept, vkey)).toBe(true);
  });

  it('proves nothing of another tenant, nor of what is not there', async () => {
    const other = await world.provider();
    const mine = await proven(provider, position);
    const { id } = JSON.parse(mine.string('event')) as { id: string };
    for (const event of [position, id, randomUUID(), '1', `${id}%00`, id.toUpperCase()]) {
      const answer = await other.api.get(`/v1/audit/proofs/${event}`);
      expect([event, answer.status, answer.at('code')]).toEqual([event, 404, 'not-found']);
    }
  });
});
