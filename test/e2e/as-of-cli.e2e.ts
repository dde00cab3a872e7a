import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Answer } from './harness/api';
import { runTierbook } from './harness/command-line';
import { EMBEDDED } from './harness/engines';
import { startService, type Service } from './harness/service';
import { until } from './harness/until';
import { accepted, World, type Member } from './harness/world';

const LONGEST_MS = 60_000;

interface Day {
  readonly position: string;
  readonly time: string;
  readonly customer: Answer;
}

let service: Service;
let world: World;
let provider: Member;
let id: string;
let path: string;
/** What the API answered of the customer when each position was the last, and at which time. */
const days: Day[] = [];
/** What an auditor kept last week. */
let lastWeek: string;
let verifierKey: string;
let copy: string;

const text = async (address: string) => (await fetch(`${service.baseUrl}${address}`)).text();

async function json(dataDir: string, ...args: readonly string[]) {
  const { code, out, err } = await runTierbook(dataDir, ...args, '--json');
  expect([code, err.includes('tierbook:')]).toEqual([0, false]);
  return JSON.parse(out.trim().split('\n').at(-1) ?? '') as Readonly<Record<string, unknown>>;
}

/** A day of the customer, as its last event recorded it. */
async function dayOf(answer: Answer): Promise<void> {
  const { position } = accepted(answer);
  const customer = await provider.api.get(`/v1/customers/${id}`, { position });
  const history = await provider.api.get(`/v1/customers/${id}/events?limit=200`);
  const events = history.at('events') as readonly { position: string; recordedAt: string }[];
  const time = events.find((event) => event.position === position)?.recordedAt ?? '';
  days.push({ position, time, customer });
}

beforeAll(async () => {
  // A copy of the data directory holds the embedded engines alone.
  service = await startService({ env: EMBEDDED });
  world = new World(service);
  provider = await world.provider();
  let answer: Answer;
  ({ id, path, answer } = await world.subscribed(provider));
  await dayOf(answer);
  await dayOf(await provider.api.put(`${path}/quantity`, { quantity: 20 }));
  lastWeek = await until('a signed checkpoint', async () => {
    const note = await text('/v1/audit/checkpoint');
    return note.includes(days.at(-1)?.position ?? '') ? note : undefined;
  });
  verifierKey = (await text('/v1/audit/keys')).trim();
  await dayOf(await provider.api.put(`/v1/customers/${id}/profile`, world.profileBody()));
  await dayOf(await provider.api.post(`${path}/suspension`));
  copy = mkdtempSync(join(tmpdir(), 'tierbook-copy-'));
}, LONGEST_MS);

afterAll(() => {
  rmSync(copy, { recursive: true, force: true });
});

function day(index: number): Day {
  const found = days[index];
  if (found === undefined) throw new Error(`There is no day ${index}.`);
  return found;
}

/** The documents that a document joins are named as they were; what only the API adds is left out. */
function expectSameCustomer(shown: unknown, answered: Answer): void {
  expect(shown).toEqual({ ...answered.body, delegations: [] });
}

function everyDay(dataDir: () => string): void {
  it(
    'shows the customer of any day, by position and by time',
    async () => {
      for (const { position, customer } of days) {
        const byPosition = await json(dataDir(), 'show', 'customer', id, '--as-of', position);
        expect(byPosition).toMatchObject({ position, erased: false, parked: [] });
        expectSameCustomer(byPosition['customer'], customer);
      }
      for (const { time, customer } of days.slice(1, 2)) {
        const byTime = await json(dataDir(), 'show', 'customer', id, '--as-of', time);
        expect(byTime['at']).toBe(time);
        expectSameCustomer(byTime['customer'], customer);
      }
      const now = await json(dataDir(), 'show', 'customer', id);
      expectSameCustomer(now['customer'], day(3).customer);
    },
    LONGEST_MS,
  );

  it(
    'builds the views of any moment, of which each document can be read',
    async () => {
      const { position, customer } = day(1);
      const to = join(mkdtempSync(join(copy, 'replayed-')), 'views');
      const replayed = await json(dataDir(), 'replay', '--as-of', position, '--to', to);
      expect(replayed['asOf']).toBe(position);
      for (const view of replayed['views'] as readonly Record<string, unknown>[]) {
        expect(view).toMatchObject({ state: 'live', position, parkedKeys: 0 });
      }
      const shown = await json(dataDir(), 'views', 'show', 'customers', id, '--in', to);
      expect(shown).toMatchObject({
        position,
        document: { customerId: id, licences: 20, revision: customer.at('revision') },
      });
      const none = await runTierbook(dataDir(), 'views', 'show', 'customers', 'x', '--in', to);
      expect([none.code, none.err]).toEqual([1, expect.stringContaining('no document x')]);
    },
    LONGEST_MS,
  );
}

describe('beside the service', () => {
  everyDay(() => service.dataDir);
});

describe('with a copy of the data directory, the key and a checkpoint of last week alone', () => {
  beforeAll(async () => {
    await service.stop();
    cpSync(service.dataDir, join(copy, 'data'), { recursive: true });
    writeFileSync(join(copy, 'last-week'), lastWeek);
  });

  it(
    'proves that nothing has been altered since',
    async () => {
      const at = ['--checkpoint', join(copy, 'last-week'), '--key', verifierKey];
      const verified = await runTierbook(join(copy, 'data'), 'audit', 'verify', ...at);
      expect([verified.code, verified.out]).toEqual([
        0,
        expect.stringMatching(/^Intact: \d+ events\. The first \d+ are those that the checkpoint/),
      ]);
    },
    LONGEST_MS,
  );

  everyDay(() => join(copy, 'data'));

  it.each([
    [['show', 'customer', 'x'], 1, 'There was no customer x at '],
    [['show', 'customer', 'x', '--as-of', 'yesterday'], 1, '"yesterday" is neither a time'],
    [['show', 'customer', 'x', '--as-of', '9999-01-01T00:00:00Z'], 1, 'is yet to come'],
    [['show', 'customer', 'x', '--as-of', '1999-01-01T00:00:00Z'], 1, 'The log begins at'],
    [['show', 'invoice', 'x'], 2, "There is no resource 'invoice' to show"],
    [['show', 'customer'], 2, 'tierbook show --help'],
    [['replay', '--as-of', '0x10', '--to', 'NEW'], 1, '"0x10" is neither a time'],
    [['views', 'show', 'invoices', 'x', '--in', 'NEW'], 2, "There is no view 'invoices'"],
    [['views', 'show', 'customers', 'x', '--in', 'NEW'], 1, 'There are no views in'],
  ])(
    '%j ends with %i, and says why in one line',
    async (args, code, said) => {
      const fresh = join(copy, 'never-made');
      const named = args.map((arg) => (arg === 'NEW' ? fresh : arg));
      const ran = await runTierbook(join(copy, 'data'), ...named);
      expect([ran.code, ran.err.trim().split('\n').length]).toEqual([code, 1]);
      expect(ran.err).toContain(said);
      expect(existsSync(fresh)).toBe(false);
    },
    LONGEST_MS,
  );
});
