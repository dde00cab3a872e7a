import { randomBytes, randomUUID } from 'node:crypto';
import { CommandBus, CqrsModule, type Command } from '@nestjs/cqrs';
import { Test } from '@nestjs/testing';
import { eventSchemas } from '@tierbook/domain';
import type {
  CustomerId,
  OfferId,
  PartnershipRequestId,
  ProviderId,
  ResellerId,
  SubscriptionId,
} from '@tierbook/domain';
import {
  AggregateStore,
  CommandPipeline,
  EventCodec,
  type EventStore,
  type StoredEvent,
} from '@tierbook/eventing';
import {
  InMemoryEventStore,
  InMemoryPersonalKeys,
  InMemoryPlanIds,
} from '@tierbook/eventing/testing';
import {
  CredentialVault,
  Invitations,
  References,
  type AgentRole,
  type Principal,
} from '@tierbook/identity';
import { InMemoryStateStore } from '@tierbook/state/testing';
import {
  accountHandlers,
  AcceptPartnershipCommand,
  AcceptPartnershipHandler,
  aggregates,
  ApplyResellerCommand,
  ApproveResellerCommand,
  CreateCustomerCommand,
  CreateCustomerHandler,
  CustomerBatchHandler,
  CreateProviderCommand,
  DeclinePartnershipHandler,
  delegationHandlers,
  EndPartnershipHandler,
  InvitationReader,
  offerHandlers,
  partnershipRequestHandlers,
  providerHandlers,
  PublishOfferCommand,
  ReissueAdminCredentialHandler,
  RequestPartnershipCommand,
  resellerHandlers,
  resellerIdOf,
  serviceHandlers,
  subscriptionHandlers,
  subscriptionLifecycleHandlers,
  type Answer,
  type CreateCustomerInput,
  type OfferInput,
  type RequestPartnershipInput,
  type Sent,
  type SubscriptionOrderInput,
} from '..';

export const BASE_URL = 'https://tierbook.example';

export const operator: Principal = {
  kind: 'operator',
  id: 'operator-1',
  organisation: { kind: 'operator' },
  role: 'operator',
};

export function providerAgent(id: ProviderId, role: AgentRole = 'admin-agent'): Principal {
  return { kind: 'agent', id: `agent-${role}`, organisation: { kind: 'provider', id }, role };
}

export function resellerAgent(id: ResellerId, role: AgentRole = 'admin-agent'): Principal {
  return { kind: 'agent', id: `agent-${role}`, organisation: { kind: 'reseller', id }, role };
}

/** How a command is sent: `body` is what its fingerprint is made of, and its key is a new one unless given. */
export type Sending = Partial<Sent> & { readonly body?: unknown };

export function sentBy(principal: Principal, { body = '', ...change }: Sending = {}): Sent {
  const mac = JSON.stringify(body);
  return {
    principal,
    idempotencyKey: randomUUID(),
    fingerprint: { kid: 'k1', mac },
    isSameCommand: (recorded) => recorded.mac === mac,
    correlationId: randomUUID(),
    causationId: randomUUID(),
    ...change,
  };
}

export function customerInput(change: Partial<CreateCustomerInput> = {}): CreateCustomerInput {
  return {
    domain: 'contoso',
    country: 'DE',
    culture: 'de-DE',
    language: 'de',
    companyName: 'Contoso GmbH',
    email: 'it@contoso.example',
    address: { line1: 'Hauptstraße 1', city: 'Berlin', postalCode: '10117' },
    subscriptions: [],
    ...change,
  };
}

export function orderInput(
  offerId: OfferId,
  change: Partial<SubscriptionOrderInput> = {},
): SubscriptionOrderInput {
  return {
    offerId,
    quantity: 10,
    billingCycle: 'monthly',
    term: 'P1M',
    autoRenew: true,
    delegatedAdmin: true,
    ...change,
  };
}

/** Answers what was accepted; any other answer fails the test. */
export function accepted<Body extends object>(answer: Answer<Body>) {
  if (answer.kind !== 'accepted') throw new Error(`Not accepted: ${JSON.stringify(answer)}`);
  return answer;
}

/** The refusal; any other answer fails the test. */
export function refusal(answer: Answer) {
  if (answer.kind !== 'refused') throw new Error(`Not refused: ${JSON.stringify(answer)}`);
  return answer.refusal;
}

/** The id of a dry run's plan; a command that would not be accepted fails the test. */
export function planIdOf(answer: Answer): string {
  if (answer.kind !== 'planned' || answer.verdict.kind !== 'accepted') {
    throw new Error(`Not planned: ${JSON.stringify(answer)}`);
  }
  return answer.verdict.planId;
}

/** The token in an invitation's link. */
export function tokenOf(link: string | undefined): string {
  return link?.split('#')[1] ?? '';
}

/** What outlives a process: what it is given here, a second scenario goes on from. */
export interface Lasting {
  readonly store?: EventStore;
  readonly keys?: InMemoryPersonalKeys;
  readonly state?: InMemoryStateStore;
  readonly invitations?: Invitations;
}

/** The write side as a process has it, behind Nest's own CommandBus, with a clock that stands still until set. */
export async function scenario(lasting: Lasting = {}) {
  const {
    store = new InMemoryEventStore(),
    keys = new InMemoryPersonalKeys(),
    state = new InMemoryStateStore(),
    invitations = new Invitations(randomBytes(32)),
  } = lasting;
  const clock = { time: '2030-01-01T00:00:00.000Z', now: () => new Date(clock.time) };
  const codec = new EventCodec(keys, eventSchemas);
  const aggregateStore = new AggregateStore(store, codec, 'tierbook');
  const newEventId = () => randomUUID();
  const pipeline = new CommandPipeline({
    store,
    aggregates: aggregateStore,
    codec,
    clock,
    planIds: new InMemoryPlanIds(),
    newEventId,
  });
  const vaultKeys = { current: 'k1', keys: new Map([['k1', Buffer.alloc(32, 7)]]) };
  const vault = new CredentialVault(state, vaultKeys, clock);
  const reader = new InvitationReader(store, codec, aggregateStore, invitations, clock, BASE_URL);
  const module = await Test.createTestingModule({
    imports: [CqrsModule.forRoot()],
    providers: [
      { provide: CommandPipeline, useValue: pipeline },
      { provide: CredentialVault, useValue: vault },
      { provide: Invitations, useValue: invitations },
      { provide: References, useValue: new References(Buffer.alloc(32, 9)) },
      { provide: InvitationReader, useValue: reader },
      ...providerHandlers,
      ...resellerHandlers,
      ...offerHandlers,
      ...partnershipRequestHandlers,
      ...accountHandlers,
      ...subscriptionHandlers,
      ...subscriptionLifecycleHandlers,
      ...delegationHandlers,
      ...serviceHandlers,
      CreateCustomerHandler,
      CustomerBatchHandler,
      ReissueAdminCredentialHandler,
      AcceptPartnershipHandler,
      DeclinePartnershipHandler,
      EndPartnershipHandler,
    ],
  }).compile();
  await module.init();
  const bus = module.get(CommandBus);
  const send = <T>(command: Command<T>): Promise<T> => bus.execute(command);
  return {
    ...{ store, keys, state, invitations, clock, codec, aggregateStore, pipeline, vault, reader },
    send,
    ...dealings(send),
    customer: async (id: CustomerId) => {
      const loaded = await aggregateStore.load(aggregates.customer, id);
      if (loaded.state.status === 'none') throw new Error(`No customer ${id}.`);
      return loaded.state;
    },
    /** Every event of the log. */
    events: async (): Promise<readonly StoredEvent[]> => {
      const events: StoredEvent[] = [];
      for await (const batch of store.readAll()) events.push(...batch.events);
      return events;
    },
  };
}

export type Scenario = Awaited<ReturnType<typeof scenario>>;

/** What most specifications need to have happened. */
function dealings(send: <T>(command: Command<T>) => Promise<T>) {
  const createProvider = async (country = 'DE'): Promise<ProviderId> => {
    const input = { name: 'Distribuidora Ágil', email: 'ola@agil.example', country };
    const answer = await send(new CreateProviderCommand(sentBy(operator), input));
    return accepted(answer).resource.id as ProviderId;
  };
  const enrol = async (partnerId: string, country = 'DE'): Promise<ResellerId> => {
    const id = resellerIdOf(partnerId);
    const state = country === 'US' ? { state: 'WA' } : {};
    const input = { partnerId, name: 'Revenda', email: 'oi@revenda.example', country, ...state };
    accepted(await send(new ApplyResellerCommand(sentBy(resellerAgent(id)), input)));
    accepted(await send(new ApproveResellerCommand(sentBy(operator), id)));
    return id;
  };
  const invite = async (provider: ProviderId, change: Partial<RequestPartnershipInput> = {}) => {
    const input = { email: 'oi@revenda.example', language: 'en' as const, ...change };
    const sent = sentBy(providerAgent(provider));
    const { resource, body } = accepted(await send(new RequestPartnershipCommand(sent, input)));
    return { ...body, id: resource.id as PartnershipRequestId, token: tokenOf(body.link) };
  };
  const partner = async (provider: ProviderId, reseller: ResellerId) => {
    const { token } = await invite(provider);
    const input = { token, consent: true };
    const sent = sentBy(resellerAgent(reseller));
    return accepted(await send(new AcceptPartnershipCommand(sent, input)));
  };
  const publishOffer = async (
    provider: ProviderId,
    change: Partial<OfferInput> = {},
  ): Promise<OfferId> => {
    const answer = await send(
      new PublishOfferCommand(sentBy(providerAgent(provider)), {
        name: 'Office 365 Business Premium',
        description: '',
        minQuantity: 1,
        maxQuantity: 300,
        billingCycles: ['monthly'],
        terms: ['P1M'],
        ...change,
      }),
    );
    return accepted(answer).resource.id as OfferId;
  };
  const createCustomer = async (
    provider: ProviderId,
    change: Partial<CreateCustomerInput> = {},
    sending: Sending = {},
  ) => {
    const sent = sentBy(providerAgent(provider), sending);
    const answer = accepted(await send(new CreateCustomerCommand(sent, customerInput(change))));
    const subscriptions = answer.body.subscriptions.map(({ id }) => id as SubscriptionId);
    return { ...answer, id: answer.body.customer.id, subscriptions };
  };
  return { createProvider, enrol, invite, partner, publishOffer, createCustomer };
}
