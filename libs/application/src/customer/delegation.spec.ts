import { beforeEach, describe, expect, it } from '@jest/globals';
import type {
  CustomerId,
  DelegationId,
  ProviderId,
  ResellerId,
  SubscriptionId,
} from '@tierbook/domain';
import type { Principal } from '@tierbook/identity';
import {
  accepted,
  orderInput,
  providerAgent,
  refusal,
  resellerAgent,
  scenario,
  sentBy,
  type Scenario,
} from '../testing/scenario';
import { DelegationSchedule } from '../scheduler/delegation.schedule';
import { Scheduler } from '../scheduler/scheduler.process';
import {
  GrantDelegatedAdminCommand,
  RenewDelegatedAdminCommand,
  RevokeDelegatedAdminCommand,
  type GrantDelegatedAdminInput,
} from './delegation.handlers';
import { ChangeQuantityCommand, OrderSubscriptionCommand } from './subscription.handlers';

let world: Scenario;
let provider: ProviderId;
let reseller: ResellerId;
let customer: CustomerId;
let subscription: SubscriptionId;
let order: ReturnType<typeof orderInput>;

beforeEach(async () => {
  world = await scenario();
  provider = await world.createProvider();
  reseller = await world.enrol('1001');
  await world.partner(provider, reseller);
  order = orderInput(await world.publishOffer(provider));
  const created = await world.createCustomer(provider, {
    subscriptions: [{ ...order, resellerId: reseller, delegatedAdmin: false }],
  });
  customer = created.id;
  [subscription] = created.subscriptions as [SubscriptionId];
});

const grant = async (change: Partial<GrantDelegatedAdminInput> = {}, by?: Principal) => {
  const input: GrantDelegatedAdminInput = {
    resellerId: reseller,
    subscriptionId: subscription,
    rights: ['read-customer', 'manage-subscriptions'],
    reason: 'Vertrag mit Säumig',
    ...change,
  };
  const sent = sentBy(by ?? providerAgent(provider));
  return world.send(new GrantDelegatedAdminCommand(sent, customer, input));
};
const granted = async (change: Partial<GrantDelegatedAdminInput> = {}) =>
  accepted(await grant(change)).resource.id as DelegationId;
let quantity = 20;
const use = () => {
  quantity += 1;
  const sent = sentBy(resellerAgent(reseller));
  return world.send(new ChangeQuantityCommand(sent, customer, subscription, { quantity }));
};
const codeOf = async (answer: ReturnType<typeof use>) => refusal(await answer).code;

describe('delegated admin granted by name', () => {
  it('lets its agents do what it names, in the customer’s name, and nothing else', async () => {
    expect(await codeOf(use())).toBe('not-found');
    const id = await granted();
    accepted(await use());
    expect((await world.events()).at(-1)?.metadata.actor).toEqual({
      kind: 'agent',
      id: 'agent-admin-agent',
      organisation: reseller,
      onBehalfOf: customer,
      delegation: id,
    });
    const sent = sentBy(resellerAgent(reseller));
    const ordered = await world.send(new OrderSubscriptionCommand(sent, customer, order));
    expect(refusal(ordered).code).toBe('delegation-insufficient');
  });

  it('has its reason sealed', async () => {
    await granted();
    expect(JSON.stringify(await world.events())).not.toContain('Säumig');
  });

  it('is not for the reseller to give itself, nor for anybody but an admin-agent', async () => {
    await granted();
    const by = [resellerAgent(reseller), providerAgent(provider, 'sales-agent')];
    for (const principal of by) {
      expect(refusal(await grant({}, principal))).toMatchObject({
        code: 'forbidden',
        detail: expect.stringContaining('these may: provider admin-agent.'),
      });
    }
    const other = providerAgent(await world.createProvider());
    expect(refusal(await grant({}, other)).code).toBe('not-found');
  });

  it('that only reads lets nothing be done', async () => {
    await granted({ rights: ['read-customer'] });
    expect(refusal(await use())).toMatchObject({
      code: 'delegation-insufficient',
      detail: expect.stringMatching(/manage-subscriptions.*provider admin-agent/),
    });
  });

  it('stops the very next command when it is revoked', async () => {
    const id = await granted();
    accepted(await use());
    const sent = sentBy(providerAgent(provider));
    accepted(await world.send(new RevokeDelegatedAdminCommand(sent, customer, id, {})));
    expect(await codeOf(use())).toBe('not-found');
  });

  it('holds between its dates, whether or not its end has been recorded', async () => {
    const [start, end] = ['2030-02-01T00:00:00.000Z', '2030-03-01T00:00:00.000Z'];
    await granted({ start, end });
    expect(await codeOf(use())).toBe('not-found');
    world.clock.time = start;
    accepted(await use());
    world.clock.time = '2030-02-28T23:59:59.999Z';
    accepted(await use());
    world.clock.time = end;
    expect(await codeOf(use())).toBe('not-found');
  });

  it('does not come back when the clock is set back', async () => {
    await granted({ end: '2030-03-01T00:00:00.000Z' });
    world.clock.time = '2030-03-01T00:00:00.000Z';
    expect(await codeOf(use())).toBe('not-found');
    world.clock.time = '2030-02-01T00:00:00.000Z';
    expect(await codeOf(use())).toBe('not-found');
  });

  it('that runs out while a command is decided again ends that command', async () => {
    const end = '2030-03-01T00:00:00.000Z';
    await granted({ end });
    world.clock.time = '2030-02-28T23:59:59.999Z';
    // Another process writes to the stream first, and by then the time is up.
    const { store } = world;
    const append = store.append.bind(store);
    store.append = () => {
      store.append = append;
      world.clock.time = end;
      return Promise.resolve({ kind: 'conflict', stream: '', actualRevision: 0 } as never);
    };
    const before = (await world.events()).length;
    expect(await codeOf(use())).toBe('not-found');
    expect(await world.events()).toHaveLength(before);
  });

  it('goes on when it is renewed, for two years at most', async () => {
    const id = await granted({ end: '2030-03-01T00:00:00.000Z' });
    const renew = (end?: string) => {
      const sent = sentBy(providerAgent(provider));
      const input = end === undefined ? {} : { end };
      return world.send(new RenewDelegatedAdminCommand(sent, customer, id, input));
    };
    expect(refusal(await renew('2033-01-01T00:00:00Z')).code).toBe('delegation-end-out-of-range');
    accepted(await renew('2031-01-01T00:00:00Z'));
    world.clock.time = '2030-12-31T23:59:59.999Z';
    accepted(await use());
    accepted(await renew());
    world.clock.time = '2032-12-31T00:00:00.000Z';
    accepted(await use());
    world.clock.time = '2033-01-01T00:00:00.000Z';
    expect(await codeOf(use())).toBe('not-found');
    expect(refusal(await renew()).code).toBe('delegation-ended');
  });

  it('is recorded as expired by the scheduler, once, and not before', async () => {
    const end = '2030-03-01T00:00:00.000Z';
    const delegationId = await granted({ end });
    // As the view is at its most behind: it may be due at any time.
    const findDue = async function* () {
      yield* [
        { customerId: customer, delegationId },
        { customerId: customer, delegationId: 'unknown' as DelegationId },
      ];
    };
    const schedule = new DelegationSchedule(world.pipeline, world.aggregateStore, findDue);
    const scheduler = new Scheduler(world.clock, [schedule], (_name, _key, error) => {
      throw error;
    });
    const ended = async () =>
      (await world.events()).filter(({ type }) => type === 'DelegatedAdminRevoked');
    world.clock.time = '2030-02-28T23:59:59.999Z';
    await scheduler.tick();
    expect(await ended()).toEqual([]);
    world.clock.time = end;
    await scheduler.tick();
    await scheduler.tick();
    expect(await ended()).toMatchObject([
      { data: { delegationId, cause: 'expired' }, metadata: { actor: { kind: 'process' } } },
    ]);
  });
});
