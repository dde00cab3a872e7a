import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  partnershipIdOf,
  type CustomerId,
  type OfferId,
  type ProviderId,
  type ResellerId,
  type SubscriptionId,
} from '@tierbook/domain';
import {
  isKernelEvent,
  ProcessManagerRunner,
  type Checkpoint,
  type CommandPipeline,
} from '@tierbook/eventing';
import {
  countHoldings,
  findCreditedAfterEnd,
  holdingsOf,
  type Recorded,
  type ViewedEvent,
} from '@tierbook/read-models';
import { readsOf } from '@tierbook/read-models/testing';
import { aggregates } from '../aggregates';
import { AssociateCustomerResellerCommand } from '../customer/account.handlers';
import {
  DesignateSupportContactCommand,
  OrderSubscriptionCommand,
} from '../customer/subscription.handlers';
import { LateCreditSchedule } from '../scheduler/late-credit.schedule';
import { Scheduler } from '../scheduler/scheduler.process';
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
import { EndPartnershipCommand, type EndPartnershipInput } from './end-partnership';
import { OffBoardingProcess, type Holdings } from './off-boarding.process';

let world: Scenario;
let provider: ProviderId;
let reseller: ResellerId;
let other: ResellerId;
let customers: readonly { readonly id: CustomerId; readonly sid: SubscriptionId }[];
let checkpoint: Checkpoint | undefined;

beforeEach(async () => {
  world = await scenario();
  provider = await world.createProvider();
  [reseller, other] = [await world.enrol('1001'), await world.enrol('1002')];
  await world.partner(provider, reseller);
  await world.partner(provider, other);
  const offerId = await world.publishOffer(provider);
  customers = await Promise.all(['a', 'b', 'c'].map((domain) => supported(domain, offerId)));
  checkpoint = undefined;
});

const sent = () => sentBy(providerAgent(provider));

/** A customer whose account, subscription, credit and support are the reseller's. */
async function supported(domain: string, offerId: OfferId) {
  const { id, subscriptions } = await world.createCustomer(provider, {
    domain,
    resellerId: reseller,
    subscriptions: [orderInput(offerId, { resellerId: reseller })],
  });
  const [sid = '' as SubscriptionId] = subscriptions;
  const input = { resellerId: reseller };
  accepted(await world.send(new DesignateSupportContactCommand(sent(), id, sid, input)));
  return { id, sid };
}

const end = (input: EndPartnershipInput = {}, by = sent()) =>
  world.send(new EndPartnershipCommand(by, partnershipIdOf(provider, reseller), input));

async function reads() {
  const recorded: Recorded[] = [];
  for (const stored of await world.events()) {
    if (!isKernelEvent(stored.type)) recorded.push(await world.codec.decode<ViewedEvent>(stored));
  }
  return (await readsOf(recorded)).store;
}

/** The views, up to date each time that they are asked. */
const holdings: Holdings = {
  waitFor: () => Promise.resolve(),
  customersOf: async function* (periodId) {
    yield* holdingsOf(await reads(), periodId);
  },
  countOf: async (periodId) => countHoldings(holdingsOf(await reads(), periodId)),
};

/** Runs the process manager from its checkpoint until `done`, or until its pipeline is dead. */
async function run(
  pipeline: Pick<CommandPipeline, 'execute'>,
  done: () => Promise<boolean>,
): Promise<void> {
  const { aggregateStore, codec, store } = world;
  const manager = new OffBoardingProcess(pipeline as CommandPipeline, aggregateStore, holdings);
  const failed = Promise.withResolvers<true>();
  const runner = new ProcessManagerRunner(manager, {
    reader: store,
    codec,
    checkpoints: {
      load: () => Promise.resolve(checkpoint),
      save: (_, reached) => {
        checkpoint = reached;
        return Promise.resolve();
      },
    },
    onRetry: () => {
      failed.resolve(true);
    },
  });
  await runner.start();
  for (;;) {
    const ended = await Promise.race([failed.promise, nextTurn()]);
    if (ended || (await done())) break;
  }
  await runner.stop();
}

const nextTurn = () =>
  new Promise<false>((resolve) => {
    setImmediate(resolve, false);
  });
const typesSince = async (count: number) =>
  (await world.events()).slice(count).map(({ type }) => type);
const isCompleted = async () =>
  (await world.events()).some(({ type }) => type === 'PartnershipOffBoardingCompleted');

async function expectNothingLeft(): Promise<void> {
  for (const { id, sid } of customers) {
    const state = await world.customer(id);
    const mine = [...state.delegations.values()].filter((each) => each.resellerId === reseller);
    const subscription = state.subscriptions.get(sid);
    expect([mine, state.reseller?.resellerId === reseller]).toEqual([[], false]);
    expect(subscription?.supportContact).toEqual({ kind: 'provider' });
    expect(subscription?.resellerOfRecord?.resellerId).not.toBe(reseller);
  }
}

describe('an ended partnership', () => {
  it('is cleared away customer by customer, with what there was and that nothing is left recorded', async () => {
    accepted(await end());
    const before = (await world.events()).length;
    await run(world.pipeline, isCompleted);
    await expectNothingLeft();
    const types = await typesSince(before);
    expect([types[0], types.at(-1)]).toEqual([
      'PartnershipOffBoardingPlanned',
      'PartnershipOffBoardingCompleted',
    ]);
    const { state } = await world.aggregateStore.load(
      aggregates.partnership,
      partnershipIdOf(provider, reseller),
    );
    const [ending] = state.status === 'none' ? [] : state.endings.values();
    expect(ending).toMatchObject({
      planned: { customers: 3, associations: 3, delegations: 6, supportContacts: 3, records: 3 },
      completed: true,
    });
  });

  it('is cleared away by whoever starts again after a crash between two customers, each once', async () => {
    accepted(await end());
    let effects = 0;
    const killed: Pick<CommandPipeline, 'execute'> = {
      execute: (request) => {
        if (request.name === 'off-board-reseller') effects += 1;
        return effects > 1 ? Promise.reject(new Error('killed')) : world.pipeline.execute(request);
      },
    };
    await run(killed, isCompleted);
    expect(await isCompleted()).toBe(false);
    const halfway = (await world.events()).filter(({ type }) => type === 'CustomerResellerChanged');
    expect(halfway).toHaveLength(4);
    await run(world.pipeline, isCompleted);
    await expectNothingLeft();
    const all = await world.events();
    const count = (type: string) => all.filter((each) => each.type === type).length;
    expect(count('DelegatedAdminRevoked')).toBe(6);
    expect(count('CustomerResellerChanged')).toBe(6);
    expect(count('PartnershipOffBoardingPlanned')).toBe(1);
    expect(count('PartnershipOffBoardingCompleted')).toBe(1);
    // Once more from the very beginning: nothing changes but what is remembered.
    checkpoint = undefined;
    const before = all.length;
    let passes = 0;
    await run(world.pipeline, () => Promise.resolve((passes += 1) > 50));
    const again = (await typesSince(before)).filter((type) => type !== 'NothingChanged');
    expect(again).toEqual([]);
  });

  it('hands over to the successor that the provider chose, while that is a partner', async () => {
    accepted(await end({ successorId: other, creditUntil: '2030-01-31' }));
    await run(world.pipeline, isCompleted);
    await expectNothingLeft();
    for (const { id, sid } of customers) {
      const { reseller: associated, delegations, subscriptions } = await world.customer(id);
      expect(associated?.resellerId).toBe(other);
      expect([...delegations.values()].map(({ resellerId }) => resellerId)).toEqual([other, other]);
      const { resellerOfRecord, credit } = subscriptions.get(sid) ?? {};
      expect(resellerOfRecord?.resellerId).toBe(other);
      expect(credit?.record.map(({ from }) => from)).toEqual(['2030-01-01', '2030-01-31']);
    }
  });

  it('leaves nobody where the successor’s partnership has ended meanwhile', async () => {
    accepted(await end({ successorId: other }));
    const theirs = partnershipIdOf(provider, other);
    accepted(await world.send(new EndPartnershipCommand(sent(), theirs, {})));
    await run(world.pipeline, isCompleted);
    for (const { id } of customers) expect((await world.customer(id)).reseller).toBeNull();
  });

  it('takes back what a race recorded after the end', async () => {
    const [first, ...rest] = customers;
    if (first === undefined) throw new Error('There are customers.');
    customers = rest;
    const { id } = first;
    const associate = (resellerId: ResellerId | null) =>
      world.send(new AssociateCustomerResellerCommand(sent(), id, { resellerId }));
    accepted(await associate(null));
    // This customer's stream stands still while the partnership ends: the race is not noticed there.
    const append = world.store.append.bind(world.store);
    world.store.append = async (writes) => {
      const isLate = writes.some(
        ({ stream, events }) =>
          stream.endsWith(id) && events.some(({ type }) => type === 'CustomerResellerChanged'),
      );
      if (isLate && !(await hasEnded())) accepted(await end());
      return append(writes);
    };
    accepted(await associate(reseller));
    expect((await world.customer(id)).reseller?.resellerId).toBe(reseller);
    let passes = 0;
    await run(world.pipeline, async () => (await isCompleted()) && (passes += 1) > 50);
    const state = await world.customer(id);
    expect([state.reseller, [...state.delegations.values()]]).toEqual([null, []]);
    await expectNothingLeft();
  });

  it('takes back the credit of an order that a race recorded after the end, delegated or not', async () => {
    const offerId = await world.publishOffer(provider);
    // Decided while the partnership is active, written once it has been off-boarded.
    const append = world.store.append.bind(world.store);
    world.store.append = async (writes) => {
      const isLate = writes.some(({ events }) =>
        events.some(({ type }) => type === 'SubscriptionOrdered'),
      );
      if (isLate && !(await hasEnded())) {
        accepted(await end({ successorId: other }));
        await run(world.pipeline, isCompleted);
      }
      return append(writes);
    };
    // A customer of which the reseller has nothing else.
    const { id } = await world.createCustomer(provider, { domain: 'late' });
    const order = orderInput(offerId, { resellerId: reseller, delegatedAdmin: false });
    const { resource } = accepted(
      await world.send(new OrderSubscriptionCommand(sent(), id, order)),
    );
    const ofRecord = async () =>
      (await world.customer(id)).subscriptions.get(resource.id as SubscriptionId)?.resellerOfRecord
        ?.resellerId;
    expect(await ofRecord()).toBe(reseller);
    // The process manager has been there, and sees no orders.
    let passes = 0;
    await run(world.pipeline, () => Promise.resolve((passes += 1) > 50));
    expect(await ofRecord()).toBe(reseller);
    const failures: unknown[] = [];
    const schedule = new LateCreditSchedule(
      world.pipeline,
      world.aggregateStore,
      async function* () {
        yield* findCreditedAfterEnd(await reads());
      },
      holdings,
    );
    const scheduler = new Scheduler(world.clock, [schedule], (_name, _key, error) => {
      failures.push(error);
    });
    await scheduler.tick();
    expect(await ofRecord()).toBe(other);
    await expectNothingLeft();
    const { length } = await world.events();
    await scheduler.tick();
    expect([await typesSince(length), failures]).toEqual([[], []]);
  });

  it('is ended with choices by the provider only', async () => {
    const own = () => sentBy(resellerAgent(reseller));
    expect(refusal(await end({ successorId: other }, own())).code).toBe('forbidden');
    expect(refusal(await end({ creditUntil: '2030-01-31' }, own())).code).toBe('forbidden');
    expect(refusal(await end({ successorId: reseller })).code).toBe('successor-not-another');
    accepted(await end({}, own()));
  });
});

async function hasEnded(): Promise<boolean> {
  return (await world.events()).some(({ type }) => type === 'PartnershipEnded');
}
