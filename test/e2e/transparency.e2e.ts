import { createHash, createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
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
const sha = (...parts: readonly (Buffer | string)[]) => {
  const made = createHash('sha256');
  for (const part of parts) made.update(part);
  return made.digest();
};

/** Checks the note by the C2SP texts alone, and answers its size and root. */
function opened(note: string, vkey: string) {
  const [body = '', signature = ''] = note.split('\n\n');
  const [name = '', , encoded = ''] = /^([^+]+)\+([^+]+)\+(.+)$/.exec(vkey.trim())?.slice(1) ?? [];
  const x = Buffer.from(encoded, 'base64').subarray(1).toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  const bytes = Buffer.from(signature.trimEnd().split(' ')[2] ?? '', 'base64');
  expect(signature.startsWith(`\u2014 ${name} `)).toBe(true);
  expect(verify(null, Buffer.from(`${body}\n`), key, bytes.subarray(4))).toBe(true);
  const [, size, root = ''] = body.split('\n');
  return { size: Number(size), root: Buffer.from(root, 'base64') };
}

/** RFC 9162, section 2.1.3.2. */
function rootOf(leaf: Buffer, index: number, size: number, path: readonly string[]): Buffer {
  let [fn, sn, r] = [index, size - 1, leaf];
  for (const step of path) {
    const p = Buffer.from(step, 'base64');
    if (fn % 2 === 1 || fn === sn) {
      r = sha(Buffer.of(1), p, r);
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [fn >> 1, sn >> 1];
    } else {
      r = sha(Buffer.of(1), r, p);
    }
    [fn, sn] = [fn >> 1, sn >> 1];
  }
  expect(sn).toBe(0);
  return r;
}

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
    const { size, root } = opened(answer.string('checkpoint'), vkey);
    const leaf = sha(Buffer.of(0), answer.string('event'));
    const path = answer.at('path') as string[];
    expect(rootOf(leaf, answer.at('index') as number, size, path)).toEqual(root);
    expect(JSON.parse(answer.string('event'))).toMatchObject({
      type: 'SubscriptionQuantityChanged',
      data: { to: 20 },
    });
  });

  it('is published, and lies beside the log', async () => {
    await proven(provider, position);
    const [vkey = ''] = (await text('/v1/audit/keys')).split('\n');
    const published = await text('/v1/audit/checkpoint');
    const beside = readFileSync(join(service.dataDir, 'audit-checkpoint'), 'utf8');
    expect(opened(published, vkey).size).toBeGreaterThan(0);
    expect(opened(beside, vkey).size).toBeGreaterThan(0);
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

  it('proves nothing of another tenant, nor of what is not there', async () => {
    const other = await world.provider();
    const answer = await other.api.get(`/v1/audit/proofs/${position}`);
    expect([answer.status, answer.at('code')]).toEqual([404, 'not-found']);
    const malformed = await other.api.get('/v1/audit/proofs/1');
    expect([malformed.status, malformed.at('code')]).toEqual([404, 'not-found']);
  });
});
