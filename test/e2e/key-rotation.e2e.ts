import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { keysOnFile } from '@tierbook/identity';
import { isSigned } from '../../libs/audit/src/testing/independent-verifier';
import { runTierbook, type Ran } from './harness/command-line';
import { startService, type Service } from './harness/service';
import { until } from './harness/until';
import { accepted, World, type Member } from './harness/world';

// Each key is replaced in two restarts and some commands.
jest.setTimeout(120_000);

let service: Service;
let world: World;
let provider: Member;

beforeAll(async () => {
  service = await startService();
  world = new World(service);
  provider = await world.provider();
});

const keys = (...args: string[]): Promise<Ran> => runTierbook(service.dataDir, 'keys', ...args);

/** A key as `add` prints it. */
interface KeyAdded {
  readonly kid: string;
}

/** Runs a command that must succeed, and reads the JSON that it prints. */
async function json<T>(...args: string[]): Promise<T> {
  const { code, out, err } = await keys(...args, '--json');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return JSON.parse(out) as T;
}

/** The current key of each ring. */
function current(): ReadonlyMap<string, string> {
  const listed = keysOnFile(join(service.dataDir, 'keys.json'));
  return new Map(
    listed.filter(({ status }) => status === 'current').map(({ ring, kid }) => [ring, kid]),
  );
}

const currentOf = (ring: string): string => current().get(ring) ?? '';

/** As an operator does it: the new keys are known to every process before they are used. */
async function rotate(...rings: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const former = current();
  const added = new Map<string, string>();
  for (const ring of rings) added.set(ring, (await json<KeyAdded>('add', ring)).kid);
  await service.restart();
  expect(current()).toEqual(former);
  for (const [ring, kid] of added) await json('use', ring, kid);
  await service.restart();
  return former;
}

async function published(): Promise<readonly string[]> {
  const { body } = await service.api().get('/.well-known/jwks.json');
  return (body as { readonly keys: readonly { readonly kid: string }[] }).keys.map(
    ({ kid }) => kid,
  );
}

const kidOf = (token: string): unknown =>
  (JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as { kid: unknown })
    .kid;

describe('the keys that sign tokens', () => {
  it('are replaced while the tokens of the former one live on, and are published with it', async () => {
    const before = await service.sign({
      kind: 'agent',
      id: 'e2e',
      organisation: { kind: 'provider', id: provider.id },
      role: 'admin-agent',
    });
    const read = async () => {
      const answer = await service.api(before).get('/v1/offers');
      return answer.status === 200 ? 200 : answer.code;
    };
    const former = (await rotate('tokens')).get('tokens') ?? '';
    const kid = currentOf('tokens');
    expect(await published()).toEqual([former, kid]);
    const after = await service.sign({
      kind: 'operator',
      id: 'e2e',
      organisation: { kind: 'operator' },
      role: 'operator',
    });
    expect([kidOf(before), kidOf(after)]).toEqual([former, kid]);
    expect(await read()).toBe(200);

    const tooEarly = await keys('drop', 'tokens', former);
    expect(tooEarly).toMatchObject({ code: 1, out: '' });
    expect(tooEarly.err).toMatch(
      /^tierbook: .+ stays: tokens that it signed may live until .+Z\.\n$/,
    );
    await json('drop', 'tokens', former, '--at-once');
    await service.restart();
    expect(await published()).toEqual([kid]);
    expect(await read()).toBe('token-key-unknown');
  });
});

describe('the master key of personal data', () => {
  it('is replaced, what it wrapped is wrapped anew, and it is then needed no more', async () => {
    // The tokens of before were signed by a key that is gone.
    provider = { ...provider, api: await world.as({ kind: 'provider', id: provider.id }) };
    const customer = await world.customer(provider);
    const erased = await world.customer(provider);
    accepted(await provider.api.post(`/v1/customers/${erased.id}/erasure`));
    const shown = async (id: string) => (await provider.api.get(`/v1/customers/${id}/events`)).text;
    const [history, nothing] = [await shown(customer.id), await shown(erased.id)];
    expect(history).toContain('Padaria Ametista');
    expect(nothing).not.toContain('Padaria Ametista');

    const former = currentOf('personalData');
    const inUse = await keys('drop', 'personalData', former);
    expect(inUse.err).toBe(
      `tierbook: '${former}' of personalData stays: it wraps the keys of ${/wraps the keys of (\d+)/.exec(inUse.err)?.[1] ?? 'no'} subjects: ` +
        'start the service with another key as current, and wait until it logs that these are wrapped anew.\n',
    );
    await rotate('personalData');
    const kid = currentOf('personalData');
    expect(kid).not.toBe(former);
    await loggedAnew();
    await json('drop', 'personalData', former);
    expect(readFileSync(join(service.dataDir, 'keys.json'), 'utf8')).not.toContain(former);
    await service.restart();
    expect(currentOf('personalData')).toBe(kid);
    expect([await shown(customer.id), await shown(erased.id)]).toEqual([history, nothing]);
  });

  /** The service says so, a moment after it serves. */
  async function loggedAnew(): Promise<void> {
    while (!service.logs().includes('personal keys wrapped anew')) {
      await service.api().get('/health/live');
    }
  }
});

describe('a key that is needed for ever, or that there is not', () => {
  it('is not dropped', async () => {
    await world.customer(provider);
    const former = await rotate('fingerprints', 'credentialVault');
    const dropped = (ring: string, ...options: readonly string[]) =>
      keys('drop', ring, former.get(ring) ?? '', ...options);
    const refused = await dropped('fingerprints', '--at-once');
    expect(refused).toMatchObject({ code: 1, out: '' });
    expect(refused.err).toContain('repeated commands are verified by it for ever');
    const verifies = await dropped('credentialVault');
    expect(verifies).toMatchObject({ code: 1, out: '' });
    expect(verifies.err).toMatch(/ stays: \d+ passwords and client secrets are verified by it/);
    expect((await keys('use', 'tokens', 'none')).err).toMatch(
      /^tierbook: There is no key 'none' .+\n$/,
    );
    expect(await keys('add', 'cursors')).toMatchObject({ code: 2, out: '' });
  });

  it('is listed without anything secret', async () => {
    const { code, out } = await keys('list');
    expect(code).toBe(0);
    expect(out).toMatch(/^RING +KEY +STATUS +REPLACED\n/);
    expect(out).toMatch(/\nfingerprints +[0-9a-f]{16} +former +\d{4}-.+Z\n/);
    const secrets = readFileSync(join(service.dataDir, 'keys.json'), 'utf8').match(/[\w-]{43}/g);
    expect(secrets?.length).toBeGreaterThan(10);
    for (const secret of secrets ?? []) expect(out).not.toContain(secret);
  });
});

describe('the keys that sign checkpoints', () => {
  it('are replaced while former checkpoints stay verifiable, and the new one is announced under the former one', async () => {
    const text = async (path: string) => (await fetch(`${service.baseUrl}${path}`)).text();
    const audit = (...args: string[]) => runTierbook(service.dataDir, 'audit', ...args);
    /** A checkpoint of more events than before, as an auditor keeps it. */
    const kept = async (name: string): Promise<string> => {
      const { position } = accepted(await provider.api.post('/v1/offers', world.offerBody()));
      await until('a signed checkpoint', async () => {
        const { status } = await provider.api.get(`/v1/audit/proofs/${position}`);
        return status === 200 || undefined;
      });
      const file = join(service.dataDir, name);
      writeFileSync(file, await text('/v1/audit/checkpoint'));
      return file;
    };
    const former = (await text('/v1/audit/keys')).trim();
    const before = await kept('kept-before');
    expect(isSigned(readFileSync(before, 'utf8'), former)).toBe(true);

    const first = currentOf('audit');
    const { kid } = await json<KeyAdded>('add', 'audit');
    const early = await keys('drop', 'audit', kid);
    expect(early.code).toBe(0);
    const { kid: next } = await json<KeyAdded>('add', 'audit');
    await json('use', 'audit', next);
    const needed = await keys('drop', 'audit', first);
    expect([needed.code, needed.err]).toEqual([
      1,
      expect.stringContaining('no other key has signed the checkpoint beside the log yet'),
    ]);
    await service.restart();

    const [latest = '', ...others] = (await text('/v1/audit/keys')).trim().split('\n');
    expect(others).toEqual([former]);
    const during = await kept('kept-during');
    for (const key of [former, latest]) {
      expect(isSigned(readFileSync(during, 'utf8'), key)).toBe(true);
    }
    const announced = await audit('keys', '--announced-by', during, '--key', former);
    expect(announced).toEqual({ code: 0, out: `${latest}\n${former}\n`, err: '' });

    await service.stop();
    expect((await keys('drop', 'audit', first)).code).toBe(0);
    await service.start();
    const after = await kept('kept-after');
    expect(isSigned(readFileSync(after, 'utf8'), latest)).toBe(true);
    for (const [checkpoint, key] of [
      [before, former],
      [during, latest],
      [after, latest],
    ] as const) {
      const { code, err } = await audit('verify', '--checkpoint', checkpoint, '--key', key);
      expect([code, err]).toEqual([0, '']);
    }
    const old = await audit('verify', '--checkpoint', after, '--key', former);
    expect([old.code, old.err]).toEqual([1, expect.stringContaining('Is yours an old one?')]);
  });
});
