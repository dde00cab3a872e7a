import type { Type } from '@nestjs/common';
import type { Command } from '@nestjs/cqrs';
import {
  AssociateCustomerResellerCommand,
  ChangeBillingProfileCommand,
  ChangeCustomerProfileCommand,
  EndCustomerCommand,
  GrantDelegatedAdminCommand,
  OrderSubscriptionCommand,
  RecordAgreementCommand,
  RenewDelegatedAdminCommand,
  ReopenCustomerCommand,
  RevokeDelegatedAdminCommand,
  SetCustomerReferenceCommand,
  type Answer,
  type Sent,
} from '@tierbook/application';
import type { CustomerId, DelegationId } from '@tierbook/domain';
import {
  GrantDelegatedAdminDto,
  RenewDelegatedAdminDto,
  RevokeDelegatedAdminDto,
} from '../delegations/delegation.dto';
import { SUBSCRIPTION_COMMANDS } from '../subscriptions/subscription-commands';
import {
  AgreementDto,
  BillingProfileDto,
  CustomerProfileDto,
  CustomerReferenceDto,
  EndCustomerDto,
} from './customer.dto';
import { ChosenResellerDto, OrderSubscriptionDto } from '../subscriptions/subscription.dto';

/** A command on the customer itself: what its body must be, absent where it takes none, and how it is made. */
interface AccountCommandKind {
  readonly dto?: Type<object>;
  readonly of: (
    body: never,
  ) => (on: readonly [sent: Sent, customerId: CustomerId]) => Command<Answer>;
}

/** Commands on the customer itself that a batch may hold. */
export const ACCOUNT_COMMANDS = {
  'order-subscription': {
    dto: OrderSubscriptionDto,
    of: (body: OrderSubscriptionDto) => (on) => new OrderSubscriptionCommand(...on, body),
  },
  'change-customer-profile': {
    dto: CustomerProfileDto,
    of: (body: CustomerProfileDto) => (on) => new ChangeCustomerProfileCommand(...on, body),
  },
  'change-billing-profile': {
    dto: BillingProfileDto,
    of: (body: BillingProfileDto) => (on) => new ChangeBillingProfileCommand(...on, body),
  },
  'set-customer-reference': {
    dto: CustomerReferenceDto,
    of: (body: CustomerReferenceDto) => (on) => new SetCustomerReferenceCommand(...on, body),
  },
  'record-agreement': {
    dto: AgreementDto,
    of: (body: AgreementDto) => (on) => new RecordAgreementCommand(...on, body),
  },
  'associate-customer-reseller': {
    dto: ChosenResellerDto,
    of: (body: ChosenResellerDto) => (on) => new AssociateCustomerResellerCommand(...on, body),
  },
  'grant-delegated-admin': {
    dto: GrantDelegatedAdminDto,
    of: (body: GrantDelegatedAdminDto) => (on) => new GrantDelegatedAdminCommand(...on, body),
  },
  'end-customer': {
    dto: EndCustomerDto,
    of: (body: EndCustomerDto) => (on) => new EndCustomerCommand(...on, body),
  },
  'reopen-customer': { of: () => (on) => new ReopenCustomerCommand(...on, {}) },
} as const satisfies Readonly<Record<string, AccountCommandKind>>;

/** A command on one of the customer's delegations. */
interface DelegationCommandKind {
  readonly dto: Type<object>;
  readonly of: (
    body: never,
  ) => (
    on: readonly [sent: Sent, customerId: CustomerId, delegationId: DelegationId],
  ) => Command<Answer>;
}

/** Commands on one delegation that a batch may hold. */
export const DELEGATION_COMMANDS = {
  'renew-delegated-admin': {
    dto: RenewDelegatedAdminDto,
    of: (body: RenewDelegatedAdminDto) => (on) => new RenewDelegatedAdminCommand(...on, body),
  },
  'revoke-delegated-admin': {
    dto: RevokeDelegatedAdminDto,
    of: (body: RevokeDelegatedAdminDto) => (on) => new RevokeDelegatedAdminCommand(...on, body),
  },
} as const satisfies Readonly<Record<string, DelegationCommandKind>>;

/** Every command that a batch may hold: those on one customer whose answer holds no secret. */
export const BATCHED_COMMANDS = {
  ...ACCOUNT_COMMANDS,
  ...SUBSCRIPTION_COMMANDS,
  ...DELEGATION_COMMANDS,
};

export type BatchedCommandName = keyof typeof BATCHED_COMMANDS;
