import { beforeEach, describe, expect, it } from '@jest/globals';
import type { CustomerId, OfferId, ProviderId, ResellerId, SubscriptionId } from '@tierbook/domain';
import { RetireOfferCommand, ReviseOfferCommand } from '../offer/offer.handlers';
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
import {
  CancelSubscriptionCommand,
  ReactivateSubscriptionCommand,
  RenameSubscriptionCommand,
  ScheduleChangeCommand,
  SetAutoRenewCommand,
  SuspendSubscriptionCommand,
  UndoScheduledChangeCommand,
  UpgradeSubscriptionCommand,
} from './subscription-lifecycle.handlers';
import { ChangeQuantityCommand, OrderSubscriptionCommand } from './subscription.handlers';

let world: Scenario;
let provider: ProviderId;
let reseller: ResellerId;
let offerId: OfferId;
let bigger: OfferId;
let customerId: CustomerId;
let sid: SubscriptionId;

beforeEach(async () => {
  world = await scenario();
  provider = await world.createProvider();
  reseller = await world.enrol('4711');
  await world.partner(provider, reseller);
  bigger = await world.publishOffer(provider, { name: 'Bigger' });
  offerId = await world.publishOffer(provider, { upgradeTargets: [bigger] });
  const created = await world.createCustomer(provider, {
    subscriptions: [orderInput(offerId, { resellerId: reseller })],
  });
  customerId = created.id;
  [sid = '' as SubscriptionId] = created.subscriptions;
});

const by = (role: 'admin-agent' | 'sales-agent' | 'auditor' = 'sales-agent') =>
  sentBy(providerAgent(provider, role));
const lastEvent = async () => (await world.events()).at(-1);

describe('the life of a subscription', () => {
  it('goes by commands, each one event of its stream', async () => {
    const { send } = world;
    accepted(await send(new RenameSubscriptionCommand(by(), customerId, sid, { name: 'Berlin' })));
    expect(JSON.stringify(await lastEvent())).not.toContain('Berlin');
    accepted(await send(new SuspendSubscriptionCommand(by(), customerId, sid, {})));
    accepted(await send(new ReactivateSubscriptionCommand(by(), customerId, sid, {})));
    const quantity = { kind: 'quantity', quantity: 20 } as const;
    accepted(await send(new ScheduleChangeCommand(by(), customerId, sid, quantity)));
    accepted(await send(new UndoScheduledChangeCommand(by(), customerId, sid, {})));
    const bought = { offerId: bigger };
    accepted(await send(new UpgradeSubscriptionCommand(by(), customerId, sid, bought)));
    expect(await lastEvent()).toMatchObject({ data: { to: { offerId: bigger } } });
    accepted(await send(new SetAutoRenewCommand(by(), customerId, sid, { autoRenew: false })));
    const answer = await send(new CancelSubscriptionCommand(by(), customerId, sid, {}));
    expect(accepted(answer).resource.path).toBe(`customers/${customerId}/subscriptions/${sid}`);
    expect((await world.events()).slice(-8).map(({ type }) => type)).toEqual([
      'SubscriptionRenamed',
      'SubscriptionSuspended',
      'SubscriptionReactivated',
      'SubscriptionChangeScheduled',
      'SubscriptionScheduledChangeUndone',
      'SubscriptionUpgraded',
      'SubscriptionAutoRenewChanged',
      'SubscriptionCancelled',
    ]);
  });

  it('answers when licences go, and how many with a refund, now and to a repeat', async () => {
    const change = (quantity: number) =>
      new ChangeQuantityCommand(by(), customerId, sid, { quantity });
    const cancel = () => new CancelSubscriptionCommand(by(), customerId, sid, {});
    const effectOf = async (command: ReturnType<typeof change> | ReturnType<typeof cancel>) =>
      accepted(await world.send(command)).body;
    const fewer = change(8);
    const now = { effect: { from: '2030-01-01T00:00:00.000Z', refundedLicences: 2 } };
    expect(await effectOf(fewer)).toEqual(now);
    world.clock.time = '2030-01-09T00:00:00.000Z';
    expect(await effectOf(fewer)).toEqual(now);
    const atTheEnd = { effect: { from: '2030-02-01T00:00:00.000Z', refundedLicences: 0 } };
    expect(await effectOf(change(5))).toEqual(atTheEnd);
    expect(await effectOf(cancel())).toEqual(atTheEnd);
    expect(await effectOf(cancel())).toEqual({ effect: null });
  });

  it('is in the hands of the reseller that manages it, and of no reader', async () => {
    const ofReseller = sentBy(resellerAgent(reseller, 'sales-agent'));
    accepted(await world.send(new SuspendSubscriptionCommand(ofReseller, customerId, sid, {})));
    const command = new CancelSubscriptionCommand(by('auditor'), customerId, sid, {});
    expect(refusal(await world.send(command)).code).toBe('forbidden');
    const stranger = sentBy(resellerAgent('another' as ResellerId));
    const other = new CancelSubscriptionCommand(stranger, customerId, sid, {});
    expect(refusal(await world.send(other)).code).toBe('not-found');
  });

  it('leads to what the catalogue says today', async () => {
    const upgrade = () =>
      world.send(
        new ScheduleChangeCommand(by(), customerId, sid, { kind: 'offer', offerId: bigger }),
      );
    accepted(await upgrade());
    accepted(await world.send(new RetireOfferCommand(by('admin-agent'), bigger)));
    expect(refusal(await upgrade()).code).toBe('offer-retired');
    const none = await world.send(
      new UpgradeSubscriptionCommand(by(), customerId, sid, { offerId }),
    );
    expect(refusal(none).code).toBe('scheduled-change-exists');
  });
});

describe('an offer', () => {
  const content = {
    name: 'Revised',
    description: '',
    minQuantity: 1,
    maxQuantity: 5,
    billingCycles: ['monthly' as const],
    terms: ['P1M' as const],
  };

  it('revised holds for new orders only', async () => {
    accepted(await world.send(new ReviseOfferCommand(by('admin-agent'), offerId, content)));
    const order = new OrderSubscriptionCommand(by(), customerId, orderInput(offerId));
    expect(refusal(await world.send(order)).code).toBe('quantity-out-of-range');
    const { subscriptions } = await world.customer(customerId);
    expect(subscriptions.get(sid)?.offer).toMatchObject({
      name: 'Office 365 Business Premium',
      maxQuantity: 300,
    });
  });

  it('names offers of its own provider only', async () => {
    const other = await world.publishOffer(await world.createProvider());
    const revise = (addOnOf: readonly OfferId[]) =>
      world.send(new ReviseOfferCommand(by('admin-agent'), offerId, { ...content, addOnOf }));
    expect(refusal(await revise([bigger, other]))).toMatchObject({
      code: 'offer-unknown',
      fields: [{ pointer: '/addOnOf/1' }],
    });
    expect(refusal(await revise([offerId])).code).toBe('offer-refers-to-itself');
  });

  it('is changed by its own provider', async () => {
    const other = providerAgent(await world.createProvider());
    const retire = new RetireOfferCommand(sentBy(other), offerId);
    expect(refusal(await world.send(retire)).code).toBe('not-found');
    const sales = new RetireOfferCommand(by(), offerId);
    expect(refusal(await world.send(sales)).code).toBe('forbidden');
  });
});
