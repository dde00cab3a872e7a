import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type {
  Agreement,
  CreateCustomer,
  CustomerEvent,
  CustomerId,
  CustomerProfile,
  DelegationId,
  ProviderId,
  ResellerId,
} from '@tierbook/domain';
import { CommandPipeline, type CommandContext, type Gathering } from '@tierbook/eventing';
import { organisationIdOf, CredentialVault, References } from '@tierbook/identity';
import { checkProvider } from '../access';
import { aggregates } from '../aggregates';
import { answerOf, type Answer } from '../answer';
import { commandIdOf, contextOf, deriveId, type Sent } from '../command-message';
import { isPhoneNumber } from '../phone';
import { adminCredentialIn, drawnPassword, type AdminCredential } from './one-time-credential';
import {
  chosenReseller,
  gatherOrder,
  requiredAgreement,
  type SubscriptionOrderInput,
} from './gather';
import { chosenReference, claimReference, orLost } from './reference';
import { seatsIn } from './seats';

export interface CreateCustomerInput extends CustomerProfile {
  readonly domain: string;
  readonly country: string;
  readonly culture: string;
  readonly language: string;
  /** Reseller associated with the account; it administers it. */
  readonly resellerId?: ResellerId;
  /** The provider's own reference of it. */
  readonly reference?: string;
  readonly agreement?: Agreement;
  readonly subscriptions: readonly SubscriptionOrderInput[];
}

export interface CustomerCreatedBody {
  readonly customer: { readonly id: CustomerId; readonly domain: string; readonly country: string };
  readonly subscriptions: readonly {
    readonly id: string;
    readonly offerId: string;
    readonly quantity: number;
    readonly status: string;
  }[];
  readonly adminCredential?: AdminCredential;
}

/** A provider's new customer with its subscriptions: all of it comes to be, or nothing. */
export class CreateCustomerCommand extends Command<Answer<CustomerCreatedBody>> {
  constructor(
    readonly sent: Sent,
    readonly input: CreateCustomerInput,
  ) {
    super();
  }
}

/** A customer's id: the same provider and domain always give the same one. */
export function customerIdOf(providerId: ProviderId, domain: string): CustomerId {
  return deriveId('customer', providerId, domain.toLowerCase()) as CustomerId;
}

@CommandHandler(CreateCustomerCommand)
export class CreateCustomerHandler implements ICommandHandler<CreateCustomerCommand> {
  constructor(
    private readonly pipeline: CommandPipeline,
    private readonly vault: CredentialVault,
    private readonly references: References,
  ) {}

  async execute({ sent, input }: CreateCustomerCommand): Promise<Answer<CustomerCreatedBody>> {
    const providerId = organisationIdOf(sent.principal) as ProviderId;
    const id = customerIdOf(providerId, input.domain);
    const context = contextOf(sent, commandIdOf(sent, 'customers'));
    const credential = drawnPassword(this.vault, id);
    const outcome = await orLost(() =>
      this.pipeline.execute({
        name: 'create-customer',
        aggregate: aggregates.customer,
        id,
        claimsKey: true,
        context,
        authorise: (_, gathering) => checkProvider(sent.principal, 'create-customer', gathering),
        gather: async (gathering, now) => ({
          ok: {
            ...(await gatherCustomer(gathering, providerId, id, input, context)),
            ...(await this.reference(
              gathering,
              { providerId, customerId: id },
              input,
              context,
              now,
            )),
            at: now.toISOString(),
            credentialId: credential.draw(),
          },
        }),
        beforeAppend: async (events) => {
          await credential.keepVerifier();
          await claimReference(this.pipeline, context, providerId, events);
        },
      }),
    );
    const resource = { type: 'customer', id, path: `customers/${id}` };
    const bodyOf = (events: readonly CustomerEvent[]) =>
      createdBody(events, adminCredentialIn(events, credential));
    return answerOf(outcome, resource, bodyOf, seatsIn);
  }

  private async reference(
    gathering: Gathering,
    of: { readonly providerId: ProviderId; readonly customerId: CustomerId },
    { reference: text }: CreateCustomerInput,
    { commandId }: CommandContext,
    now: Date,
  ): Promise<Pick<CreateCustomer, 'reference'>> {
    if (text === undefined) return {};
    const { references } = this;
    return { reference: await chosenReference(gathering, references, of, text, commandId, now) };
  }
}

async function gatherCustomer(
  gathering: Gathering,
  providerId: ProviderId,
  customerId: CustomerId,
  input: CreateCustomerInput,
  { commandId }: CommandContext,
): Promise<Omit<CreateCustomer, 'at' | 'credentialId'>> {
  const { domain, country, culture, language, resellerId, subscriptions, ...others } = input;
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- gathered apart, and no part of the profile
  const { reference, agreement, ...profile } = others;
  return {
    type: 'create-customer',
    customerId,
    providerId,
    domain: domain.toLowerCase(),
    country,
    culture,
    language,
    profile,
    phoneIsValid: isPhoneNumber(profile.phone, country),
    reseller: await chosenReseller(gathering, providerId, resellerId),
    delegationId: deriveId('delegation', commandId, 'account') as DelegationId,
    ...(agreement === undefined ? {} : { agreement }),
    requiredAgreement: await requiredAgreement(gathering, providerId),
    subscriptions: await Promise.all(
      subscriptions.map((order, index) =>
        gatherOrder(gathering, providerId, order, commandId, index),
      ),
    ),
  };
}

function createdBody(
  events: readonly CustomerEvent[],
  adminCredential: AdminCredential | undefined,
): CustomerCreatedBody {
  const created = events.find((event) => event.type === 'CustomerCreated');
  if (created === undefined) throw new Error('An accepted create-customer has no CustomerCreated.');
  const { customerId: id, domain, country } = created.data;
  return {
    customer: { id, domain, country },
    subscriptions: events
      .filter((event) => event.type === 'SubscriptionOrdered')
      .map(({ data: { subscriptionId, offerId, quantity, status } }) => ({
        id: subscriptionId,
        offerId,
        quantity,
        status,
      })),
    ...(adminCredential === undefined ? {} : { adminCredential }),
  };
}
