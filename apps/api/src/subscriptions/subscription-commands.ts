import type { Type } from '@nestjs/common';
import type { Command } from '@nestjs/cqrs';
import {
  AssociateSubscriptionResellerCommand,
  CancelSubscriptionCommand,
  ChangeQuantityCommand,
  DesignateSupportContactCommand,
  ReactivateSubscriptionCommand,
  RenameSubscriptionCommand,
  ScheduleChangeCommand,
  SetAutoRenewCommand,
  SuspendSubscriptionCommand,
  UndoScheduledChangeCommand,
  UpgradeSubscriptionCommand,
  type Answer,
  type ScheduledChangeInput,
  type Sent,
} from '@tierbook/application';
import type { CustomerId, SubscriptionId } from '@tierbook/domain';
import { ProblemError, type ProblemCode } from '../http/problems';
import {
  AssociateResellerDto,
  ChangeQuantityDto,
  ChosenResellerDto,
  RenameSubscriptionDto,
  ScheduleChangeDto,
  SetAutoRenewDto,
  UpgradeSubscriptionDto,
} from './subscription.dto';

/** Who sends a command about which subscription of which customer. */
type On = readonly [sent: Sent, customerId: CustomerId, subscriptionId: SubscriptionId];

/** What a command's body must be, absent where it takes none, and how the command is made of it. */
interface SubscriptionCommandKind {
  readonly dto?: Type<object>;
  /** @throws ProblemError for a body that is valid field by field, and not as a whole. */
  readonly of: (body: never) => (on: On) => Command<Answer>;
}

/** Commands on one subscription, by what the role table names them: sent alone, or in a batch. */
export const SUBSCRIPTION_COMMANDS = {
  'change-quantity': {
    dto: ChangeQuantityDto,
    of: (body: ChangeQuantityDto) => (on) => new ChangeQuantityCommand(...on, body),
  },
  'associate-subscription-reseller': {
    dto: AssociateResellerDto,
    of: (body: AssociateResellerDto) => (on) =>
      new AssociateSubscriptionResellerCommand(...on, body),
  },
  'designate-support-contact': {
    dto: ChosenResellerDto,
    of: (body: ChosenResellerDto) => (on) => new DesignateSupportContactCommand(...on, body),
  },
  'rename-subscription': {
    dto: RenameSubscriptionDto,
    of: (body: RenameSubscriptionDto) => (on) => new RenameSubscriptionCommand(...on, body),
  },
  'set-auto-renew': {
    dto: SetAutoRenewDto,
    of: (body: SetAutoRenewDto) => (on) => new SetAutoRenewCommand(...on, body),
  },
  'suspend-subscription': { of: () => (on) => new SuspendSubscriptionCommand(...on, {}) },
  'reactivate-subscription': { of: () => (on) => new ReactivateSubscriptionCommand(...on, {}) },
  'cancel-subscription': { of: () => (on) => new CancelSubscriptionCommand(...on, {}) },
  'upgrade-subscription': {
    dto: UpgradeSubscriptionDto,
    of: (body: UpgradeSubscriptionDto) => (on) => new UpgradeSubscriptionCommand(...on, body),
  },
  'schedule-change': {
    dto: ScheduleChangeDto,
    of: (body: ScheduleChangeDto) => {
      const change = scheduledChangeOf(body);
      return (on) => new ScheduleChangeCommand(...on, change);
    },
  },
  'undo-scheduled-change': { of: () => (on) => new UndoScheduledChangeCommand(...on, {}) },
} as const satisfies Readonly<Record<string, SubscriptionCommandKind>>;

export type SubscriptionCommandName = keyof typeof SUBSCRIPTION_COMMANDS;

/** @throws ProblemError for a field that does not go with the kind. */
function scheduledChangeOf({ kind, quantity, offerId }: ScheduleChangeDto): ScheduledChangeInput {
  const unfit = [
    ...(kind === 'quantity' || quantity === undefined ? [] : ['/quantity']),
    ...(kind === 'offer' || offerId === undefined ? [] : ['/offerId']),
  ];
  if (unfit.length > 0) {
    throw new ProblemError(
      'field-unknown',
      undefined,
      unfit.map((pointer) => ({
        pointer,
        detail: `A change of kind ${kind} has no such field.`,
        code: 'field-unknown',
      })),
    );
  }
  if (quantity !== undefined) return { kind: 'quantity', quantity };
  return offerId === undefined ? { kind: 'cancel' } : { kind: 'offer', offerId };
}

export const OF_A_SUBSCRIPTION = [
  'not-found',
  'delegation-insufficient',
  'subscription-unknown',
  'subscription-ended',
  'customer-ended',
] as const satisfies readonly ProblemCode[];

export const OF_AN_UPGRADE = [
  'upgrade-not-offered',
  'upgrade-strands-add-on',
  'offer-unknown',
  'offer-retired',
  'offer-unavailable-in-country',
  'offer-limit-reached',
  'quantity-out-of-range',
  'billing-cycle-unavailable',
  'term-unavailable',
  'add-on-needs-base',
] as const satisfies readonly ProblemCode[];
