import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Command } from '@nestjs/cqrs';
import {
  activePeriodOf,
  addDays,
  creditLedger,
  dayOf,
  partnershipIdOf,
  type CustomerId,
  type CustomerState,
  type Day,
  type OfferId,
  type ProviderId,
  type ResellerId,
  type SubscriptionId,
} from '@tierbook/domain';
import fc from 'fast-check';
import {
  AcceptPartnershipCommand,
  aggregates,
  AssociateSubscriptionResellerCommand,
  CancelSubscriptionCommand,
  ChangeQuantityCommand,
  DesignateSupportContactCommand,
  EndPartnershipCommand,
  OrderSubscriptionCommand,
  ReactivateSubscriptionCommand,
  RenameSubscriptionCommand,
  ScheduleChangeCommand,
  SetAutoRenewCommand,
  SubscriptionSchedule,
  SuspendSubscriptionCommand,
  UndoScheduledChangeCommand,
  UpgradeSubscriptionCommand,
  type Answer,
  type Sent,
} from '.';
import {
  orderInput,
  providerAgent,
  resellerAgent,
  scenario,
  sentBy,
  type Scenario,
} from './testing/scenario';

/** Sequences of one run, each on a provider and a customer of its own, and commands of one sequence. */
const SEQUENCES = 300;
const COMMANDS = { minLength: 10, maxLength: 40 };

const SUITE = { minQuantity: 2, maxQuantity: 10 };
const PREMIUM = { minQuantity: 2, maxQuantity: 20 };
const ARCHIVE = { minQuantity: 1, maxQuantity: 5, limitPerCustomer: 2 };

type Existing = Exclude<CustomerState, { readonly status: 'none' }>;
type Subscription =
  Existing['subscriptions'] extends ReadonlyMap<unknown, infer S>
    ? S
    : ReturnType<Existing['subscriptions']['get']> & object;

/** One step of a sequence: `pick` names a subscription, `who` a reseller or nobody. */
type Step = { readonly pick: number } & (
  | {
      readonly do: 'order';
      readonly offer: 'suite' | 'archive';
      readonly quantity: number;
      readonly who: number;
    }
  | { readonly do: 'quantity'; readonly quantity: number }
  | { readonly do: 'associate'; readonly who: number; readonly daysAgo: number }
  | { readonly do: 'support'; readonly who: number }
  | { readonly do: 'schedule'; readonly quantity: number | null }
  | { readonly do: 'renew'; readonly autoRenew: boolean }
  | { readonly do: 'suspend' | 'reactivate' | 'cancel' | 'upgrade' | 'rename' | 'undo' }
  | { readonly do: 'part' | 'partner'; readonly who: 0 | 1 }
  | { readonly do: 'wait'; readonly days: number }
);

const pick = fc.nat(5);
/** 2 is nobody. */
const who = fc.nat(2);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('order' as const),
      offer: fc.constantFrom('suite' as const, 'archive' as const),
      quantity: fc.integer({ min: 0, max: 12 }),
      who,
      pick,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('quantity' as const),
      quantity: fc.integer({ min: 0, max: 22 }),
      pick,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('associate' as const), who, daysAgo: fc.nat(20), pick }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('support' as const), who, pick }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('schedule' as const),
      quantity: fc.option(fc.integer({ min: 0, max: 12 })),
      pick,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('renew' as const), autoRenew: fc.boolean(), pick }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom(
        ...(['suspend', 'reactivate', 'cancel', 'upgrade', 'rename', 'undo'] as const),
      ),
      pick,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom('part' as const, 'partner' as const),
      who: fc.constantFrom(0 as const, 1 as const),
      pick,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      days: fc.integer({ min: 1, max: 25 }),
      pick,
    }),
  },
);

let world: Scenario;
let resellers: readonly [ResellerId, ResellerId];

beforeAll(async () => {
  world = await scenario();
  resellers = [await world.enrol('9001'), await world.enrol('9002')];
});

/** A provider with its catalogue, its partners, and the one customer that everything happens to. */
class Story {
  private constructor(
    readonly provider: ProviderId,
    readonly offers: Readonly<Record<'suite' | 'premium' | 'archive', OfferId>>,
    readonly customer: CustomerId,
  ) {}

  static async begin(): Promise<Story> {
    const provider = await world.createProvider();
    for (const reseller of resellers) await world.partner(provider, reseller);
    const premium = await world.publishOffer(provider, PREMIUM);
    const suite = await world.publishOffer(provider, { ...SUITE, upgradeTargets: [premium] });
    const archive = await world.publishOffer(provider, { ...ARCHIVE, addOnOf: [suite, premium] });
    const { id } = await world.createCustomer(provider, { resellerId: resellers[0] });
    return new Story(provider, { suite, premium, archive }, id);
  }

  async isPartner(reseller: ResellerId): Promise<boolean> {
    const id = partnershipIdOf(this.provider, reseller);
    return (
      activePeriodOf((await world.aggregateStore.load(aggregates.partnership, id)).state) !== null
    );
  }

  async state(): Promise<Existing> {
    return world.customer(this.customer);
  }

  async subscription(place: number): Promise<Subscription | undefined> {
    const all = [...(await this.state()).subscriptions.values()];
    return all.length === 0 ? undefined : all[place % all.length];
  }

  /** The command of a step, as somebody who may sends it. */
  async command(one: Step, sent: Sent): Promise<Command<Answer> | undefined> {
    const { customer, provider } = this;
    if (one.do === 'order') {
      const resellerId = resellers[one.who];
      const order = orderInput(this.offers[one.offer], {
        quantity: one.quantity,
        ...(resellerId === undefined ? {} : { resellerId }),
      });
      return new OrderSubscriptionCommand(sent, customer, order);
    }
    if (one.do === 'part') {
      return new EndPartnershipCommand(sent, partnershipIdOf(provider, resellers[one.who]), {});
    }
    if (one.do === 'partner' || one.do === 'wait') return undefined;
    const id = (await this.subscription(one.pick))?.subscriptionId;
    if (id === undefined) return undefined;
    const on = [sent, customer, id] as const;
    switch (one.do) {
      case 'quantity':
        return new ChangeQuantityCommand(...on, { quantity: one.quantity });
      case 'associate':
        return new AssociateSubscriptionResellerCommand(...on, {
          resellerId: resellers[one.who] ?? null,
          delegatedAdmin: one.daysAgo % 2 === 0,
          effectiveFrom: dayOf(addDays(world.clock.time, -one.daysAgo)),
        });
      case 'support':
        return new DesignateSupportContactCommand(...on, {
          resellerId: resellers[one.who] ?? null,
        });
      case 'schedule':
        return new ScheduleChangeCommand(
          ...on,
          one.quantity === null ? { kind: 'cancel' } : { kind: 'quantity', quantity: one.quantity },
        );
      case 'renew':
        return new SetAutoRenewCommand(...on, { autoRenew: one.autoRenew });
      case 'suspend':
        return new SuspendSubscriptionCommand(...on, {});
      case 'reactivate':
        return new ReactivateSubscriptionCommand(...on, {});
      case 'cancel':
        return new CancelSubscriptionCommand(...on, {});
      case 'upgrade':
        return new UpgradeSubscriptionCommand(...on, { offerId: this.offers.premium });
      case 'rename':
        return new RenameSubscriptionCommand(...on, { name: 'Filial' });
      case 'undo':
        return new UndoScheduledChangeCommand(...on, {});
    }
  }

  /** What the rules, said again and shorter, say of a step: accepted, refused, or `undefined` where they do not say. */
  async predicts(one: Step): Promise<boolean | undefined> {
    const { suite, premium, archive } = this.offers;
    const subscriptions = [...(await this.state()).subscriptions.values()];
    const within = (quantity: number, { minQuantity, maxQuantity }: typeof SUITE) =>
      quantity >= minQuantity && quantity <= maxQuantity;
    const mayChoose = async (place: number) => {
      const reseller = resellers[place];
      return reseller === undefined || this.isPartner(reseller);
    };
    if (one.do === 'order') {
      if (!(await mayChoose(one.who))) return false;
      if (one.offer === 'suite') return within(one.quantity, SUITE);
      const held = subscriptions.filter((item) => item.offerId === archive && isAlive(item));
      const hasBase = subscriptions.some(
        ({ offerId, status }) => (offerId === suite || offerId === premium) && status === 'active',
      );
      return within(one.quantity, ARCHIVE) && hasBase && held.length < ARCHIVE.limitPerCustomer;
    }
    if (one.do === 'part') return this.isPartner(resellers[one.who]);
    const subscription = await this.subscription(one.pick);
    if (subscription === undefined) return undefined;
    if (!isAlive(subscription)) return false;
    const { status, quantity, offer, offerId, baseSubscriptionId, scheduledChange } = subscription;
    switch (one.do) {
      case 'quantity':
        if (status !== 'active' || !within(one.quantity, offer)) return false;
        return one.quantity >= quantity ? true : undefined;
      case 'suspend':
        return status === 'active';
      case 'reactivate': {
        const base = subscriptions.find((item) => item.subscriptionId === baseSubscriptionId);
        return status === 'suspended' && (base === undefined || base.status === 'active');
      }
      case 'upgrade':
        return (
          status === 'active' &&
          offerId === suite &&
          scheduledChange === null &&
          within(quantity, PREMIUM)
        );
      case 'support':
        return mayChoose(one.who);
      case 'cancel':
      case 'rename':
      case 'renew':
      case 'undo':
        return true;
      default:
        return undefined;
    }
  }

  /** Time passes, and all happens that is due: what the scheduler finds, it wakes. */
  async wait(days: number): Promise<void> {
    world.clock.time = addDays(world.clock.time, days);
    const { pipeline, aggregateStore, clock } = world;
    const nothing = async function* () {
      // Woken by hand, whatever is due or not.
    };
    const schedule = new SubscriptionSchedule(pipeline, aggregateStore, nothing);
    for (const id of (await this.state()).subscriptions.keys()) {
      await schedule.wake(`${this.customer}/${id}`, clock.now());
    }
  }

  async partner(reseller: ResellerId): Promise<void> {
    const { token } = await world.invite(this.provider);
    const sent = sentBy(resellerAgent(reseller));
    await world.send(new AcceptPartnershipCommand(sent, { token, consent: true }));
  }
}

function isAlive({ status }: Subscription): boolean {
  return status !== 'cancelled' && status !== 'expired';
}

/** What is true of a customer after every command. */
function expectInvariants({ subscriptions }: Existing): void {
  for (const subscription of subscriptions.values()) {
    const { quantity, offer, baseSubscriptionId, status } = subscription;
    expect(quantity).toBeGreaterThanOrEqual(offer.minQuantity);
    expect(quantity).toBeLessThanOrEqual(offer.maxQuantity);
    expectWholeLedger(subscription);
    if (offer.addOnOf.length === 0) {
      expect(baseSubscriptionId).toBeNull();
      continue;
    }
    const base = subscriptions.get(baseSubscriptionId ?? ('' as SubscriptionId));
    expect(offer.addOnOf).toContain(base?.offerId);
    if (isAlive(subscription))
      expect(base?.status === 'active' || base?.status === 'suspended').toBe(true);
    if (status === 'active') expect(base?.status).toBe('active');
  }
}

/** Every day from the start until before the end stands in it once. */
function expectWholeLedger(subscription: Subscription): void {
  const { startsAt, termEndsAt, credit } = subscription;
  const end = credit.endedOn ?? dayOf(termEndsAt);
  let day: Day = dayOf(startsAt);
  for (const { from, to } of creditLedger(subscription)) {
    expect(from).toBe(day);
    expect(to > from).toBe(true);
    day = to;
  }
  expect(day).toBe(end > dayOf(startsAt) ? end : dayOf(startsAt));
}

/** Who is no partner can do nothing, whatever was delegated to it. */
async function expectNoStrangers(story: Story): Promise<void> {
  const subscription = await story.subscription(0);
  if (subscription === undefined) return;
  for (const reseller of resellers) {
    if (await story.isPartner(reseller)) continue;
    const sent = sentBy(resellerAgent(reseller));
    const { subscriptionId } = subscription;
    const command = new RenameSubscriptionCommand(sent, story.customer, subscriptionId, {
      name: 'x',
    });
    expect(await world.send(command)).toMatchObject({
      kind: 'refused',
      refusal: { code: 'not-found' },
    });
  }
}

describe('whatever is done to a customer', () => {
  it('keeps the rules, refuses without a trace, and does nothing twice', async () => {
    const seed = Number(process.env['SEED'] ?? Date.now() % 2 ** 31);
    console.info(`model seed: ${seed}`);
    const counts = { sent: 0, accepted: 0, refused: 0 };
    const sequence = fc.asyncProperty(fc.array(step, COMMANDS), async (steps) => {
      const story = await Story.begin();
      for (const one of steps) {
        if (one.do === 'wait') await story.wait(one.days);
        if (one.do === 'partner') await story.partner(resellers[one.who]);
        const sent = sentBy(providerAgent(story.provider));
        const command = await story.command(one, sent);
        if (command === undefined) continue;
        const predicted = await story.predicts(one);
        const before = await world.store.head();
        const answer = await world.send(command);
        const after = await world.store.head();
        counts.sent += 1;
        counts[answer.kind === 'refused' ? 'refused' : 'accepted'] += 1;
        if (predicted !== undefined) {
          expect([one, answer.kind]).toEqual([one, predicted ? 'accepted' : 'refused']);
        }
        if (answer.kind === 'refused') expect(after).toBe(before);
        else expect(after).not.toBe(before);
        const again = await world.send(command);
        if (answer.kind === 'accepted') expect(again).toEqual({ ...answer, replayed: true });
        else expect(again).toEqual(answer);
        expect(await world.store.head()).toBe(after);
        expectInvariants(await story.state());
        await expectNoStrangers(story);
      }
    });
    await fc.assert(sequence, { numRuns: SEQUENCES, seed });
    // It has tried both ways often enough to mean something.
    expect(counts.sent).toBeGreaterThan(1_000);
    expect(Math.min(counts.accepted, counts.refused)).toBeGreaterThan(300);
  }, 120_000);
});
