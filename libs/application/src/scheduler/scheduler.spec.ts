import { beforeEach, describe, expect, it } from '@jest/globals';
import type { CustomerId, OfferId, ProviderId, SubscriptionId } from '@tierbook/domain';
import { orderInput, scenario, type Scenario } from '../testing/scenario';
import { Scheduler, type Schedule } from './scheduler.process';
import { SubscriptionSchedule } from './subscription.schedule';

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

const told = (_name: string, _key: string, error: unknown) => {
  failures.push(error);
};

/** A scheduler that has read the log, as after a start. */
async function started(): Promise<Scheduler> {
  const schedule = new SubscriptionSchedule(world.pipeline, world.aggregateStore);
  const scheduler = new Scheduler(world.clock, [schedule], told);
  for (const stored of await world.events()) {
    if (scheduler.reactsTo.has(stored.type)) {
      await scheduler.react(await world.codec.decode(stored));
    }
  }
  return scheduler;
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
    const scheduler = await started();
    const before = (await world.events()).length;
    world.clock.time = '2030-01-31T23:59:59.999Z';
    await scheduler.tick();
    expect(await world.events()).toHaveLength(before);
    world.clock.time = '2030-02-01T00:00:00.000Z';
    await scheduler.tick();
    expect(await read(bought)).toMatchObject({ termNumber: 2, status: 'active' });
    expect((await world.events()).at(-1)?.metadata.actor).toMatchObject({ kind: 'process' });
    world.clock.time = '2030-03-01T00:00:00.000Z';
    await scheduler.tick();
    expect(await read(bought)).toMatchObject({ termNumber: 3 });
  });

  it('catches up what was missed, one term after the other, and does nothing twice', async () => {
    const bought = await buy();
    world.clock.time = '2030-06-15T00:00:00.000Z';
    await (await started()).tick();
    expect(await read(bought)).toMatchObject({ termNumber: 6 });
    const after = await world.events();
    expect(after.filter(({ type }) => type === 'SubscriptionRenewed')).toHaveLength(5);
    await (await started()).tick();
    expect(await world.events()).toHaveLength(after.length);
  });

  it('starts what starts later, and expires what does not renew', async () => {
    const bought = await buy({ startsAt: '2030-01-10T00:00:00.000Z', autoRenew: false });
    const scheduler = await started();
    world.clock.time = '2030-01-10T00:00:00.000Z';
    await scheduler.tick();
    expect(await read(bought)).toMatchObject({ status: 'active' });
    world.clock.time = '2030-02-10T00:00:00.000Z';
    await scheduler.tick();
    expect(await read(bought)).toMatchObject({ status: 'expired' });
  });

  it('tells what fails, goes on with the rest, and tries again', async () => {
    const woken: string[] = [];
    let broken = true;
    const schedule: Schedule = {
      name: 'test',
      reactsTo: new Set(['SubscriptionOrdered']),
      dueBy: () => ['a', 'b'].map((key) => ({ key, at: '2030-01-01T00:00:00.000Z' })),
      wake: (key) => {
        if (key === 'a' && broken) return Promise.reject(new Error('down'));
        woken.push(key);
        return Promise.resolve(null);
      },
    };
    await buy();
    const scheduler = new Scheduler(world.clock, [schedule], told);
    const ordered = (await world.events()).filter(({ type }) => type === 'SubscriptionOrdered');
    for (const stored of ordered) await scheduler.react(await world.codec.decode(stored));
    await scheduler.tick();
    expect([woken, failures.length]).toEqual([['b'], 1]);
    broken = false;
    await scheduler.tick();
    expect(woken).toEqual(['b', 'a']);
  });
});
