import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Answer } from './harness/api';
import { ApiDocument, expectDeclaredAnswers, type Operation } from './harness/api-document';
import { COMMAND_CASES, type CommandCase } from './harness/command-cases';
import { startService, type Service } from './harness/service';
import { accepted, World } from './harness/world';

/** Callers that send one command with one key at the same moment. */
const AT_ONCE = 50;
/** A revision that nothing here reaches. */
const NEVER = 999_999;

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

/** Does the same with every command that the document has, each on something new. */
async function everyCommand(
  check: (one: CommandCase & { readonly operation: Operation }) => Promise<void>,
): Promise<void> {
  for (const operation of document.commands) {
    const prepare = COMMAND_CASES[operation.id];
    if (prepare === undefined) throw new Error(`${operation.id} has no case in command-cases.ts.`);
    const prepared = await prepare(world);
    await check({ ...prepared, operation }).catch((error: unknown) => {
      throw new Error(`${operation.id}: ${String(error)}`, { cause: error });
    });
  }
}

/** What is shown once. */
const SECRETS = new Set(['password', 'clientSecret']);

/** All that a repeat must answer again: everything but the secret. */
function outcomeOf({ status, headers, body }: Answer) {
  const kept = ['etag', 'tierbook-position', 'location'].map((name) => headers.get(name));
  const answered = JSON.parse(
    JSON.stringify(body, (name, value: unknown) => (SECRETS.has(name) ? undefined : value)),
  ) as unknown;
  return { status, kept, answered };
}

describe('every command of the API document', () => {
  it('has a case here, and every case has a command', () => {
    expect(Object.keys(COMMAND_CASES).sort()).toEqual(document.commands.map(({ id }) => id).sort());
  });

  it('sent twice with one key is one outcome and one set of events', async () => {
    await everyCommand(async ({ api, path, body, settled, operation: { method } }) => {
      const key = randomUUID();
      const first = accepted(await api.command(method, path, body, { key }));
      await settled?.();
      const head = await world.head();
      if (settled === undefined) expect(head).toBe(first.position);
      const second = await api.command(method, path, body, { key });
      expect(outcomeOf(second)).toEqual(outcomeOf(first));
      expect(await world.head(head)).toBe(head);
    });
  });

  it('is refused, and does nothing, when its key was used with another body', async () => {
    await everyCommand(async ({ api, path, body, otherBody, settled, operation: { method } }) => {
      const key = randomUUID();
      const done = accepted(await api.command(method, path, body, { key }));
      await settled?.();
      const position = settled === undefined ? done.position : await world.head();
      const other = await api.command(method, path, otherBody, { key });
      // A command that takes no body at all knows no field of one.
      expect([other.status, other.code]).toEqual(
        body === undefined ? [400, 'field-unknown'] : [422, 'idempotency-key-reused'],
      );
      expect(await world.head(position)).toBe(position);
    });
  });

  it('is done once when it arrives 50 times at once with one key', async () => {
    await everyCommand(async ({ api, path, body, settled, operation: { method } }) => {
      const key = randomUUID();
      const all = await Promise.all(
        Array.from({ length: AT_ONCE }, () => api.command(method, path, body, { key })),
      );
      const [first] = all.map(outcomeOf);
      expect([200, 201]).toContain(first?.status);
      for (const each of all) expect(outcomeOf(each)).toEqual(first);
      await settled?.();
      // What a process adds comes once, too: nothing after it has settled.
      const head = await world.head();
      if (settled === undefined) expect(head).toBe(first?.kept[1]);
      const credentials = all.filter((each) => each.at('adminCredential') !== undefined);
      const passwords = all.filter((each) => each.at('adminCredential', 'password') !== undefined);
      expect(passwords).toHaveLength(credentials.length === 0 ? 0 : 1);
    });
  }, 120_000);

  it('needs a key, and a key that is one', async () => {
    await everyCommand(async ({ api, path, body, operation: { method } }) => {
      const head = await world.head();
      const without = await api.command(method, path, body, { key: null });
      expect([without.status, without.code]).toEqual([400, 'idempotency-key-missing']);
      for (const key of ['two words', 'ação', 'x'.repeat(256)]) {
        const wrong = await api.command(method, path, body, { key });
        expect([wrong.status, wrong.code]).toEqual([400, 'idempotency-key-invalid']);
      }
      expect(await world.head(head)).toBe(head);
    });
  });

  it('appends nothing when it is a dry run, and says what it would append', async () => {
    await everyCommand(async ({ api, path, body, settled, operation: { method } }) => {
      const key = randomUUID();
      const head = await world.head();
      const plan = await api.command(method, path, body, { key, dryRun: true });
      expect(plan.status).toBe(200);
      expect(plan.at('plan', 'events')).not.toEqual([]);
      expect(plan.at('adminCredential')).toBeUndefined();
      expect(await world.head(head)).toBe(head);
      // The key is as good as new.
      accepted(await api.command(method, path, body, { key }));
      await settled?.();
    });
  });

  it('is refused when what it names has changed since it was read', async () => {
    await everyCommand(async ({ api, path, body, operation: { method } }) => {
      const head = await world.head();
      const stale = await api.command(method, path, body, { ifMatch: NEVER });
      expect([stale.status, stale.code]).toEqual([412, 'stale-if-match']);
      for (const tag of ['"x"', 'W/"1"', '1', '"1", "2"', '']) {
        const wrong = await api.command(method, path, body, { headers: { 'If-Match': tag } });
        expect([wrong.status, wrong.code]).toEqual([400, 'if-match-invalid']);
      }
      expect(await world.head(head)).toBe(head);
    });
  });

  it('is done when what it names is still as it was read', async () => {
    const tried: string[] = [];
    await everyCommand(async ({ api, path, body, settled, operation: { id, method } }) => {
      const plan = await api.command(method, path, body, { dryRun: true });
      const position = await world.head();
      const read = await api.get(plan.string('plan', 'resource', 'href'), { position });
      // What is only created now has nothing to match yet.
      if (read.status !== 200) return;
      tried.push(id);
      const done = await api.command(method, path, body, { ifMatch: read.etag });
      expect([200, 201]).toContain(done.status);
      const again = await api.get(plan.string('plan', 'resource', 'href'), {
        position: done.position,
      });
      if (settled === undefined) expect(again.etag).toBe(done.revision);
      await settled?.();
    });
    expect(tried.sort()).toEqual(ON_SOMETHING_THERE);
  });
});

/** The commands that address something that is there already. */
const ON_SOMETHING_THERE = [
  'approve-reseller',
  'associate-customer-reseller',
  'associate-subscription-reseller',
  'cancel-subscription',
  'change-billing-profile',
  'change-customer-profile',
  'change-quantity',
  'change-reseller-profile',
  'designate-support-contact',
  'end-customer',
  'end-partnership',
  'erase-customer',
  'note-partnership-request-bounce',
  'reactivate-subscription',
  'record-agreement',
  'reinstate-reseller',
  'reissue-admin-credential',
  'reject-reseller',
  'remind-partnership-request',
  'rename-subscription',
  'renew-delegated-admin',
  'reopen-customer',
  'require-agreement',
  'retire-offer',
  'revise-offer',
  'revoke-delegated-admin',
  'revoke-service',
  'rotate-service-secret',
  'schedule-change',
  'send-customer-commands',
  'set-auto-renew',
  'set-customer-reference',
  'suspend-reseller',
  'suspend-subscription',
  'undo-scheduled-change',
  'upgrade-subscription',
  'withdraw-partnership-request',
];
