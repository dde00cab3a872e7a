import { beforeEach, describe, expect, it } from '@jest/globals';
import type {
  CustomerId,
  OfferId,
  PartnershipRequestId,
  ProviderId,
  SubscriptionId,
} from '@tierbook/domain';
import {
  RemindPartnershipRequestCommand,
  WithdrawPartnershipRequestCommand,
} from '../partnership-request/partnership-request.handlers';
import {
  accepted,
  orderInput,
  providerAgent,
  scenario,
  sentBy,
  type Scenario,
} from '../testing/scenario';
import { PartnershipRequestSchedule } from './partnership-request.schedule';
import { Scheduler, type Schedule } from './scheduler.process';
import { SubscriptionSchedule, type SubscriptionAddress } from './subscription.schedule';

let world: Scenario;
let provider: ProviderId;
let offerId: OfferId;
let failures: unknown[];

beforeEach(async () => {
  world = await scenario();
  provider = await world.createProvider();
  offerId = await world.publishOffer(provider);
  failures = [];
});

const told = (_name: string, _key: string | undefined, error: unknown) => {
  failures.push(error);
};

/** As the view is at its most behind: whatever was ever bought may be due. */
async function* everyoneBought() {
  for (const { type, data } of await world.events()) {
    if (type === 'SubscriptionOrdered') yield data as unknown as SubscriptionAddress;
  }
}

/** Whatever was ever asked for may be due. */
async function* everyRequest() {
  for (const { type, data } of await world.events()) {
    if (type === 'PartnershipRequested') {
      yield data as unknown as { readonly requestId: PartnershipRequestId };
    }
  }
}

function scheduler(): Scheduler {
  const { pipeline, aggregateStore } = world;
  const schedules = [
    new SubscriptionSchedule(pipeline, aggregateStore, everyoneBought),
    new PartnershipRequestSchedule(pipeline, aggregateStore, everyRequest),
  ];
  return new Scheduler(world.clock, schedules, told);
}

const buy = async (change: Parameters<typeof orderInput>[1] = {}) => {
  const { id, subscriptions } = await world.createCustomer(provider, {
    subscriptions: [orderInput(offerId, change)],
  });
  const [sid = '' as SubscriptionId] = subscriptions;
  return { id, sid };
};
const read = async ({ id, sid }: { readonly id: CustomerId; readonly sid: SubscriptionId }) =>
  (await world.customer(id)).subscriptions.get(sid);

describe('the scheduler', () => {
  it('renews at the end of the term, not before, and goes on to the next', async () => {
    const bought = await buy();
    const renewals = scheduler();
    const before = (await world.events()).length;
    world.clock.time = '2030-01-31T23:59:59.999Z';
    await renewals.tick();
    expect(await world.events()).toHaveLength(before);
    world.clock.time = '2030-02-01T00:00:00.000Z';
    await renewals.tick();
    expect(await read(bought)).toMatchObject({ termNumber: 2, status: 'active' });
    expect((await world.events()).at(-1)?.metadata.actor).toMatchObject({ kind: 'process' });
    world.clock.time = '2030-03-01T00:00:00.000Z';
    await renewals.tick();
    expect(await read(bought)).toMatchObject({ termNumber: 3 });
  });

  it('catches up what was missed, one term after the other, and does nothing twice', async () => {
    const bought = await buy();
    world.clock.time = '2030-06-15T00:00:00.000Z';
    await scheduler().tick();
    expect(await read(bought)).toMatchObject({ termNumber: 6 });
    const after = await world.events();
    expect(after.filter(({ type }) => type === 'SubscriptionRenewed')).toHaveLength(5);
    await scheduler().tick();
    expect(await world.events()).toHaveLength(after.length);
  });

  it('starts what starts later, and expires what does not renew', async () => {
    const bought = await buy({ startsAt: '2030-01-10T00:00:00.000Z', autoRenew: false });
    const starts = scheduler();
    world.clock.time = '2030-01-10T00:00:00.000Z';
    await starts.tick();
    expect(await read(bought)).toMatchObject({ status: 'active' });
    world.clock.time = '2030-02-10T00:00:00.000Z';
    await starts.tick();
    expect(await read(bought)).toMatchObject({ status: 'expired' });
  });

  it('records that a request should be sent again, then that it expired, each once', async () => {
    const { id } = await world.invite(provider);
    const recorded = async () =>
      (await world.events()).filter(({ stream }) => stream.endsWith(id)).map(({ type }) => type);
    world.clock.time = '2030-01-23T23:59:59.999Z';
    await scheduler().tick();
    expect(await recorded()).toEqual(['PartnershipRequested']);
    world.clock.time = '2030-01-24T00:00:00.000Z';
    await scheduler().tick();
    await scheduler().tick();
    expect(await recorded()).toEqual(['PartnershipRequested', 'PartnershipRequestReminderDue']);
    world.clock.time = '2030-01-31T00:00:00.000Z';
    await scheduler().tick();
    await scheduler().tick();
    expect((await recorded()).slice(2)).toEqual(['PartnershipRequestExpired']);
  });

  it('begins a request’s dates anew when it is sent again, and leaves a closed one alone', async () => {
    const { id } = await world.invite(provider);
    const sent = () => sentBy(providerAgent(provider));
    world.clock.time = '2030-02-15T00:00:00.000Z';
    await scheduler().tick();
    const remind = new RemindPartnershipRequestCommand(sent(), id, { newLink: false });
    accepted(await world.send(remind));
    world.clock.time = '2030-03-10T00:00:00.000Z';
    await scheduler().tick();
    accepted(await world.send(new WithdrawPartnershipRequestCommand(sent(), id)));
    world.clock.time = '2031-01-01T00:00:00.000Z';
    await scheduler().tick();
    const types = (await world.events())
      .filter(({ stream }) => stream.endsWith(id))
      .map(({ type }) => type.replace('PartnershipRequest', ''));
    expect(types).toEqual(['ed', 'Expired', 'Reminded', 'ReminderDue', 'Withdrawn']);
  });

  it('tells what fails, goes on with the rest, and tries again', async () => {
    const woken: string[] = [];
    let broken = true;
    const schedule = (name: string, keys: readonly string[]): Schedule => ({
      name,
      due: async function* () {
        if (name === 'unreadable') throw new Error('view down');
        yield* keys.filter((key) => !woken.includes(key));
      },
      wake: (key) => {
        if (key === 'a' && broken) return Promise.reject(new Error('down'));
        woken.push(key);
        return Promise.resolve();
      },
    });
    const schedules = [
      schedule('unreadable', []),
      schedule('one', ['a', 'b']),
      schedule('two', ['c']),
    ];
    const ticking = new Scheduler(world.clock, schedules, told);
    await ticking.tick();
    expect(woken).toEqual(['b', 'c']);
    expect(failures).toEqual([new Error('view down'), new Error('down')]);
    broken = false;
    await ticking.tick();
    expect(woken).toEqual(['b', 'c', 'a']);
  });
});
