import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  partnershipIdOf,
  type CustomerId,
  type OfferId,
  type ProviderId,
  type ResellerId,
  type SubscriptionId,
} from '@tierbook/domain';
import type { AgentRole, Principal } from '@tierbook/identity';
import { ReinstateResellerCommand, SuspendResellerCommand } from '../reseller/reseller.handlers';
import { EndPartnershipCommand } from '../partnership/end-partnership';
import {
  accepted,
  operator,
  orderInput,
  providerAgent,
  refusal,
  resellerAgent,
  scenario,
  sentBy,
  type Scenario,
  type Sending,
} from '../testing/scenario';
import { ReissueAdminCredentialCommand } from './reissue-admin-credential.handler';
import {
  AssociateSubscriptionResellerCommand,
  ChangeQuantityCommand,
  DesignateSupportContactCommand,
  OrderSubscriptionCommand,
} from './subscription.handlers';

let world: Scenario;
let provider: ProviderId;
/** Associated with the customer: a delegation of the account. */
let associated: ResellerId;
/** Of record for the first subscription: a delegation of that one. */
let credited: ResellerId;
/** A partner without any delegation. */
let idle: ResellerId;
let offer: OfferId;
let customer: CustomerId;
let first: SubscriptionId;
let second: SubscriptionId;

beforeEach(async () => {
  world = await scenario();
  provider = await world.createProvider();
  [associated, credited, idle] = [
    await world.enrol('1001'),
    await world.enrol('1002'),
    await world.enrol('1003'),
  ];
  for (const reseller of [associated, credited, idle]) await world.partner(provider, reseller);
  offer = await world.publishOffer(provider);
  const created = await world.createCustomer(provider, {
    resellerId: associated,
    subscriptions: [orderInput(offer, { resellerId: credited }), orderInput(offer)],
  });
  customer = created.id;
  [first, second] = created.subscriptions as [SubscriptionId, SubscriptionId];
});

/** Every command on a customer, to be sent by whomever. */
const commands = {
  order: (by: Principal, sending?: Sending, change?: Parameters<typeof orderInput>[1]) =>
    world.send(
      new OrderSubscriptionCommand(sentBy(by, sending), customer, orderInput(offer, change)),
    ),
  quantity: (by: Principal, sending?: Sending, subscription = first, quantity = 20) =>
    world.send(
      new ChangeQuantityCommand(sentBy(by, sending), customer, subscription, { quantity }),
    ),
  associate: (by: Principal, sending?: Sending, resellerId: ResellerId | null = idle) =>
    world.send(
      new AssociateSubscriptionResellerCommand(sentBy(by, sending), customer, first, {
        resellerId,
        delegatedAdmin: true,
      }),
    ),
  support: (by: Principal, sending?: Sending, resellerId: ResellerId | null = idle) =>
    world.send(
      new DesignateSupportContactCommand(sentBy(by, sending), customer, first, { resellerId }),
    ),
  reissue: (by: Principal, sending?: Sending) =>
    world.send(new ReissueAdminCredentialCommand(sentBy(by, sending), customer)),
};
const everyCommand = Object.entries(commands);

const endPartnership = async (reseller: ResellerId) =>
  accepted(
    await world.send(
      new EndPartnershipCommand(
        sentBy(providerAgent(provider)),
        partnershipIdOf(provider, reseller),
        {},
      ),
    ),
  );

describe.each(everyCommand)('the command %s', (_, send) => {
  it('is accepted from the provider of the customer', async () => {
    expect(accepted(await send(providerAgent(provider))).replayed).toBe(false);
  });

  it('finds no such customer for anyone who has nothing to do with it', async () => {
    const other = await world.createProvider();
    for (const stranger of [
      providerAgent(other),
      providerAgent(other, 'reporter'),
      resellerAgent(idle),
      operator,
    ]) {
      expect(refusal(await send(stranger)).code).toBe('not-found');
    }
  });

  it('is not for a reporter, who is told who may', async () => {
    const { code, detail } = refusal(await send(providerAgent(provider, 'reporter')));
    expect(code).toBe('forbidden');
    expect(detail).toMatch(/^provider reporter may not .*provider admin-agent/);
  });

  it('finds no such customer for its resellers once their partnership has ended', async () => {
    for (const reseller of [associated, credited]) {
      await endPartnership(reseller);
      expect(refusal(await send(resellerAgent(reseller))).code).toBe('not-found');
    }
  });
});

describe('while a reseller is suspended', () => {
  it.each(everyCommand)('it finds no such customer for the command %s', async (_, send) => {
    accepted(await world.send(new SuspendResellerCommand(sentBy(operator), associated, {})));
    expect(refusal(await send(resellerAgent(associated))).code).toBe('not-found');
    accepted(await send(providerAgent(provider)));
  });

  it('its delegations stay, and hold again once it is reinstated', async () => {
    accepted(await world.send(new SuspendResellerCommand(sentBy(operator), associated, {})));
    accepted(await world.send(new ReinstateResellerCommand(sentBy(operator), associated)));
    accepted(await commands.order(resellerAgent(associated)));
  });
});

describe('a reseller with a delegation of the account', () => {
  it('credits nobody in an order: neither itself nor another', async () => {
    for (const resellerId of [associated, idle]) {
      const answer = await commands.order(resellerAgent(associated), {}, { resellerId });
      expect(refusal(answer)).toMatchObject({
        code: 'forbidden',
        detail: expect.stringMatching(/^reseller admin-agent may not associate-subscription-/),
      });
    }
    accepted(await commands.order(providerAgent(provider), {}, { resellerId: idle }));
  });

  it.each(['order', 'quantity', 'reissue'] as const)('may %s', async (name) => {
    accepted(await commands[name](resellerAgent(associated)));
    const { metadata } = (await world.events()).at(-1) ?? {};
    const [delegation] = [...(await world.customer(customer)).delegations.values()].filter(
      ({ resellerId }) => resellerId === associated,
    );
    expect(metadata?.actor).toEqual({
      kind: 'agent',
      id: 'agent-admin-agent',
      organisation: associated,
      onBehalfOf: customer,
      delegation: delegation?.delegationId,
    });
    expect(metadata?.tenant).toBe(provider);
  });

  it.each(['associate', 'support'] as const)('may not %s', async (name) => {
    expect(refusal(await commands[name](resellerAgent(associated))).code).toBe('forbidden');
  });

  it.each<[AgentRole, keyof typeof commands]>([
    ['helpdesk-agent', 'order'],
    ['helpdesk-agent', 'quantity'],
    ['sales-agent', 'reissue'],
    ['auditor', 'order'],
  ])('as %s may not %s', async (role, name) => {
    expect(refusal(await commands[name](resellerAgent(associated, role))).code).toBe('forbidden');
  });

  it('may not in a later period of its partnership what was delegated in a former one', async () => {
    await endPartnership(associated);
    await world.partner(provider, associated);
    expect(refusal(await commands.order(resellerAgent(associated))).code).toBe('not-found');
  });

  it('may not once the delegation has run out', async () => {
    world.clock.time = '2031-12-31T23:59:59.999Z';
    accepted(await commands.order(resellerAgent(associated)));
    world.clock.time = '2032-01-01T00:00:00.000Z';
    expect(refusal(await commands.order(resellerAgent(associated))).code).toBe('not-found');
  });
});

describe('a support contact', () => {
  it.each(everyCommand)('may not send the command %s, and is told who may', async (_, send) => {
    accepted(await commands.support(providerAgent(provider), {}, idle));
    const { code, detail } = refusal(await send(resellerAgent(idle)));
    expect(['delegation-insufficient', 'forbidden']).toContain(code);
    expect(detail).toMatch(/these may.*provider admin-agent/i);
  });
});

describe("a customer's own administrator", () => {
  const administrator = (id: string): Principal => ({
    kind: 'agent',
    id: 'a',
    organisation: { kind: 'customer', id },
    role: 'customer-admin',
  });

  it.each(everyCommand)('may not send the command %s, and is told who may', async (_, send) => {
    expect(refusal(await send(administrator(customer)))).toMatchObject({
      code: 'forbidden',
      detail: expect.stringMatching(/^customer-admin may not .*provider admin-agent/),
    });
    expect(refusal(await send(administrator('another'))).code).toBe('not-found');
  });
});

describe('a reseller with a delegation of one subscription', () => {
  it('may manage that one', async () => {
    accepted(await commands.quantity(resellerAgent(credited)));
  });

  it('may not touch another, be it there or not, nor the account', async () => {
    const by = resellerAgent(credited);
    const unknown = '00000000-0000-4000-8000-000000000000' as SubscriptionId;
    const answers = [
      await commands.quantity(by, {}, second),
      await commands.quantity(by, {}, unknown),
      await commands.order(by),
      await commands.reissue(by),
    ];
    expect(answers.map((answer) => refusal(answer).code)).toEqual(
      Array(4).fill('delegation-insufficient'),
    );
  });

  it('loses it with the very command that credits another', async () => {
    accepted(await commands.associate(providerAgent(provider)));
    expect(refusal(await commands.quantity(resellerAgent(credited))).code).toBe('not-found');
    accepted(await commands.quantity(resellerAgent(idle)));
  });
});

describe('commands on subscriptions', () => {
  it('order under ids that a repeat gives again', async () => {
    const sending = { idempotencyKey: 'key-1' };
    const ordered = accepted(await commands.order(providerAgent(provider), sending));
    const state = await world.customer(customer);
    expect(state.subscriptions.has(ordered.resource.id as SubscriptionId)).toBe(true);
    expect(ordered.resource.path).toBe(
      `customers/${customer}/subscriptions/${ordered.resource.id}`,
    );
    expect(ordered.warnings).toEqual(['reseller-of-record-missing']);
    const again = await commands.order(providerAgent(provider), sending);
    expect(again).toEqual({ ...ordered, replayed: true });
    expect((await world.customer(customer)).subscriptions.size).toBe(3);
  });

  it('have an ETag of their own', async () => {
    const by = providerAgent(provider);
    const changed = accepted(await commands.quantity(by));
    // Another subscription's changes do not make it stale; its own do.
    accepted(await commands.quantity(by, {}, second));
    const ifMatch = changed.revision;
    const next = accepted(await commands.quantity(by, { ifMatch }, first, 30));
    expect(next.revision).toBeGreaterThan(ifMatch);
    expect(refusal(await commands.quantity(by, { ifMatch }, first, 40)).code).toBe(
      'stale-if-match',
    );
  });

  it('that change nothing are remembered, at the revision as it was', async () => {
    const by = providerAgent(provider);
    const { revision } = accepted(await commands.quantity(by));
    const sending = { idempotencyKey: 'key-1', body: 20 };
    const same = accepted(await commands.quantity(by, sending));
    expect(same.revision).toBe(revision);
    accepted(await commands.quantity(by, {}, first, 30));
    expect(await commands.quantity(by, sending)).toEqual({ ...same, replayed: true });
    const other = await commands.quantity(by, { ...sending, body: 40 }, first, 40);
    expect(refusal(other).code).toBe('idempotency-key-reused');
  });

  it('take no partner whose partnership has ended', async () => {
    await endPartnership(idle);
    const by = providerAgent(provider);
    for (const send of [commands.associate, commands.support]) {
      expect(refusal(await send(by)).code).toBe('partnership-not-active');
      accepted(await send(by, {}, null));
    }
  });

  it('know no subscription of another customer', async () => {
    const by = providerAgent(provider);
    const other = await world.createCustomer(provider, {
      domain: 'fabrikam',
      subscriptions: [orderInput(offer)],
    });
    const [foreign] = other.subscriptions;
    expect(refusal(await commands.quantity(by, {}, foreign)).code).toBe('subscription-unknown');
  });
});
