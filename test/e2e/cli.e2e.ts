import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runTierbook, startTierbook } from './harness/command-line';
import { type Service, startService } from './harness/service';

type Fields = Readonly<Record<string, unknown>>;

let service: Service;
/** A directory that no service was started in. */
let empty: string;

beforeAll(async () => {
  empty = mkdtempSync(join(tmpdir(), 'tierbook-cli-'));
  service = await startService();
});
afterAll(() => {
  rmSync(empty, { recursive: true, force: true });
});

const start = (...args: string[]) => startTierbook(service.dataDir, ...args);
const tierbook = (...args: string[]) => runTierbook(service.dataDir, ...args);

/** Runs a command that must succeed, and reads the JSON that it prints. */
async function json(...args: string[]): Promise<Fields> {
  const { code, out, err } = await tierbook(...args, '--json');
  expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' });
  return JSON.parse(out) as Fields;
}

/** Runs `events read --json`, which must succeed. */
async function events(...args: string[]): Promise<Fields[]> {
  const { code, out } = await tierbook('events', 'read', '--json', ...args);
  expect(code).toBe(0);
  const lines = out.split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as Fields);
}

describe('the command line', () => {
  it.each([[['--help']], [['events', 'read', '--help']], [['help', 'demo']], [['--version']]])(
    'answers %j',
    async (args) => {
      const { code, out, err } = await tierbook(...args);
      expect({ code, err }).toEqual({ code: 0, err: '' });
      expect(out).not.toBe('');
    },
  );

  it.each([
    [['bogus'], 'tierbook --help'],
    [['events', 'bogus'], 'read, stats'],
    [['events', 'read', '--bogus'], 'tierbook events read --help'],
    [['events', 'read', 'extra'], 'tierbook events read --help'],
    [['events', 'read', '--limit', '0'], '--limit'],
    [['events', 'read', '--from', 'there'], '--from'],
    [['events', 'read', '--reverse'], '--stream'],
    [['demo', '--customers', 'many'], '--customers'],
    [['tokens', 'issue'], '--organisation'],
    [['tokens', 'issue', '--organisation', 'me'], 'reseller-partner-id'],
    [['tokens', 'issue', '--organisation', 'operator', '--hours', '25'], '--hours'],
    [['keys', 'generate'], '--out'],
    [['projections', 'bogus'], 'list, status'],
    [['projections', 'rebuild'], 'view'],
    [['parked', 'drop', 'customers', 'x'], '--why'],
    [['parked', 'drop', 'customers', 'x', '--why', ' '], '--why'],
    [['replay'], '--to'],
  ])('refuses %j with 2 and one line that says what to write', async (args, said) => {
    const { code, out, err } = await tierbook(...args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(/^tierbook: .+\n$/);
    expect(err).toContain(said);
  });

  it.each([[[]], [['events']]])('shows its help where a command is missing: %j', async (args) => {
    const { code, out, err } = await tierbook(...args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain('Usage: tierbook');
  });

  it.each([
    [['demo']],
    [['events', 'read']],
    [['events', 'stats']],
    [['tokens', 'issue', '--organisation', 'operator']],
    [['projections', 'list']],
    [['parked', 'list']],
    [['views', 'verify']],
  ])('fails with 1, saying to start a service, where none was: %j', async (args) => {
    const { code, out, err } = await tierbook(...args, '--data-dir', empty);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(/^tierbook: [^\n]*npm start[^\n]*\n$/);
  });
});

describe('demo', () => {
  it('fills the service, and changes nothing when it runs again', async () => {
    const made = await json('demo', '--customers', '12');
    expect(made).toMatchObject({ customers: 12, newCustomers: 12, resellers: 3, refusedCount: 0 });
    const before = await json('events', 'stats');
    expect(before).toMatchObject({
      byType: {
        CustomerCreated: 12,
        PartnershipAccepted: 3,
        SubscriptionOrdered: made['subscriptions'],
      },
    });

    expect(await json('demo', '--customers', '12')).toMatchObject({
      ...made,
      newCustomers: 0,
      milliseconds: expect.any(Number),
    });
    const after = await json('events', 'stats');
    expect({ events: after['events'], last: after['last'] }).toEqual({
      events: before['events'],
      last: before['last'],
    });
  });

  it('goes on where a killed run stopped', async () => {
    const provider = service.api(service.tokens.provider);
    const customers = async () => (await provider.get('/v1/customers?limit=200')).items.length;
    const before = await customers();
    const killed = start('demo', '--seed', '7', '--customers', '180');
    const gone = once(killed, 'close');
    while ((await customers()) < before + 5) expect(killed.exitCode).toBeNull();
    killed.kill('SIGKILL');
    await gone;

    const whole = await json('demo', '--seed', '7', '--customers', '180');
    expect(whole).toMatchObject({ customers: 180, refusedCount: 0 });
    expect(whole['newCustomers']).toBeGreaterThan(0);
    expect(whole['newCustomers']).toBeLessThan(180);
    const { byType } = await json('events', 'stats');
    expect(byType).toMatchObject({ CustomerCreated: before + 180 });
  });

  it('adds only the rest when more customers are asked for', async () => {
    expect(await json('demo', '--customers', '20')).toMatchObject({
      customers: 20,
      newCustomers: 8,
    });
  });

  it('prints a summary with commands to go on with', async () => {
    const { code, out } = await tierbook('demo', '--customers', '12');
    expect(code).toBe(0);
    expect(out).toContain('customers         12  (0 of them new)');
    const [path] = /\/v1\/customers\/[0-9a-f-]+/.exec(out) ?? [''];
    const shown = await service.api(service.tokens.provider).get(path);
    expect(shown.status).toBe(200);
  });
});

describe('events read', () => {
  it('prints the log in its order, without what is personal', async () => {
    const all = await events();
    const stats = await json('events', 'stats');
    expect(all).toHaveLength(Number(stats['events']));
    const positions = all.map(({ position }) => String(position));
    expect(positions).toEqual([...positions].sort());
    const sealed = all.filter(({ personal }) => personal !== undefined);
    expect(new Set(sealed.map(({ personal }) => personal))).toEqual(new Set(['(sealed)']));

    const [from, next] = positions.slice(10);
    expect(
      (await events('--from', from ?? '', '--limit', '2')).map((each) => each['position']),
    ).toEqual([from, next]);
  });

  it('unseals what is personal when asked to', async () => {
    const [created] = await events('--type', 'CustomerCreated', '--limit', '1', '--personal');
    expect(created).toMatchObject({
      type: 'CustomerCreated',
      personal: { companyName: expect.any(String), email: expect.stringContaining('.example') },
    });
  });

  it('reads a stream from its end', async () => {
    const [created] = await events('--type', 'CustomerCreated', '--limit', '1');
    const stream = String(created?.['stream']);
    const forwards = await events('--stream', stream);
    expect(forwards[0]).toEqual(created);
    expect(await events('--stream', stream.replace('tierbook.', ''), '--reverse')).toEqual(
      forwards.toReversed(),
    );
  });

  it('ends quietly with the reader of its output', async () => {
    const child = start('events', 'read');
    const errors = text(child.stderr);
    const ended = once(child, 'close') as Promise<[number | null]>;
    await once(child.stdout, 'data');
    child.stdout.destroy();
    expect({ code: (await ended)[0], err: await errors }).toEqual({ code: 0, err: '' });
  });

  it('fails with one line for what is not in the log', async () => {
    const { code, err } = await tierbook('events', 'read', '--stream', 'customer-none');
    expect(code).toBe(1);
    expect(err).toMatch(/^tierbook: There is no stream tierbook\.customer-none: .+\n$/);
  });
});

describe('tokens issue', () => {
  it('prints a token alone that the service takes', async () => {
    const { code, out, err } = await tierbook('tokens', 'issue', '--organisation', 'operator');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    expect((await service.api(out.trim()).get('/v1/providers')).status).toBe(200);
  });

  it('names a reseller by its partner id, before it has applied', async () => {
    const { out } = await tierbook(
      'tokens',
      'issue',
      '--organisation',
      'reseller-partner-id:8800123',
    );
    const applied = await service.api(out.trim()).post('/v1/resellers', {
      partnerId: '8800123',
      name: 'Jequitibá Informática',
      email: 'contato@jequitiba.example',
      country: 'BR',
      state: 'PR',
    });
    expect(applied.status).toBe(201);
  });

  it('gives no more than the role it names', async () => {
    const provider = `provider:${service.providerId}`;
    const { out } = await tierbook(
      'tokens',
      'issue',
      '--organisation',
      provider,
      '--role',
      'auditor',
    );
    const auditor = service.api(out.trim());
    expect((await auditor.get('/v1/customers')).status).toBe(200);
    expect((await auditor.get('/v1/domains/padaria')).status).toBe(403);
  });
});

describe('keys generate', () => {
  it('makes a key file for its owner alone, and never overwrites one', async () => {
    const file = join(empty, 'keys.json');
    expect(await json('keys', 'generate', '--out', file)).toEqual({ file });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const made = readFileSync(file, 'utf8');

    const again = await tierbook('keys', 'generate', '--out', file);
    expect(again).toMatchObject({ code: 1, out: '' });
    expect(again.err).toMatch(/^tierbook: .*never overwritten.*\n$/);
    expect(readFileSync(file, 'utf8')).toBe(made);
  });
});
