import { randomUUID } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runTierbook } from './harness/command-line';
import { EMBEDDED } from './harness/engines';
import { startService, type Service } from './harness/service';
import { until } from './harness/until';
import { accepted, World, type Member } from './harness/world';

interface Entry {
  readonly kind: string;
  readonly type?: string;
  readonly sentence?: string;
  readonly code?: string;
  readonly changes?: readonly Readonly<Record<string, unknown>>[];
  readonly personal?: unknown;
}

let service: Service;
let world: World;
let provider: Member;
let customer: string;
let erased: string;
let company: string;
let reseller: string;
/** A copy of the data directory, made after the service had stopped. */
let copy: string;
/** What it told while the service ran. */
let beside: string;

beforeAll(async () => {
  // A copy of the data directory holds the embedded engines alone.
  service = await startService({ env: EMBEDDED });
  world = new World(service);
  provider = await world.provider();
  const partner = await world.partner(provider);
  reseller = (await world.operator.get(`/v1/resellers/${partner.id}`)).string('name');
  const { id, sid, path } = await world.subscribed(provider, {
    account: { resellerId: partner.id },
  });
  customer = id;
  accepted(await partner.api.put(`${path}/quantity`, { quantity: 25 }));
  await provider.api.put(`${path}/quantity`, { quantity: 301 });
  accepted(await provider.api.put(`${path}/name`, { name: 'Filial *nova* <b>' }));
  const refused = () => provider.api.get(`/v1/audit/refusals?target=${sid}`);
  await until(
    'the refusal in its log',
    async () => (await refused()).items.length > 0 || undefined,
  );
  company = (await provider.api.get(`/v1/customers/${id}/events`)).string(
    'events',
    0,
    'personal',
    'companyName',
  );
  erased = (await world.customer(provider)).id;
  accepted(await provider.api.post(`/v1/customers/${erased}/erasure`));
  beside = (await runTierbook(service.dataDir, 'history', customer)).out;
  await service.stop();
  copy = mkdtempSync(join(tmpdir(), 'tierbook-history-'));
  cpSync(service.dataDir, copy, { recursive: true });
});
afterAll(() => {
  rmSync(copy, { recursive: true, force: true });
});

const history = (...args: string[]) => runTierbook(copy, 'history', ...args);

async function json(...args: string[]): Promise<readonly Entry[]> {
  const { code, out } = await history(...args, '--format', 'json');
  expect(code).toBe(0);
  return (JSON.parse(out) as { readonly entries: readonly Entry[] }).entries;
}

describe('tierbook history', () => {
  it('says on a copy of the data directory who did what, as it says beside the service', async () => {
    const { code, out, err } = await history(customer);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toBe(beside);
    expect(out).toContain(`History of customer ${customer}`);
    expect(out).toContain(`created customer `);
    expect(out).toContain(company);
    expect(out).toMatch(
      new RegExp(
        `Agent e2e of reseller ${reseller} \\(on the customer's behalf, by delegation .*\\) changed the licences`,
      ),
    );
    expect(out).toContain('    quantity: 10 → 25');
    expect(out).toMatch(/by command change-quantity [0-9a-f-]{36}, correlation [0-9a-f-]{36}/);
    // Where it happened: after the change of licences, before the new name.
    expect(out).toMatch(
      /quantity: 10 → 25[^]*Refused: agent e2e of .*, change-quantity: quantity-out-of-range\.[^]*renamed the subscription/,
    );
    expect(out).toContain('Events: 7. Refused commands: 1.');
  });

  it('tells it in Portuguese, and as Markdown that formats nothing that people wrote', async () => {
    const { out } = await history(customer, '--language', 'pt-BR', '--format', 'markdown');
    expect(out).toMatch(/^# Histórico do cliente /);
    expect(out).toMatch(/ O agente e2e do provedor criou o cliente /);
    expect(out).toContain(String.raw`Filial \*nova\* \<b\>`);
    expect(out).not.toContain('<b>');
  });

  it('is one JSON document, with refused commands where they happened', async () => {
    const entries = await json(customer);
    expect(entries.map(({ type, code }) => type ?? code)).toEqual([
      'CustomerCreated',
      'CustomerResellerChanged',
      'DelegatedAdminGranted',
      'AdminCredentialIssued',
      'SubscriptionOrdered',
      'SubscriptionQuantityChanged',
      'quantity-out-of-range',
      'SubscriptionRenamed',
    ]);
    expect(JSON.stringify(entries)).not.toContain('fingerprint');
  });

  it('says erased of what was erased', async () => {
    const entries = await json(erased);
    expect(entries[0]?.sentence).toMatch(/, erased\.$/);
    expect(entries[0]?.personal).toBe('Erased');
    expect(entries.at(-1)?.type).toBe('PersonalDataErased');
  });

  it('leaves personal data sealed where that is asked for, or where there are no keys', async () => {
    const asked = await history(customer, '--sealed');
    expect({ code: asked.code, err: asked.err }).toEqual({ code: 0, err: '' });
    rmSync(join(copy, 'keys.json'));
    const without = await history(customer);
    expect(without.code).toBe(0);
    expect(without.err).toContain('Personal data stays sealed.');
    expect(without.out).toBe(asked.out);
    for (const { out } of [asked, without]) {
      expect(out).not.toContain(company);
      expect(out).toContain('company name: none → sealed');
    }
    expect((await json(customer, '--sealed'))[0]?.personal).toBe('Sealed');
  });

  it.each([
    [[randomUUID()], 1, 'There is no customer'],
    [['../events'], 1, 'There is no customer'],
    [['x', '--format', 'xml'], 2, '--format'],
    [['x', '--language', 'tlh'], 2, '--language'],
    [[], 2, 'customer'],
  ])('refuses %j in one line', async (args, code, said) => {
    const ran = await history(...args);
    expect([ran.code, ran.out]).toEqual([code, '']);
    expect(ran.err).toContain(said);
  });
});
