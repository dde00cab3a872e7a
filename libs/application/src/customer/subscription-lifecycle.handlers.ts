import { Command } from '@nestjs/cqrs';
import type { Type } from '@nestjs/common';
import type {
  ChangeToSchedule,
  ChosenOffer,
  CustomerCommand,
  CustomerId,
  CustomerState,
  Instant,
  OfferId,
  SubscriptionId,
} from '@tierbook/domain';
import type { Gathering } from '@tierbook/eventing';
import type { CustomerAction } from '@tierbook/identity';
import { aggregates } from '../aggregates';
import type { Answer } from '../answer';
import type { Sent } from '../command-message';
import { licenceEffectOf } from './licence-effect';
import { chosenOffer } from './gather';
import {
  customerHandler,
  providerOf,
  requestOn,
  resourceOf,
  seatsOf,
} from './subscription.handlers';

/** A command on one subscription of a customer. */
abstract class SubscriptionCommand<Input> extends Command<Answer> {
  constructor(
    readonly sent: Sent,
    readonly customerId: CustomerId,
    readonly subscriptionId: SubscriptionId,
    readonly input: Input,
  ) {
    super();
  }
}

/** Gives a subscription the customer's own name. */
export class RenameSubscriptionCommand extends SubscriptionCommand<{ readonly name: string }> {}

/** Whether the subscription renews at the end of its term. */
export class SetAutoRenewCommand extends SubscriptionCommand<{ readonly autoRenew: boolean }> {}

/** Stops a subscription and its add-ons until they are reactivated. */
export class SuspendSubscriptionCommand extends SubscriptionCommand<object> {}

/** Brings a suspended subscription back, with the add-ons that were suspended with it. */
export class ReactivateSubscriptionCommand extends SubscriptionCommand<object> {}

/** Ends a subscription: at once with a refund inside its window, else at the end of its term. */
export class CancelSubscriptionCommand extends SubscriptionCommand<object> {}

/** Moves a subscription to an upgrade target of its offer; it stays the same subscription. */
export class UpgradeSubscriptionCommand extends SubscriptionCommand<{
  readonly offerId: OfferId;
}> {}

/** What is to happen at the end of the term. */
export type ScheduledChangeInput =
  | { readonly kind: 'cancel' }
  | { readonly kind: 'quantity'; readonly quantity: number }
  | { readonly kind: 'offer'; readonly offerId: OfferId };

/** Schedules what happens at the end of the term, in the place of what was scheduled before. */
export class ScheduleChangeCommand extends SubscriptionCommand<ScheduledChangeInput> {}

/** Takes back what was scheduled for the end of the term. */
export class UndoScheduledChangeCommand extends SubscriptionCommand<object> {}

/** The moment and the subscription that a command of the domain is about. */
interface On {
  readonly at: Instant;
  readonly subscriptionId: SubscriptionId;
}

function lifecycleHandler<M extends SubscriptionCommand<unknown>>(
  message: Type<M>,
  action: CustomerAction,
  commandOf: (
    on: On,
    input: M['input'],
    state: CustomerState,
    gathering: Gathering,
  ) => CustomerCommand | Promise<CustomerCommand>,
) {
  return customerHandler(message, ({ sent, customerId, subscriptionId, input }: M) => {
    const resource = resourceOf(customerId, subscriptionId);
    const use = { action, subscriptionId };
    return {
      resource,
      ...(action === 'cancel-subscription' ? { bodyOf: licenceEffectOf(subscriptionId) } : {}),
      seatsOf: seatsOf(subscriptionId),
      request: {
        ...requestOn(sent, customerId, resource.path, use),
        gather: async (gathering: Gathering, now: Date, state: CustomerState) => ({
          ok: await commandOf({ at: now.toISOString(), subscriptionId }, input, state, gathering),
        }),
      },
    };
  });
}

/** The chosen offer, and what the subscription's present one can be upgraded to today. */
async function gatherUpgrade(
  gathering: Gathering,
  state: CustomerState,
  subscriptionId: SubscriptionId,
  offerId: OfferId,
): Promise<{ readonly offer: ChosenOffer; readonly upgradeTargets: readonly OfferId[] }> {
  const offer = await chosenOffer(gathering, providerOf(state), offerId);
  const present =
    state.status === 'none' ? undefined : state.subscriptions.get(subscriptionId)?.offerId;
  if (present === undefined) return { offer, upgradeTargets: [] };
  const catalogued = await gathering.read(aggregates.offer, present);
  const upgradeTargets = catalogued.status === 'none' ? [] : catalogued.terms.upgradeTargets;
  return { offer, upgradeTargets };
}

async function gatherChange(
  gathering: Gathering,
  state: CustomerState,
  subscriptionId: SubscriptionId,
  input: ScheduledChangeInput,
): Promise<ChangeToSchedule> {
  if (input.kind !== 'offer') return input;
  const upgrade = await gatherUpgrade(gathering, state, subscriptionId, input.offerId);
  return { kind: 'offer', ...upgrade };
}

export const subscriptionLifecycleHandlers = [
  lifecycleHandler(RenameSubscriptionCommand, 'rename-subscription', (on, { name }) => ({
    type: 'rename-subscription',
    ...on,
    name,
  })),
  lifecycleHandler(SetAutoRenewCommand, 'set-auto-renew', (on, { autoRenew }) => ({
    type: 'set-auto-renew',
    ...on,
    autoRenew,
  })),
  lifecycleHandler(SuspendSubscriptionCommand, 'suspend-subscription', (on) => ({
    type: 'suspend-subscription',
    ...on,
  })),
  lifecycleHandler(ReactivateSubscriptionCommand, 'reactivate-subscription', (on) => ({
    type: 'reactivate-subscription',
    ...on,
  })),
  lifecycleHandler(CancelSubscriptionCommand, 'cancel-subscription', (on) => ({
    type: 'cancel-subscription',
    ...on,
  })),
  lifecycleHandler(
    UpgradeSubscriptionCommand,
    'upgrade-subscription',
    async (on, { offerId }, state, gathering) => ({
      type: 'upgrade-subscription',
      ...on,
      ...(await gatherUpgrade(gathering, state, on.subscriptionId, offerId)),
    }),
  ),
  lifecycleHandler(
    ScheduleChangeCommand,
    'schedule-change',
    async (on, input, state, gathering) => ({
      type: 'schedule-change',
      ...on,
      change: await gatherChange(gathering, state, on.subscriptionId, input),
    }),
  ),
  lifecycleHandler(UndoScheduledChangeCommand, 'undo-scheduled-change', (on) => ({
    type: 'undo-scheduled-change',
    ...on,
  })),
];
