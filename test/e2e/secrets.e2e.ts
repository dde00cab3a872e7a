import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { systemClock } from '@tierbook/eventing';
import { CredentialVault, loadOrCreateDevelopmentKeys } from '@tierbook/identity';
import { ApiDocument, expectDeclaredAnswers } from './harness/api-document';
import { runTierbook, runTierbookWith } from './harness/command-line';
import { COMMAND_CASES } from './harness/command-cases';
import { ALL_IN_FILES, EventStoreProcess } from './harness/engines';
import { startService, type Service } from './harness/service';
import { accepted, invitationIn, World, type Member } from './harness/world';

const AT_ONCE = 50;

let service: Service;
let world: World;
let document: ApiDocument;
let provider: Member;
/** Passwords that were shown, with the customer that each is for. */
const shown = new Map<string, string>();

beforeAll(async () => {
  service = await startService({ env: { LOG_LEVEL: 'debug' } });
  world = new World(service);
  document = await ApiDocument.of(service);
  provider = await world.provider();
});

afterAll(() => {
  expectDeclaredAnswers(document, service.exchanges);
});

describe('a one-time password', () => {
  it('of at least 128 bits stands in the first answer only, which nobody may store', async () => {
    const [key, body] = [randomUUID(), world.customerBody()];
    const first = accepted(await provider.api.post('/v1/customers', body, { key }));
    const password = first.string('adminCredential', 'password');
    shown.set(password, first.id);
    // 28 symbols of an alphabet of 31: 138 bits.
    expect(password).toMatch(/^(?:[2-9a-hjkmnp-z]{4}-){6}[2-9a-hjkmnp-z]{4}$/);
    expect(first.headers.get('cache-control')).toBe('no-store');
    for (const repeat of [1, 2]) {
      const again = await provider.api.post('/v1/customers', body, { key });
      expect([repeat, again.status, again.id]).toEqual([repeat, 201, first.id]);
      expect(again.string('adminCredential', 'userName')).toBe(
        first.string('adminCredential', 'userName'),
      );
      expect(again.text).not.toContain('password');
      expect(again.headers.get('cache-control')).toBe('no-store');
    }
  });

  it('is made anew on request, and the one before is revoked', async () => {
    const customer = await world.customer(provider);
    const path = `/v1/customers/${customer.id}`;
    const key = randomUUID();
    const reissued = accepted(
      await provider.api.post(`${path}/admin-credential`, undefined, { key }),
    );
    const [before, after] = [customer, reissued].map((each) =>
      each.string('adminCredential', 'password'),
    );
    expect(after).not.toBe(before);
    expect(reissued.headers.get('cache-control')).toBe('no-store');
    shown.set(after ?? '', customer.id);
    const again = await provider.api.post(`${path}/admin-credential`, undefined, { key });
    expect(again.text).not.toContain('password');
    const issued = (await credentialsOf(customer.id)).slice(-2);
    expect(issued[1]?.['previousCredentialId']).toBe(issued[0]?.['credentialId']);
    expect(await verifies(customer.id, before ?? '')).toBe(false);
  });

  it('is shown to one of 50 callers with one key, and works', async () => {
    const [key, body] = [randomUUID(), world.customerBody()];
    const all = await Promise.all(
      Array.from({ length: AT_ONCE }, () => provider.api.post('/v1/customers', body, { key })),
    );
    const passwords = all
      .filter((each) => each.at('adminCredential', 'password') !== undefined)
      .map((each) => each.string('adminCredential', 'password'));
    expect(passwords).toHaveLength(1);
    shown.set(passwords[0] ?? '', all[0]?.id ?? '');
  });

  it('each of them is the one that verifies', async () => {
    for (const [password, customerId] of shown) {
      expect(await verifies(customerId, password)).toBe(true);
    }
  });
});

async function credentialsOf(customerId: string) {
  const { events } = (await provider.api.get(`/v1/customers/${customerId}/events`)).body as {
    events: { type: string; data: Record<string, string> }[];
  };
  return events.filter(({ type }) => type === 'AdminCredentialIssued').map(({ data }) => data);
}

/** Whether the vault takes the password for the customer's current credential. */
async function verifies(customerId: string, password: string): Promise<boolean> {
  const current = (await credentialsOf(customerId)).at(-1)?.['credentialId'] ?? '';
  const state = await service.kept.openState();
  const keys = loadOrCreateDevelopmentKeys(service.dataDir);
  try {
    return await new CredentialVault(state, keys.credentialVault, systemClock).verify(
      current,
      password,
    );
  } finally {
    await state.close();
  }
}

/** Fields of bodies whose texts are sealed: names, addresses and whatever people write. */
const PERSONAL = new Set(
  'name email companyName contactName phone registrationNumber line1 line2 city state postalCode reason subject body'.split(
    ' ',
  ),
);

/** Offers are catalogue data; a service's name is a label. */
const IMPERSONAL = /^\/v1\/(?:offers|services|token)/;

/** The texts of personal fields in everything that was sent, but of what is not personal. */
function personalTexts(): ReadonlySet<string> {
  const texts = new Set<string>();
  for (const { path, body, answer } of service.exchanges) {
    if (body === undefined || IMPERSONAL.test(path) || answer.status >= 400) continue;
    JSON.parse(body, (name, value: unknown) => {
      if (PERSONAL.has(name) && typeof value === 'string') texts.add(value);
      return value;
    });
  }
  return texts;
}

/** Tokens, passwords and the secrets of links, from every answer and every request. */
function secrets(): ReadonlySet<string> {
  const found = new Set([...service.issuedTokens, ...shown.keys()]);
  for (const { answer } of service.exchanges) {
    for (const [, password = ''] of answer.text.matchAll(/"password":"([^"]+)"/g))
      found.add(password);
    for (const [, secret = ''] of answer.text.matchAll(
      /"(?:clientSecret|access_token)":"([^"]+)"/g,
    ))
      found.add(secret);
    for (const [, secret = ''] of answer.text.matchAll(
      /\/accept#[0-9a-f-]{36}\.([A-Za-z0-9_-]{43})/g,
    ))
      found.add(secret);
  }
  return found;
}

/** The text as it may stand in bytes: in UTF-8 and UTF-16, escaped, in hexadecimal and, at any offset, in base64. */
function formsOf(text: string): readonly Buffer[] {
  const utf8 = Buffer.from(text);
  const utf16 = Buffer.from(text, 'utf16le');
  const escaped = text.replace(
    /[^\x20-\x7e]/g,
    (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  const base64 = (['base64', 'base64url'] as const).flatMap((encoding) =>
    [0, 1, 2].map((offset) => {
      const shifted = Buffer.concat([Buffer.alloc(offset), utf8]).toString(encoding);
      // What the bytes before and after have a part in is left out.
      return Buffer.from(
        shifted.slice(
          offset === 0 ? 0 : offset + 1,
          Math.floor(((offset + utf8.length) * 4) / 3) - 1,
        ),
      );
    }),
  );
  const texts = [text.toLowerCase(), escaped, encodeURIComponent(text), utf8.toString('hex')];
  return [
    utf8,
    utf16,
    Buffer.from(utf16).swap16(),
    ...texts.map((each) => Buffer.from(each)),
    ...base64,
  ];
}

const holds = (bytes: Buffer, text: string) => formsOf(text).some((form) => bytes.includes(form));

function files(directory: string): ReadonlyMap<string, Buffer> {
  const names = readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return new Map(names.map((name) => [name.slice(directory.length + 1), readFileSync(name)]));
}

/** No secret of the run is in any of these, by their names. */
function expectNoneIn(places: ReadonlyMap<string, Buffer>): void {
  const wanted = secrets();
  expect(wanted.size).toBeGreaterThan(10);
  for (const [name, bytes] of places) {
    for (const secret of wanted)
      expect([name, secret, holds(bytes, secret)]).toEqual([name, secret, false]);
  }
}

/** Copies the log that lies in a directory to another engine, which keeps it in that file; what is printed. */
async function copied(from: string, to: string): Promise<Buffer> {
  const server = new EventStoreProcess(to);
  await server.start();
  try {
    const log = `sqlite:${join(from, 'events.db')}`;
    const places = ['--from', log, '--to', server.url];
    const { code, out, err } = await runTierbookWith({ DATA_DIR: from }, 'copy', ...places);
    expect([code, code === 0 ? '' : err]).toEqual([0, '']);
    return Buffer.from(out + err);
  } finally {
    await server.kill();
  }
}

/** A service gets a token for its secret, and is refused one for another secret. */
async function askForToken(): Promise<void> {
  const { clientId, clientSecret } = await world.serviceAccount(provider);
  for (const [secret, status] of [
    [clientSecret, 200],
    [`${clientSecret}x`, 401],
  ] as const) {
    const basic = Buffer.from(`${clientId}:${secret}`).toString('base64');
    const answer = await service.api().send('POST', '/v1/token', {
      headers: {
        'Content-Type': 'application/x-www-form-urlencoded',
        Authorization: `Basic ${basic}`,
      },
      body: 'grant_type=client_credentials',
    });
    expect(answer.status).toBe(status);
  }
}

describe('after every command there is', () => {
  beforeAll(async () => {
    for (const { id, method } of document.commands) {
      const one = await COMMAND_CASES[id]?.(world);
      if (one !== undefined) accepted(await one.api.command(method, one.path, one.body));
    }
    await askForToken();
    const { requestId, token } = invitationIn(
      await provider.api.post('/v1/partnership-requests', { email: 'quem@mica.example' }),
    );
    await (await world.reseller()).api.post('/v1/partnership-requests/lookup', { token });
    const read = await provider.api.get(`/v1/partnership-requests/${requestId}`);
    expect(read.text).toContain(token);
    // All of it is in the views, and all that is logged of it has been.
    await provider.api.get('/v1/customers?companyName=Ametista', { position: await world.head() });
  });

  it('the search finds what is there', async () => {
    const [name] = [...personalTexts()].filter((text) => text.startsWith('Padaria Ametista'));
    const kept = [...(await service.kept.bytes())];
    const views = Buffer.concat(
      kept.filter(([place]) => place.startsWith('views.')).map(([, bytes]) => bytes),
    );
    expect(holds(views, name ?? '')).toBe(true);
    const events = Buffer.concat(
      kept.filter(([place]) => place.startsWith('events.')).map(([, bytes]) => bytes),
    );
    expect(holds(events, 'Nimbus Office ')).toBe(true);
    for (const text of ['Ônix e Cia', 'Eustáquio', 'x@y.example']) {
      for (const form of formsOf(text))
        expect(holds(Buffer.concat([Buffer.from('...'), form]), text)).toBe(true);
      for (const offset of [0, 1, 2, 3]) {
        const inside = Buffer.concat([
          Buffer.alloc(offset, 'z'),
          Buffer.from(text),
          Buffer.from('zzz'),
        ]);
        expect(holds(Buffer.from(inside.toString('base64')), text)).toBe(true);
      }
    }
  });

  it.each(['running', 'stopped'])('no personal text is readable in the log, %s', async (when) => {
    if (when === 'stopped') await service.stop();
    const texts = personalTexts();
    expect(texts.size).toBeGreaterThan(100);
    const log = [...(await service.kept.bytes())].filter(([name]) => name.startsWith('events.'));
    expect(log).not.toEqual([]);
    for (const [name, bytes] of log) {
      for (const text of texts)
        expect([name, text, holds(bytes, text)]).toEqual([name, text, false]);
    }
    if (when === 'stopped') await service.start();
  });

  it('no password, token or link secret is in any file, log or metric', async () => {
    const metrics = await service.api().get('/metrics');
    expect(metrics.text).toContain('tierbook_http_request_duration_seconds');
    const places = new Map(await service.kept.bytes());
    // Made to hold them, for this user only.
    for (const name of ['development.json', 'keys.json']) places.delete(name);
    expect([...places.keys()].map((name) => name.split('.')[0])).toEqual(
      expect.arrayContaining(['events', 'views', 'state', 'keys']),
    );
    places.set('logs', Buffer.from(service.logs()));
    places.set('metrics', Buffer.from(metrics.text));
    expectNoneIn(places);
  });

  it('no password, token or link secret is in what the command line prints or exports', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'tierbook-exports-'));
    const of = (name: string) => join(directory, name);
    const places = new Map<string, Buffer>();
    const [customer = ''] = shown.values();
    for (const args of [
      ['show', 'customer', customer],
      ['history', customer],
      ['events', 'read', '--json'],
      ['events', 'read', '--personal'],
      ['events', 'stats', '--json'],
      ['projections', 'list', '--json'],
      ['projections', 'status', 'customers'],
      ['parked', 'list', '--json'],
      ['views', 'verify', '--json'],
      ['keys', 'list'],
      ['services', 'list', '--organisation', `provider:${provider.id}`, '--json'],
      ['audit', 'keys'],
      ['audit', 'verify', '--json'],
      ['replay', '--to', of('replayed')],
      ...(ALL_IN_FILES ? [['backup', '--to', of('backup'), '--keys-to', of('keys')]] : []),
    ]) {
      const { code, out, err } = await runTierbook(service.dataDir, ...args);
      expect([args, code, code === 0 ? '' : err]).toEqual([args, 0, '']);
      places.set(args.join(' '), Buffer.from(out + err));
    }
    if (ALL_IN_FILES) places.set('copy', await copied(of('backup'), of('copied')));
    const exported = files(directory);
    const backups = ALL_IN_FILES ? ['backup/events.db', 'backup/state.db', 'copied'] : [];
    expect([...exported.keys()]).toEqual(expect.arrayContaining([...backups, 'replayed/views.db']));
    for (const [name, bytes] of exported) places.set(name, bytes);
    rmSync(directory, { recursive: true });
    expect(holds(places.get('events read --personal') ?? Buffer.alloc(0), 'Padaria Ametista')).toBe(
      true,
    );
    expectNoneIn(places);
  }, 120_000);

  it('none is in the answers of reads and feeds, but the link in the one that shows it', async () => {
    const before = service.exchanges.length;
    for (const { path } of document.reads.filter((each) => !each.path.includes('{'))) {
      for (const api of [provider.api, world.operator]) await api.get(path);
    }
    expect(service.exchanges.length - before).toBeGreaterThan(20);
    const events = await provider.api.get('/v1/events?limit=200');
    expect(events.status).toBe(200);
    const read = service.exchanges.filter(
      ({ method, path }) =>
        method === 'GET' && !/^\/v1\/partnership-requests\/[0-9a-f-]{36}/.test(path),
    );
    expectNoneIn(
      new Map([['reads', Buffer.from(read.map(({ answer }) => answer.text).join('\n'))]]),
    );
  });

  it('no personal text is in a log or metric', async () => {
    const metrics = await service.api().get('/metrics');
    for (const text of personalTexts()) {
      for (const place of [service.logs(), metrics.text]) {
        expect([text, holds(Buffer.from(place), text)]).toEqual([text, false]);
      }
    }
  });

  it('no read shows a password, and no list a link', () => {
    for (const { method, path, answer } of service.exchanges) {
      if (method !== 'GET' || path === '/docs-json') continue;
      for (const password of shown.keys()) expect(answer.text).not.toContain(password);
      const shows = /^\/v1\/partnership-requests\/[0-9a-f-]{36}$/.test(path);
      if (!shows) expect([path, answer.text.includes('/accept#')]).toEqual([path, false]);
    }
  });
});
