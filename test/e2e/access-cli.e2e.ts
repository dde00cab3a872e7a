import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { loadOrCreateDevelopmentKeys } from '@tierbook/identity';
import { runTierbook, type Ran } from './harness/command-line';
import { startService, type Service } from './harness/service';
import { World, type Member } from './harness/world';

let service: Service;
let world: World;
let provider: Member;

beforeAll(async () => {
  service = await startService();
  world = new World(service);
  provider = await world.provider();
});

const tierbook = (...args: string[]): Promise<Ran> => runTierbook(service.dataDir, ...args);

/** Runs a command that must succeed, and reads the JSON that it prints. */
async function json(...args: string[]): Promise<Readonly<Record<string, unknown>>> {
  const { code, out, err } = await tierbook(...args, '--json');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return JSON.parse(out) as Readonly<Record<string, unknown>>;
}

/** Ids have a form that says nothing of whether there is such a thing. */
const NOBODY = '00000000-0000-5000-8000-000000000000';

describe('tierbook erase', () => {
  it('says what it would do, and does it when told so', async () => {
    const { id } = await world.customer(provider);
    const planned = await tierbook('erase', id);
    expect(planned).toMatchObject({ code: 0, err: '' });
    expect(planned.out).toBe(`Customer ${id} can be erased. Nothing was done: add --yes.\n`);
    expect((await provider.api.get(`/v1/customers/${id}`)).at('status')).toBe('active');

    const { position, ...done } = await json('erase', id, '--yes');
    expect(done).toEqual({ customer: id, erased: true });
    const shown = await provider.api.get(`/v1/customers/${id}`, { position: String(position) });
    expect(shown.body).toMatchObject({ status: 'erased', companyName: null });
    const { events } = (await provider.api.get(`/v1/customers/${id}/events`)).body as {
      events: { type: string; actor: object }[];
    };
    expect(events.at(-1)).toMatchObject({
      type: 'PersonalDataErased',
      actor: { kind: 'agent', id: 'tierbook-cli', organisation: provider.id },
    });
    expect((await tierbook('erase', id, '--yes')).code).toBe(0);
  });

  it('refuses in one line what cannot be erased, planned or not', async () => {
    const { id } = await world.subscribed(provider);
    for (const args of [[id], [id, '--yes']]) {
      const { code, out, err } = await tierbook('erase', ...args);
      expect({ code, out }).toEqual({ code: 1, out: '' });
      expect(err).toMatch(/^tierbook: .+: customer-has-subscriptions\. .+\n$/);
    }
    const unknown = await tierbook('erase', NOBODY, '--yes');
    expect(unknown).toMatchObject({ code: 1, out: '' });
    expect(unknown.err).toBe(`tierbook: There is no customer ${NOBODY} in this log.\n`);
    const mistyped = await tierbook('erase', 'padaria', '--yes');
    expect(mistyped).toMatchObject({ code: 2, out: '' });
    expect(mistyped.err).toMatch(/^tierbook: 'padaria' is no customer's id: .+\n$/);
  });
});

describe('tierbook services', () => {
  const token = (clientId: unknown, secret: unknown) =>
    service.api().send('POST', '/v1/token', {
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: String(clientId),
        client_secret: String(secret),
      }).toString(),
    });

  it('are created, listed, given another secret, and revoked', async () => {
    const organisation = ['--organisation', `provider:${provider.id}`];
    const made = await json(
      ...['services', 'create', ...organisation, '--name', 'erp-sync', '--role', 'sales-agent'],
    );
    const { serviceId, clientId, clientSecret } = made;
    expect((await token(clientId, clientSecret)).status).toBe(200);
    const { services } = await json('services', 'list', ...organisation);
    expect(services).toMatchObject([{ serviceId, name: 'erp-sync', status: 'active' }]);

    const rotated = await json(
      ...['services', 'rotate', String(serviceId), ...organisation, '--overlap-hours', '0'],
    );
    expect(rotated).toMatchObject({ serviceId, clientId });
    expect((await token(clientId, clientSecret)).status).toBe(401);
    expect((await token(clientId, rotated['clientSecret'])).status).toBe(200);

    const revoked = await tierbook('services', 'revoke', String(serviceId), ...organisation);
    expect(revoked).toEqual({
      code: 0,
      out: `Service ${String(serviceId)} is revoked.\n`,
      err: '',
    });
    expect((await token(clientId, rotated['clientSecret'])).status).toBe(401);
    const listed = await tierbook('services', 'list', ...organisation);
    expect(listed.out).toMatch(/^SERVICE .+\n[0-9a-f-]{36} +erp-sync +sales-agent +revoked +/);
    for (const secret of [clientSecret, rotated['clientSecret']]) {
      expect(listed.out).not.toContain(String(secret));
    }
  });

  it("are the operator's too, and refused in one line where they cannot be", async () => {
    const made = await tierbook(
      ...[
        'services',
        'create',
        '--organisation',
        'operator',
        '--name',
        'watch',
        '--role',
        'operator',
      ],
    );
    expect(made).toMatchObject({ code: 0, err: '' });
    expect(made.out).toMatch(
      /^Service +.+\nClient +operator\..+\nSecret +tbs_\S+\nThe secret .+\n$/,
    );
    const again = await tierbook(
      ...[
        'services',
        'create',
        '--organisation',
        'operator',
        '--name',
        'watch',
        '--role',
        'operator',
      ],
    );
    expect(again).toMatchObject({ code: 1, out: '' });
    expect(again.err).toContain('was refused: service-name-taken');
    const unknown = await tierbook('services', 'revoke', NOBODY, '--organisation', 'operator');
    expect(unknown).toMatchObject({ code: 1, out: '' });
    expect(unknown.err).toContain('was refused: service-unknown');
    const mistyped = await tierbook('services', 'revoke', 'watch', '--organisation', 'operator');
    expect(mistyped).toMatchObject({ code: 2, out: '' });
  });

  it('need a service', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'tierbook-cli-'));
    loadOrCreateDevelopmentKeys(dataDir);
    const ran = await runTierbook(dataDir, 'services', 'list', '--organisation', 'operator');
    rmSync(dataDir, { recursive: true });
    expect(ran).toMatchObject({ code: 1, out: '' });
    expect(ran.err).toMatch(/^tierbook: No service of .+ has said where it is reached: .+\n$/);
  });
});
