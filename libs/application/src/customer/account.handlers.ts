import { Inject, type Type } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type {
  Agreement,
  CustomerCommand,
  CustomerId,
  CustomerProfile,
  CustomerState,
  DelegationId,
  Instant,
  ProviderId,
  ResellerId,
} from '@tierbook/domain';
import { CommandPipeline, type Gathering } from '@tierbook/eventing';
import { organisationIdOf, References, type CustomerAction } from '@tierbook/identity';
import { answerOf, type Answer, type ResourceRef } from '../answer';
import { deriveId, type Sent } from '../command-message';
import { isPhoneNumber } from '../phone';
import { chosenReseller } from './gather';
import { chosenReference, claimReference, orLost } from './reference';
import { customerHandler, providerOf, requestOn } from './subscription.handlers';

/** A command on the account of one customer. */
abstract class AccountCommand<Input> extends Command<Answer> {
  constructor(
    readonly sent: Sent,
    readonly customerId: CustomerId,
    readonly input: Input,
  ) {
    super();
  }
}

export interface CustomerProfileInput extends CustomerProfile {
  readonly culture: string;
  readonly language: string;
}

/** Gives the customer's profile anew, whole. */
export class ChangeCustomerProfileCommand extends AccountCommand<CustomerProfileInput> {}

export interface BillingProfileInput extends CustomerProfile {
  readonly country: string;
}

/** Gives anew whom the provider bills, whole. */
export class ChangeBillingProfileCommand extends AccountCommand<BillingProfileInput> {}

/** Gives the customer the provider's own reference, unique among its customers; `null` takes it away. */
export class SetCustomerReferenceCommand extends AccountCommand<{
  readonly reference: string | null;
}> {}

/** Records that somebody agreed to the provider's terms. */
export class RecordAgreementCommand extends AccountCommand<Agreement> {}

/** Associates a reseller with the account, which delegates its administration; `null` leaves nobody. */
export class AssociateCustomerResellerCommand extends AccountCommand<{
  readonly resellerId: ResellerId | null;
}> {}

/** Ends the relation with the customer. */
export class EndCustomerCommand extends AccountCommand<{ readonly reason?: string }> {}

/** Begins the relation with an ended customer again. */
export class ReopenCustomerCommand extends AccountCommand<object> {}

function resourceOf(id: CustomerId): ResourceRef {
  return { type: 'customer', id, path: `customers/${id}` };
}

function requestOnAccount(sent: Sent, customerId: CustomerId, action: CustomerAction) {
  return requestOn(sent, customerId, resourceOf(customerId).path, { action });
}

/** What gathering has to go by. */
interface Gathered {
  readonly at: Instant;
  readonly state: CustomerState;
  readonly gathering: Gathering;
  readonly commandId: string;
}

function accountHandler<M extends AccountCommand<unknown>>(
  message: Type<M>,
  action: CustomerAction,
  commandOf: (input: M['input'], gathered: Gathered) => CustomerCommand | Promise<CustomerCommand>,
) {
  return customerHandler(message, ({ sent, customerId, input }: M) => {
    const base = requestOnAccount(sent, customerId, action);
    const { commandId } = base.context;
    return {
      resource: resourceOf(customerId),
      request: {
        ...base,
        gather: async (gathering: Gathering, now: Date, state: CustomerState) => ({
          ok: await commandOf(input, { at: now.toISOString(), state, gathering, commandId }),
        }),
      },
    };
  });
}

/** The reference is claimed just before the append: `claimReference`. */
export function setReferencePlan(references: References) {
  return ({ sent, customerId, input: { reference: text } }: SetCustomerReferenceCommand) => {
    const base = requestOnAccount(sent, customerId, 'set-customer-reference');
    const { commandId } = base.context;
    const of = { providerId: organisationIdOf(sent.principal) as ProviderId, customerId };
    return {
      resource: resourceOf(customerId),
      request: {
        ...base,
        gather: async (gathering: Gathering, now: Date) => {
          const reference =
            text === null
              ? null
              : await chosenReference(gathering, references, of, text, commandId, now);
          return {
            ok: { type: 'set-customer-reference', at: now.toISOString(), reference } as const,
          };
        },
      },
    };
  };
}

@CommandHandler(SetCustomerReferenceCommand)
export class SetCustomerReferenceHandler implements ICommandHandler<SetCustomerReferenceCommand> {
  constructor(
    @Inject(CommandPipeline) private readonly pipeline: CommandPipeline,
    @Inject(References) private readonly references: References,
  ) {}

  async execute(message: SetCustomerReferenceCommand): Promise<Answer> {
    const { request, resource } = setReferencePlan(this.references)(message);
    const providerId = organisationIdOf(message.sent.principal) as ProviderId;
    const outcome = await orLost(() =>
      this.pipeline.execute({
        ...request,
        beforeAppend: (events) =>
          claimReference(this.pipeline, request.context, providerId, events),
      }),
    );
    return answerOf(outcome, resource, () => ({}));
  }
}

/** Those of plain commands, which a batch may hold too. */
export const plainAccountHandlers = [
  accountHandler(
    ChangeCustomerProfileCommand,
    'change-customer-profile',
    ({ culture, language, ...profile }, { at, state }) => ({
      type: 'change-customer-profile',
      ...{ at, culture, language, profile },
      phoneIsValid: isPhoneNumber(profile.phone, state.status === 'none' ? '' : state.country),
    }),
  ),
  accountHandler(
    ChangeBillingProfileCommand,
    'change-billing-profile',
    ({ country, ...profile }, { at }) => ({
      type: 'change-billing-profile',
      ...{ at, country, profile },
      phoneIsValid: isPhoneNumber(profile.phone, country),
    }),
  ),
  accountHandler(RecordAgreementCommand, 'record-agreement', (agreement, { at }) => ({
    type: 'record-agreement',
    at,
    agreement,
  })),
  accountHandler(
    AssociateCustomerResellerCommand,
    'associate-customer-reseller',
    async ({ resellerId }, { at, state, gathering, commandId }) => ({
      type: 'associate-customer-reseller',
      at,
      reseller: await chosenReseller(gathering, providerOf(state), resellerId),
      delegationId: deriveId('delegation', commandId, 'account') as DelegationId,
    }),
  ),
  accountHandler(EndCustomerCommand, 'end-customer', (input, { at }) => ({
    type: 'end-customer',
    at,
    ...input,
  })),
  accountHandler(ReopenCustomerCommand, 'reopen-customer', (_, { at }) => ({
    type: 'reopen-customer',
    at,
  })),
];

export const accountHandlers = [...plainAccountHandlers, SetCustomerReferenceHandler];
