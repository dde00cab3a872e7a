import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  aggregates,
  isOwnedBy,
  isSideOf,
  seesProvider,
  seesReseller,
  type Sight,
} from '@tierbook/application';
import type {
  CustomerId,
  DelegationId,
  OfferId,
  PartnershipId,
  PartnershipRequestId,
  ProviderId,
  ResellerId,
  ServiceId,
  SubscriptionId,
} from '@tierbook/domain';
import { organisationIdOf, type ActionOnOne, type Principal } from '@tierbook/identity';
import { TIERBOOK, type Tierbook } from '@tierbook/platform';
import { CustomerSight } from '../customers/customer-sight';
import { IdPipe, PairIdPipe } from '../http/id.pipe';
import { ProblemError } from '../http/problems';
import { missing, Reader } from '../http/reader';
import { HttpExchange, type Exchange } from '../http/request';
import { ReadRoute } from '../http/routes';
import { id, PARTNERSHIP_ID, ref } from '../http/schemas';
import { Histories, type HistoryAnswer } from './histories';
import { HistoryQuery } from './history.dto';
import { HISTORY_PROBLEMS } from './history.problems';

const HISTORY = ref('History');
const OF_A_CUSTOMER = { id: id('The customer.') };
const problems = ['not-found', ...HISTORY_PROBLEMS] as const;

/** The history of every resource: who did what to it, when, for whom, by which command. */
@ApiTags('audit')
@Controller('v1')
export class HistoryController {
  constructor(
    private readonly reader: Reader,
    private readonly sight: CustomerSight,
    private readonly histories: Histories,
    @Inject(TIERBOOK) private readonly tierbook: Tierbook,
  ) {}

  @Get('customers/:id/events')
  @ReadRoute({
    action: 'read-customer-events',
    path: OF_A_CUSTOMER,
    answers: HISTORY,
    summary: "One customer's history with its subscriptions', as far as the caller may see them.",
    problems,
  })
  customer(
    @HttpExchange() exchange: Exchange,
    @Param('id', IdPipe) customerId: CustomerId,
    @Query() query: HistoryQuery,
  ) {
    const of = { category: 'customer', id: customerId };
    return this.history(exchange, query, 'read-customer-events', of, (caller) =>
      this.sight.of(caller, customerId),
    );
  }

  @Get('customers/:id/subscriptions/:sid/events')
  @ReadRoute({
    action: 'read-subscription-events',
    path: { ...OF_A_CUSTOMER, sid: id('The subscription.') },
    answers: HISTORY,
    summary: "One subscription's history, with that of the delegations on it.",
    problems,
  })
  subscription(
    @HttpExchange() exchange: Exchange,
    @Param('id', IdPipe) customerId: CustomerId,
    @Param('sid', IdPipe) thing: SubscriptionId,
    @Query() query: HistoryQuery,
  ) {
    const of = { category: 'customer', id: customerId, thing };
    return this.history(exchange, query, 'read-subscription-events', of, async (caller) => {
      const sight = await this.sight.of(caller, customerId);
      const { state } = await this.tierbook.aggregates.load(aggregates.customer, customerId);
      const isThere = state.status !== 'none' && state.subscriptions.get(thing) !== undefined;
      if (!isThere || !covers(sight, thing)) throw missing('subscription');
    });
  }

  @Get('customers/:id/delegations/:did/events')
  @ReadRoute({
    action: 'read-delegation-events',
    path: { ...OF_A_CUSTOMER, did: id('The delegation.') },
    answers: HISTORY,
    summary: "One delegation's history; for a reseller, of one of its own.",
    problems,
  })
  delegation(
    @HttpExchange() exchange: Exchange,
    @Param('id', IdPipe) customerId: CustomerId,
    @Param('did', IdPipe) thing: DelegationId,
    @Query() query: HistoryQuery,
  ) {
    const of = { category: 'customer', id: customerId, thing };
    return this.history(exchange, query, 'read-delegation-events', of, async (caller) => {
      await this.sight.of(caller, customerId);
      if (!(await this.isDelegationOf(caller, customerId, thing))) throw missing('delegation');
    });
  }

  @Get('providers/:id/events')
  @ReadRoute({
    action: 'read-provider-events',
    path: { id: id('The provider.') },
    answers: HISTORY,
    summary: "A provider's own history; all that it did is under /v1/events.",
    problems,
  })
  provider(
    @HttpExchange() exchange: Exchange,
    @Param('id', IdPipe) providerId: ProviderId,
    @Query() query: HistoryQuery,
  ) {
    const of = { category: 'provider', id: providerId };
    return this.history(exchange, query, 'read-provider-events', of, async (caller) => {
      const { gathering } = this.tierbook.pipeline;
      if (!(await seesProvider(caller, providerId, gathering))) throw missing('provider');
    });
  }

  @Get('resellers/:id/events')
  @ReadRoute({
    action: 'read-reseller-events',
    path: { id: id('The reseller.') },
    answers: HISTORY,
    summary: "The history of a reseller's enrolment.",
    problems,
  })
  reseller(
    @HttpExchange() exchange: Exchange,
    @Param('id', IdPipe) resellerId: ResellerId,
    @Query() query: HistoryQuery,
  ) {
    const of = { category: 'reseller', id: resellerId };
    return this.history(exchange, query, 'read-reseller-events', of, async (caller) => {
      const { gathering } = this.tierbook.pipeline;
      if (!(await seesReseller(caller, resellerId, gathering))) throw missing('reseller');
    });
  }

  @Get('partnerships/:id/events')
  @ReadRoute({
    action: 'read-partnership-events',
    path: { id: PARTNERSHIP_ID },
    answers: HISTORY,
    summary:
      "A partnership's history through all its periods; for a reseller, that they began and ended.",
    problems,
  })
  partnership(
    @HttpExchange() exchange: Exchange,
    @Param('id', PairIdPipe) partnershipId: PartnershipId,
    @Query() query: HistoryQuery,
  ) {
    const of = { category: 'partnership', id: partnershipId };
    return this.history(exchange, query, 'read-partnership-events', of, async (caller) => {
      const { state } = await this.tierbook.aggregates.load(aggregates.partnership, partnershipId);
      if (!isSideOf(caller, state)) throw missing('partnership');
    });
  }

  @Get('partnership-requests/:id/events')
  @ReadRoute({
    action: 'read-partnership-request-events',
    path: { id: id('The request.') },
    answers: HISTORY,
    summary: "A partnership request's history.",
    problems,
  })
  partnershipRequest(
    @HttpExchange() exchange: Exchange,
    @Param('id', IdPipe) requestId: PartnershipRequestId,
    @Query() query: HistoryQuery,
  ) {
    const of = { category: 'partnershipRequest', id: requestId };
    const action = 'read-partnership-request-events';
    return this.history(exchange, query, action, of, async (caller) => {
      const { gathering } = this.tierbook.pipeline;
      const state = await gathering.read(aggregates.partnershipRequest, requestId);
      if (!isOwnedBy(caller, state)) throw missing('partnership request');
    });
  }

  @Get('offers/:id/events')
  @ReadRoute({
    action: 'read-offer-events',
    path: { id: id('The offer.') },
    answers: HISTORY,
    summary: "An offer's history.",
    problems,
  })
  offer(
    @HttpExchange() exchange: Exchange,
    @Param('id', IdPipe) offerId: OfferId,
    @Query() query: HistoryQuery,
  ) {
    const of = { category: 'offer', id: offerId };
    return this.history(exchange, query, 'read-offer-events', of, async (caller) => {
      const state = await this.tierbook.pipeline.gathering.read(aggregates.offer, offerId);
      if (!isOwnedBy(caller, state)) throw missing('offer');
    });
  }

  @Get('services/:id/events')
  @ReadRoute({
    action: 'read-service-events',
    path: { id: id('The service.') },
    answers: HISTORY,
    summary: "The history of one service of the caller's organisation.",
    problems: ['service-unknown', ...problems],
  })
  async service(
    @HttpExchange() exchange: Exchange,
    @Param('id', IdPipe) serviceId: ServiceId,
    @Query() query: HistoryQuery,
  ) {
    const principal = await this.reader.begin(exchange.request, 'read-service-events', []);
    const owner = organisationIdOf(principal);
    const { lastTouched } = await this.tierbook.aggregates.load(aggregates.services, owner);
    if (lastTouched(serviceId) < 0) throw new ProblemError('service-unknown');
    const stream = this.tierbook.aggregates.streamOf('services', owner);
    const of = { stream, thing: serviceId, target: serviceId };
    return this.histories.answer(exchange, principal, query, of);
  }

  /** Whether there is, or was, such a delegation: for a reseller, of its own. All of its events name both. */
  private async isDelegationOf(
    { organisation }: Principal,
    customerId: CustomerId,
    delegationId: DelegationId,
  ): Promise<boolean> {
    const { aggregates: streams, engines } = this.tierbook;
    const { lastTouched } = await streams.load(aggregates.customer, customerId);
    const fromRevision = lastTouched(delegationId);
    if (fromRevision < 0) return false;
    const stream = streams.streamOf('customer', customerId);
    const range = { fromRevision, limit: 1 };
    for await (const [last] of engines.eventStore.readStream(stream, range)) {
      const { delegationId: about, resellerId } = last?.data ?? {};
      const isIts = organisation.kind !== 'reseller' || resellerId === organisation.id;
      return about === delegationId && isIts;
    }
    return false;
  }

  private async history(
    exchange: Exchange,
    query: HistoryQuery,
    action: ActionOnOne,
    { category, id: ofId, thing }: { category: string; id: string; thing?: string },
    find: (principal: Principal) => Promise<unknown>,
  ): Promise<HistoryAnswer> {
    const { principal } = await this.reader.beginOn(exchange.request, action, [], find);
    return this.histories.answer(exchange, principal, query, {
      stream: this.tierbook.aggregates.streamOf(category, ofId),
      target: thing ?? ofId,
      ...(thing === undefined ? {} : { thing }),
    });
  }
}

function covers(sight: Sight, subscriptionId: SubscriptionId): boolean {
  return sight === 'all' || sight.has(subscriptionId);
}
