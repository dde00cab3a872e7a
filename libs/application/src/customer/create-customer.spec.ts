import { beforeEach, describe, expect, it } from '@jest/globals';
import type { OfferId, ProviderId, ResellerId } from '@tierbook/domain';
import {
  accepted,
  customerInput,
  orderInput,
  operator,
  providerAgent,
  refusal,
  resellerAgent,
  scenario,
  sentBy,
  type Scenario,
} from '../testing/scenario';
import { CreateCustomerCommand, customerIdOf } from './create-customer.handler';
import { ReissueAdminCredentialCommand } from './reissue-admin-credential.handler';

let world: Scenario;
let provider: ProviderId;
let reseller: ResellerId;
let offer: OfferId;

beforeEach(async () => {
  world = await scenario();
  provider = await world.createProvider();
  reseller = await world.enrol('1001');
  await world.partner(provider, reseller);
  offer = await world.publishOffer(provider);
});

const create = (change = {}, sending = {}, by = providerAgent(provider)) =>
  world.send(new CreateCustomerCommand(sentBy(by, sending), customerInput(change)));

describe('creating a customer', () => {
  it('makes customer, delegation, credential and subscriptions in one append', async () => {
    const before = (await world.events()).length;
    const answer = accepted(
      await create({
        resellerId: reseller,
        subscriptions: [orderInput(offer, { resellerId: reseller }), orderInput(offer)],
      }),
    );
    const written = (await world.events()).slice(before);
    expect(written.map(({ type }) => type)).toEqual([
      'CommandClaimed',
      'CustomerCreated',
      'CustomerResellerChanged',
      'DelegatedAdminGranted',
      'AdminCredentialIssued',
      'SubscriptionOrdered',
      'DelegatedAdminGranted',
      'SubscriptionOrdered',
    ]);
    expect(written.map(({ metadata }) => metadata.append)).toEqual(
      written.map((_, index) => ({ index, of: written.length })),
    );
    expect(new Set(written.map(({ metadata }) => metadata.tenant))).toEqual(new Set([provider]));
    const id = customerIdOf(provider, 'contoso');
    expect(answer).toMatchObject({
      resource: { type: 'customer', id, path: `customers/${id}` },
      warnings: ['reseller-of-record-missing'],
      body: {
        customer: { id, domain: 'contoso', country: 'DE' },
        subscriptions: [
          { offerId: offer, quantity: 10, status: 'active' },
          { offerId: offer, quantity: 10, status: 'active' },
        ],
        adminCredential: { userName: 'admin@contoso' },
      },
    });
  });

  it('has nothing readable in the log', async () => {
    await create({ subscriptions: [orderInput(offer, { name: 'Kanarienvogel' })] });
    const log = JSON.stringify(await world.events());
    for (const text of ['Contoso GmbH', 'it@contoso.example', 'Hauptstraße', 'Kanarienvogel']) {
      expect(log).not.toContain(text);
    }
  });

  it('is all or nothing', async () => {
    const before = (await world.events()).length;
    const answer = await create({
      subscriptions: [orderInput(offer), orderInput(offer, { quantity: 301 })],
    });
    expect(refusal(answer)).toMatchObject({
      code: 'quantity-out-of-range',
      fields: [{ pointer: '/subscriptions/1/quantity' }],
    });
    expect(await world.events()).toHaveLength(before);
  });

  it('keeps a domain unique to its provider, in any spelling', async () => {
    await create();
    expect(refusal(await create({ domain: 'CONTOSO' })).code).toBe('domain-taken');
    const other = await world.createProvider();
    const elsewhere = accepted(await create({}, {}, providerAgent(other)));
    expect(elsewhere.resource.id).not.toBe(customerIdOf(provider, 'contoso'));
  });

  it('refuses what the provider does not have: offers and partners of others', async () => {
    const other = await world.createProvider();
    const foreign = await world.publishOffer(other);
    expect(refusal(await create({ subscriptions: [orderInput(foreign)] })).code).toBe(
      'offer-unknown',
    );
    const stranger = await world.enrol('1002');
    await world.partner(other, stranger);
    expect(refusal(await create({ resellerId: stranger })).code).toBe('partnership-not-active');
  });

  it('takes a key for one domain only', async () => {
    const idempotencyKey = 'key-1';
    accepted(await create({}, { idempotencyKey, body: 'contoso' }));
    const other = await create({ domain: 'fabrikam' }, { idempotencyKey, body: 'fabrikam' });
    expect(refusal(other).code).toBe('idempotency-key-reused');
    // Keys are the organisation's own.
    const another = await world.createProvider();
    accepted(await create({}, { idempotencyKey, body: 'x' }, providerAgent(another)));
  });

  it('may be planned without a trace', async () => {
    const before = (await world.events()).length;
    const answer = await create({ subscriptions: [orderInput(offer)] }, { dryRun: true });
    expect(answer).toMatchObject({
      kind: 'planned',
      resource: { type: 'customer' },
      verdict: { kind: 'accepted' },
      seats: [{ offerId: offer, quantity: 10, maximum: 300, left: 290 }],
    });
    expect(JSON.stringify(answer)).not.toContain('password');
    expect(await world.events()).toHaveLength(before);
    expect(await world.state.list('credential-verifiers', { limit: 1 })).toEqual([]);
  });

  it('is planned with every rule that would refuse it', async () => {
    const subscriptions = [
      orderInput(offer, { quantity: 301 }),
      orderInput(offer, { term: 'P3Y', quantity: 0 }),
    ];
    const planned = await create({ country: 'BR', subscriptions }, { dryRun: true });
    if (planned.kind !== 'planned' || planned.verdict.kind !== 'refused')
      throw new Error('Not refused.');
    const { others = [], ...first } = planned.verdict.refusal;
    const told = [first, ...others].map(({ code, fields }) => [
      code,
      fields?.map(({ pointer }) => pointer),
    ]);
    expect(Object.fromEntries(told)).toMatchObject({
      'registration-number-required': ['/registrationNumber'],
      'phone-required': ['/phone'],
      'quantity-out-of-range': ['/subscriptions/0/quantity', '/subscriptions/1/quantity'],
      'term-unavailable': ['/subscriptions/1/term'],
    });
    // The command itself says the same.
    expect(refusal(await create({ country: 'BR', subscriptions }))).toEqual(
      planned.verdict.refusal,
    );
  });

  it.each([
    ['a helpdesk agent', () => providerAgent(provider, 'helpdesk-agent')],
    ['a reporter', () => providerAgent(provider, 'reporter')],
    ['a reseller', () => resellerAgent(reseller)],
    ['the operator', () => operator],
  ])('is not for %s, who is told who may', async (_, by) => {
    const { code, detail } = refusal(await create({}, {}, by()));
    expect(code).toBe('forbidden');
    expect(detail).toContain('provider admin-agent, provider sales-agent');
  });
});

describe('the one-time credential', () => {
  const credentialOf = async (id: ReturnType<typeof customerIdOf>) =>
    (await world.customer(id)).credentialId ?? '';

  it('has its password in the first answer only', async () => {
    const sending = { idempotencyKey: 'key-1' };
    const first = accepted(await create({}, sending));
    const { userName, password = '' } = first.body.adminCredential ?? {};
    expect(userName).toBe('admin@contoso');
    expect(await world.vault.verify(await credentialOf(first.body.customer.id), password)).toBe(
      true,
    );
    const again = accepted(await create({}, sending));
    expect(again).toEqual({
      ...first,
      replayed: true,
      body: { ...first.body, adminCredential: { userName } },
    });
    expect(JSON.stringify(await world.events())).not.toContain(password);
    const kept = await world.state.list('credential-verifiers', { limit: 10 });
    expect(JSON.stringify(kept)).not.toContain(password);
  });

  it('works, whoever of 50 with one key was given it', async () => {
    const sending = { idempotencyKey: 'key-1' };
    const answers = await Promise.all(
      Array.from({ length: 50 }, async () => accepted(await create({}, sending))),
    );
    const passwords = answers.flatMap(({ body }) => body.adminCredential?.password ?? []);
    expect(passwords).toHaveLength(1);
    const id = customerIdOf(provider, 'contoso');
    expect(await world.vault.verify(await credentialOf(id), passwords[0] ?? '')).toBe(true);
    expect(new Set(answers.map(({ position }) => position)).size).toBe(1);
  });

  it('is issued anew, and the one before counts no more', async () => {
    const first = await world.createCustomer(provider);
    const reissue = (idempotencyKey: string, by = providerAgent(provider, 'helpdesk-agent')) =>
      world.send(new ReissueAdminCredentialCommand(sentBy(by, { idempotencyKey }), first.id));
    const issued = accepted(await reissue('key-1'));
    const password = issued.body.adminCredential?.password ?? '';
    const before = first.body.adminCredential?.password ?? '';
    expect(password).not.toBe(before);
    const current = await credentialOf(first.id);
    expect(await world.vault.verify(current, password)).toBe(true);
    expect(await world.vault.verify(current, before)).toBe(false);
    const again = accepted(await reissue('key-1'));
    expect(again.body.adminCredential).toEqual({ userName: 'admin@contoso' });
    expect(await credentialOf(first.id)).toBe(current);
    const answers = await Promise.all(Array.from({ length: 50 }, () => reissue('key-2')));
    const passwords = answers.flatMap(
      (answer) => accepted(answer).body.adminCredential?.password ?? [],
    );
    expect(passwords).toHaveLength(1);
    expect(await world.vault.verify(await credentialOf(first.id), passwords[0] ?? '')).toBe(true);
    expect(refusal(await reissue('key-3', providerAgent(provider, 'sales-agent'))).code).toBe(
      'forbidden',
    );
  });
});
