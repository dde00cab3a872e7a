import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiDocument, expectDeclaredAnswers } from './harness/api-document';
import { startService, type Service } from './harness/service';
import { accepted, World, type Member } from './harness/world';

let service: Service;
let world: World;
let document: ApiDocument;
let provider: Member;

beforeAll(async () => {
  service = await startService();
  world = new World(service);
  document = await ApiDocument.of(service);
  provider = await world.provider();
});

afterAll(() => {
  expectDeclaredAnswers(document, service.exchanges);
});

const pointers = (errors: unknown) =>
  (errors as readonly { readonly pointer: string }[]).map(({ pointer }) => pointer);

describe('POST /v1/customers/{id}/commands', () => {
  it('does several commands as one, and answers what came of each', async () => {
    const { id, sid, path } = await world.subscribed(provider);
    const order = world.orderBody(await world.offer(provider));
    const commands = [
      { command: 'change-quantity', subscriptionId: sid, body: { quantity: 20 } },
      { command: 'order-subscription', body: order },
      { command: 'change-quantity', subscriptionId: sid, body: { quantity: 30 } },
      { command: 'change-quantity', subscriptionId: sid, body: { quantity: 30 } },
    ];
    const url = `/v1/customers/${id}/commands`;
    const plan = await provider.api.post(url, { commands }, { dryRun: true, key: 'batch-1' });
    const planned = plan.at('plan', 'events') as { type: string; command: number }[];
    expect(planned.map(({ type, command }) => [type, command])).toEqual([
      ['SubscriptionQuantityChanged', 0],
      ['SubscriptionOrdered', 1],
      ['SubscriptionQuantityChanged', 2],
    ]);
    expect(plan.at('plan', 'seats')).toMatchObject([
      { subscriptionId: sid, quantity: 30, left: 270 },
      { quantity: 10, left: 290 },
    ]);
    const headers = { 'If-Plan': plan.string('plan', 'id') };
    const done = accepted(await provider.api.post(url, { commands }, { headers, key: 'batch-1' }));
    const answers = done.at('commands') as { resource: { id: string }; revision: number }[];
    expect(answers.map(({ resource }) => resource.id)).toEqual([sid, expect.any(String), sid, sid]);
    expect(answers[3]?.revision).toBe(answers[2]?.revision);
    const { position } = done;
    const read = await provider.api.get(path, { position });
    expect([read.at('quantity'), read.etag]).toEqual([30, answers[2]?.revision]);
    const bought = await provider.api.get(done.string('commands', 1, 'resource', 'href'), {
      position,
    });
    expect([bought.status, bought.at('quantity')]).toEqual([200, 10]);
    const head = await world.head();
    const again = await provider.api.post(url, { commands }, { key: 'batch-1' });
    expect(again.text).toBe(done.text);
    expect(await world.head(head)).toBe(head);
  });

  it('takes commands on the account beside those on its subscriptions', async () => {
    const { id, sid } = await world.subscribed(provider);
    const commands = [
      { command: 'record-agreement', body: world.agreementBody() },
      { command: 'change-customer-profile', body: world.profileBody() },
      { command: 'suspend-subscription', subscriptionId: sid },
      { command: 'end-customer', body: { reason: 'Fechou' } },
    ];
    const url = `/v1/customers/${id}/commands`;
    const early = await provider.api.post(url, { commands: [commands[3], commands[2]] });
    expect([early.status, early.code]).toEqual([409, 'customer-has-subscriptions']);
    const { position } = accepted(await provider.api.post(url, { commands }));
    const read = await provider.api.get(`/v1/customers/${id}`, { position });
    expect(read.body).toMatchObject({ status: 'ended', agreement: { version: '2026-01' } });
  });

  it('sets references, and grants, renews and revokes delegations, as one with the rest', async () => {
    const reseller = await world.partner(provider);
    const { id, sid } = await world.subscribed(provider);
    const url = `/v1/customers/${id}/commands`;
    const [lost, kept] = ['CLI-lost', 'CLI-kept'].map((each) => `${each}-${id}`);
    const grant = {
      resellerId: reseller.id,
      subscriptionId: sid,
      rights: ['read-customer'],
      reason: 'Contrato',
    };
    const done = accepted(
      await provider.api.post(url, {
        commands: [
          { command: 'set-customer-reference', body: { reference: lost } },
          {
            command: 'associate-subscription-reseller',
            subscriptionId: sid,
            body: { resellerId: reseller.id, delegatedAdmin: false },
          },
          { command: 'grant-delegated-admin', body: grant },
          { command: 'set-customer-reference', body: { reference: kept } },
        ],
      }),
    );
    const granted = done.string('commands', 2, 'resource', 'href');
    const delegationId = done.string('commands', 2, 'resource', 'id');
    const at = { position: done.position };
    expect((await provider.api.get(`/v1/customers/${id}`, at)).at('reference')).toBe(kept);
    expect((await provider.api.get(granted, at)).body).toMatchObject({ rights: ['read-customer'] });
    const other = await world.subscribed(provider);
    const take = (reference: unknown) =>
      provider.api.post(`/v1/customers/${other.id}/commands`, {
        commands: [
          { command: 'rename-subscription', subscriptionId: other.sid, body: { name: 'Nova' } },
          { command: 'set-customer-reference', body: { reference } },
        ],
      });
    const taken = await take(kept);
    expect([taken.status, taken.code]).toEqual([409, 'reference-taken']);
    expect(pointers(taken.at('errors'))).toEqual(['/commands/1/body/reference']);
    accepted(await take(lost));
    const end = new Date(Date.now() + 30 * 24 * 3_600_000).toISOString();
    const { position } = accepted(
      await provider.api.post(url, {
        commands: [
          { command: 'renew-delegated-admin', delegationId, body: { end } },
          { command: 'revoke-delegated-admin', delegationId },
          { command: 'set-customer-reference', body: { reference: null } },
        ],
      }),
    );
    expect((await provider.api.get(granted, { position })).at('status')).toBe('ended');
    expect(
      (await provider.api.get(`/v1/customers/${id}`, { position })).at('reference'),
    ).toBeNull();
    const strayed = await provider.api.post(url, {
      commands: [
        { command: 'revoke-delegated-admin' },
        { command: 'revoke-delegated-admin', delegationId, subscriptionId: sid },
        { command: 'reopen-customer', delegationId },
      ],
    });
    expect([strayed.status, strayed.code]).toEqual([400, 'field-invalid']);
    expect(pointers(strayed.at('errors')).sort()).toEqual([
      '/commands/0/delegationId',
      '/commands/1/subscriptionId',
      '/commands/2/delegationId',
    ]);
  });

  it('does nothing when one is refused, and points at it', async () => {
    const { id, sid } = await world.subscribed(provider);
    const url = `/v1/customers/${id}/commands`;
    const suspended = [
      { command: 'suspend-subscription', subscriptionId: sid },
      { command: 'change-quantity', subscriptionId: sid, body: { quantity: 20 } },
    ];
    const head = await world.head();
    const refused = await provider.api.post(url, { commands: suspended });
    expect([refused.status, refused.code]).toEqual([409, 'subscription-not-active']);
    expect(pointers(refused.at('errors'))).toEqual(['/commands/1']);
    const tooMany = [suspended[1], { ...suspended[1], body: { quantity: 301 } }];
    const outOfRange = await provider.api.post(url, { commands: tooMany });
    expect([outOfRange.status, outOfRange.code]).toEqual([409, 'quantity-out-of-range']);
    expect(pointers(outOfRange.at('errors'))).toEqual(['/commands/1/body/quantity']);
    const plan = await provider.api.post(url, { commands: tooMany }, { dryRun: true });
    expect(plan.at('plan', 'outcome')).toBe('refused');
    expect(pointers(plan.at('plan', 'refusals', 0, 'errors'))).toEqual([
      '/commands/1/body/quantity',
    ]);
    expect(await world.head(head)).toBe(head);
  });

  it('names every broken field of every command', async () => {
    const { id, sid } = await world.subscribed(provider);
    const url = `/v1/customers/${id}/commands`;
    const commands = [
      { command: 'change-quantity', subscriptionId: sid, body: { quantity: 1.5, more: 1 } },
      { command: 'change-quantity', body: { quantity: 5 } },
      { command: 'suspend-subscription', subscriptionId: sid, body: { reason: 'x' } },
      { command: 'order-subscription', subscriptionId: sid, body: {} },
      { command: 'schedule-change', subscriptionId: sid, body: { kind: 'cancel', quantity: 5 } },
    ];
    const answer = await provider.api.post(url, { commands });
    expect([answer.status, answer.code]).toEqual([400, 'field-invalid']);
    expect(pointers(answer.at('errors')).sort()).toEqual([
      '/commands/0/body/more',
      '/commands/0/body/quantity',
      '/commands/1/subscriptionId',
      '/commands/2/body/reason',
      '/commands/3/subscriptionId',
      '/commands/4/body/quantity',
    ]);
    for (const bad of [
      [],
      'x',
      [{ command: 'reissue-admin-credential' }],
      [null],
      [{}],
      Array(101).fill(commands[0]),
    ]) {
      const refused = await provider.api.post(url, { commands: bad });
      expect([refused.status, refused.code]).toEqual([400, 'field-invalid']);
    }
  });

  it('allows each command to whom it is allowed alone', async () => {
    const reseller = await world.partner(provider);
    const { id, sid } = await world.subscribed(provider, { account: { resellerId: reseller.id } });
    const url = `/v1/customers/${id}/commands`;
    const rename = { command: 'rename-subscription', subscriptionId: sid, body: { name: 'Nova' } };
    accepted(await reseller.api.post(url, { commands: [rename] }));
    const credit = {
      command: 'associate-subscription-reseller',
      subscriptionId: sid,
      body: { resellerId: reseller.id },
    };
    const refused = await reseller.api.post(url, { commands: [rename, credit] });
    expect([refused.status, refused.code]).toEqual([403, 'forbidden']);
    expect(pointers(refused.at('errors'))).toEqual(['/commands/1']);
    const helpdesk = await world.as({ kind: 'provider', id: provider.id }, 'helpdesk-agent');
    accepted(await helpdesk.post(url, { commands: [rename] }));
    const more = { command: 'change-quantity', subscriptionId: sid, body: { quantity: 20 } };
    expect((await helpdesk.post(url, { commands: [rename, more] })).code).toBe('forbidden');
    const stranger = await (await world.provider()).api.post(url, { commands: [rename] });
    expect([stranger.status, stranger.code]).toEqual([404, 'not-found']);
  });
});
