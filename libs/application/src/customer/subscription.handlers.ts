import type { Type } from '@nestjs/common';
import { Command } from '@nestjs/cqrs';
import type {
  CustomerCommand,
  CustomerEvent,
  CustomerId,
  CustomerState,
  Day,
  DelegationId,
  ProviderId,
  ResellerId,
  SubscriptionId,
} from '@tierbook/domain';
import type { CommandRequest, Gathering } from '@tierbook/eventing';
import { checkRole } from '../access';
import { aggregates } from '../aggregates';
import type { Answer, ResourceRef } from '../answer';
import { commandIdOf, contextOf, deriveId, type Sent } from '../command-message';
import { plainHandler, type PlainCommand, type PlainHandlerType } from '../one-line-handler';
import { authoriseOnCustomer, type CustomerUse } from './customer-access';
import {
  chosenReseller,
  gatherOrder,
  requiredAgreement,
  subscriptionIdOf,
  type SubscriptionOrderInput,
} from './gather';
import { licenceEffectOf } from './licence-effect';
import { seatsIn } from './seats';

/** Buys one subscription for an existing customer. */
export class OrderSubscriptionCommand extends Command<Answer> {
  constructor(
    readonly sent: Sent,
    readonly customerId: CustomerId,
    readonly input: SubscriptionOrderInput,
  ) {
    super();
  }
}

/** Sets the number of licences. */
export class ChangeQuantityCommand extends Command<Answer> {
  constructor(
    readonly sent: Sent,
    readonly customerId: CustomerId,
    readonly subscriptionId: SubscriptionId,
    readonly input: { readonly quantity: number },
  ) {
    super();
  }
}

/** Associates a reseller with a subscription: of record from a day on, and, unless unticked, its administrator. */
export class AssociateSubscriptionResellerCommand extends Command<Answer> {
  constructor(
    readonly sent: Sent,
    readonly customerId: CustomerId,
    readonly subscriptionId: SubscriptionId,
    readonly input: {
      readonly resellerId: ResellerId | null;
      readonly delegatedAdmin: boolean;
      /** A day (UTC) of the present term, `2026-01-31`; today where left out. */
      readonly effectiveFrom?: Day;
    },
  ) {
    super();
  }
}

/** Chooses who handles support requests; `null` gives them back to the provider. */
export class DesignateSupportContactCommand extends Command<Answer> {
  constructor(
    readonly sent: Sent,
    readonly customerId: CustomerId,
    readonly subscriptionId: SubscriptionId,
    readonly input: { readonly resellerId: ResellerId | null },
  ) {
    super();
  }
}

export type CustomerRequest = CommandRequest<CustomerCommand, CustomerState, CustomerEvent>;

/** A plain command on a customer, which a batch may hold too. */
export type OnCustomer = PlainCommand<CustomerCommand, CustomerState, CustomerEvent>;

/** The handler of a plain command on a customer. */
export function customerHandler<M extends Command<Answer>>(
  message: Type<M>,
  plan: (message: M) => OnCustomer,
): PlainHandlerType<M, CustomerCommand, CustomerState, CustomerEvent> {
  return plainHandler(message, plan);
}

/** A subscription as the API addresses it. */
export function resourceOf(customerId: CustomerId, id: SubscriptionId): ResourceRef {
  return { type: 'subscription', id, path: `customers/${customerId}/subscriptions/${id}` };
}

/** What every command on one customer's subscriptions has in common. */
export function requestOn(
  sent: Sent,
  customerId: CustomerId,
  target: string,
  use: CustomerUse,
): Omit<CustomerRequest, 'gather'> {
  return {
    name: use.action,
    aggregate: aggregates.customer,
    id: customerId,
    ...(use.subscriptionId === undefined ? {} : { resource: use.subscriptionId }),
    context: contextOf(sent, commandIdOf(sent, target)),
    authorise: (state, gathering, now) =>
      authoriseOnCustomer(sent.principal, use, state, gathering, now.toISOString()),
  };
}

function orderSubscription({ sent, customerId, input }: OrderSubscriptionCommand) {
  const use = { action: 'order-subscription' } as const;
  const base = requestOn(sent, customerId, `customers/${customerId}/subscriptions`, use);
  const { commandId } = base.context;
  return {
    resource: resourceOf(customerId, subscriptionIdOf(commandId, 0)),
    seatsOf: seatsIn,
    request: {
      ...base,
      authorise: async (...decidingOn: Parameters<CustomerRequest['authorise']>) => {
        const authority = await base.authorise(...decidingOn);
        return 'refusal' in authority ? authority : (refusedCredit(sent, input) ?? authority);
      },
      gather: async (gathering: Gathering, now: Date, state: CustomerState) => ({
        ok: {
          type: 'order-subscription' as const,
          at: now.toISOString(),
          order: await gatherOrder(gathering, providerOf(state), input, commandId, 0),
          requiredAgreement: await requiredAgreement(gathering, providerOf(state)),
        },
      }),
    },
  };
}

/** Whoever may not associate a reseller with a subscription credits none in an order either. */
function refusedCredit({ principal }: Sent, { resellerId }: SubscriptionOrderInput) {
  if (resellerId === undefined) return undefined;
  const allowed = checkRole(principal, 'associate-subscription-reseller');
  return 'refusal' in allowed ? allowed : undefined;
}

function changeQuantity({ sent, customerId, subscriptionId, input }: ChangeQuantityCommand) {
  const resource = resourceOf(customerId, subscriptionId);
  const use = { action: 'change-quantity', subscriptionId } as const;
  return {
    resource,
    bodyOf: licenceEffectOf(subscriptionId),
    seatsOf: seatsOf(subscriptionId),
    request: {
      ...requestOn(sent, customerId, resource.path, use),
      gather: (_: Gathering, now: Date) => ({
        ok: {
          type: 'change-quantity' as const,
          at: now.toISOString(),
          subscriptionId,
          quantity: input.quantity,
        },
      }),
    },
  };
}

function associateReseller(message: AssociateSubscriptionResellerCommand) {
  const { sent, customerId, subscriptionId, input } = message;
  const resource = resourceOf(customerId, subscriptionId);
  const use = { action: 'associate-subscription-reseller', subscriptionId } as const;
  const base = requestOn(sent, customerId, resource.path, use);
  return {
    resource,
    request: {
      ...base,
      gather: async (gathering: Gathering, now: Date, state: CustomerState) => ({
        ok: {
          type: 'associate-subscription-reseller' as const,
          at: now.toISOString(),
          subscriptionId,
          reseller: await chosenReseller(gathering, providerOf(state), input.resellerId),
          delegatedAdmin: input.delegatedAdmin,
          ...(input.effectiveFrom === undefined
            ? {}
            : { effectiveFrom: `${input.effectiveFrom}T00:00:00.000Z` }),
          delegationId: deriveId('delegation', base.context.commandId) as DelegationId,
        },
      }),
    },
  };
}

function designateSupportContact(message: DesignateSupportContactCommand) {
  const { sent, customerId, subscriptionId, input } = message;
  const resource = resourceOf(customerId, subscriptionId);
  const use = { action: 'designate-support-contact', subscriptionId } as const;
  return {
    resource,
    request: {
      ...requestOn(sent, customerId, resource.path, use),
      gather: async (gathering: Gathering, now: Date, state: CustomerState) => ({
        ok: {
          type: 'designate-support-contact' as const,
          at: now.toISOString(),
          subscriptionId,
          reseller: await chosenReseller(gathering, providerOf(state), input.resellerId),
        },
      }),
    },
  };
}

/** What a plan says of the licences of the subscription that a command is about. */
export function seatsOf(subscriptionId: SubscriptionId) {
  return (state: CustomerState, events: readonly CustomerEvent[]) =>
    seatsIn(state, events, subscriptionId);
}

/** The provider of a customer that exists. */
export function providerOf(state: CustomerState): ProviderId {
  if (state.status === 'none') throw new Error('Only an existing customer is gathered for.');
  return state.providerId;
}

export const subscriptionHandlers = [
  customerHandler(OrderSubscriptionCommand, orderSubscription),
  customerHandler(ChangeQuantityCommand, changeQuantity),
  customerHandler(AssociateSubscriptionResellerCommand, associateReseller),
  customerHandler(DesignateSupportContactCommand, designateSupportContact),
];
