import { Body, Controller, Get, Inject, Param, Post, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  AssociateSubscriptionResellerCommand,
  ChangeQuantityCommand,
  DesignateSupportContactCommand,
  OrderSubscriptionCommand,
} from '@tierbook/application';
import type { CustomerId, ProviderId, SubscriptionId } from '@tierbook/domain';
import { TIERBOOK, type Tierbook } from '@tierbook/platform';
import {
  getSubscription,
  getSubscriptions,
  listSubscriptions,
  supportContactChoices,
  type SubscriptionRow,
} from '@tierbook/read-models';
import { CustomerSight } from '../customers/customer-sight';
import { OF_AN_ORDER } from '../customers/customers.controller';
import { CommandSender } from '../http/command-sender';
import { IdPipe } from '../http/id.pipe';
import { PagingQuery } from '../http/paging';
import type { ProblemCode } from '../http/problems';
import { found, missing, Reader } from '../http/reader';
import { HttpExchange, type Exchange } from '../http/request';
import { CommandRoute, ReadRoute } from '../http/routes';
import { id, ref } from '../http/schemas';
import {
  AssociateResellerDto,
  ChangeQuantityDto,
  ChosenResellerDto,
  OrderSubscriptionDto,
} from './subscription.dto';

const OF_A_SUBSCRIPTION = [
  'not-found',
  'delegation-insufficient',
  'subscription-unknown',
  'subscription-not-active',
] as const satisfies readonly ProblemCode[];

const OF_A_CUSTOMER = { id: id('The customer.') };
const OF_ONE = { ...OF_A_CUSTOMER, sid: id('The subscription.') };

@ApiTags('subscriptions')
@Controller('v1/customers/:id/subscriptions')
export class SubscriptionsController {
  constructor(
    private readonly commands: CommandSender,
    private readonly reader: Reader,
    private readonly sight: CustomerSight,
    @Inject(TIERBOOK) private readonly tierbook: Tierbook,
  ) {}

  @Post()
  @CommandRoute({
    action: 'order-subscription',
    path: OF_A_CUSTOMER,
    creates: true,
    summary: 'Buy a subscription for an existing customer.',
    problems: ['not-found', 'delegation-insufficient', ...OF_AN_ORDER],
  })
  order(
    @HttpExchange() exchange: Exchange,
    @Param('id', IdPipe) id: CustomerId,
    @Body() body: OrderSubscriptionDto,
  ) {
    return this.commands.send(
      exchange,
      'order-subscription',
      (sent) => new OrderSubscriptionCommand(sent, id, body),
      { creates: true },
    );
  }

  @Put(':sid/quantity')
  @CommandRoute({
    action: 'change-quantity',
    path: OF_ONE,
    summary: 'Buy more licences, or fewer.',
    problems: [...OF_A_SUBSCRIPTION, 'quantity-out-of-range'],
  })
  changeQuantity(
    @HttpExchange() exchange: Exchange,
    @Param('id', IdPipe) id: CustomerId,
    @Param('sid', IdPipe) sid: SubscriptionId,
    @Body() body: ChangeQuantityDto,
  ) {
    return this.commands.send(
      exchange,
      'change-quantity',
      (sent) => new ChangeQuantityCommand(sent, id, sid, body),
    );
  }

  @Put(':sid/reseller')
  @CommandRoute({
    action: 'associate-subscription-reseller',
    path: OF_ONE,
    summary:
      'Associate a reseller with the subscription: of record from now, and, unless delegatedAdmin is false, its administrator. null leaves nobody credited.',
    problems: [...OF_A_SUBSCRIPTION, 'partnership-not-active'],
  })
  associateReseller(
    @HttpExchange() exchange: Exchange,
    @Param('id', IdPipe) id: CustomerId,
    @Param('sid', IdPipe) sid: SubscriptionId,
    @Body() body: AssociateResellerDto,
  ) {
    return this.commands.send(
      exchange,
      'associate-subscription-reseller',
      (sent) => new AssociateSubscriptionResellerCommand(sent, id, sid, body),
    );
  }

  @Put(':sid/support-contact')
  @CommandRoute({
    action: 'designate-support-contact',
    path: OF_ONE,
    summary: 'Choose who handles support requests: a partnered reseller, or the provider (null).',
    problems: [...OF_A_SUBSCRIPTION, 'partnership-not-active'],
  })
  designateSupportContact(
    @HttpExchange() exchange: Exchange,
    @Param('id', IdPipe) id: CustomerId,
    @Param('sid', IdPipe) sid: SubscriptionId,
    @Body() body: ChosenResellerDto,
  ) {
    return this.commands.send(
      exchange,
      'designate-support-contact',
      (sent) => new DesignateSupportContactCommand(sent, id, sid, body),
    );
  }

  @Get()
  @ReadRoute({
    action: 'list-subscriptions',
    path: OF_A_CUSTOMER,
    answers: ref('SubscriptionPage'),
    summary: "A customer's subscriptions in the order they were bought.",
    problems: ['not-found', 'cursor-invalid'],
  })
  async list(
    @HttpExchange() { request }: Exchange,
    @Param('id', IdPipe) id: CustomerId,
    @Query() paging: PagingQuery,
  ) {
    const principal = await this.reader.begin(request, 'list-subscriptions', [
      'subscriptions',
      'resellers',
    ]);
    const sight = await this.sight.of(principal, id);
    const { reads } = this.tierbook;
    if (sight === 'all') return listSubscriptions(reads, id, paging);
    return { items: await getSubscriptions(reads, [...sight]), nextCursor: null };
  }

  @Get(':sid')
  @ReadRoute({
    action: 'read-subscription',
    path: OF_ONE,
    answers: ref('Subscription'),
    single: true,
    summary: 'One subscription.',
    problems: ['not-found'],
  })
  async read(
    @HttpExchange() { request, reply }: Exchange,
    @Param('id', IdPipe) id: CustomerId,
    @Param('sid', IdPipe) sid: SubscriptionId,
  ) {
    const principal = await this.reader.begin(request, 'read-subscription', [
      'subscriptions',
      'resellers',
    ]);
    const sight = await this.sight.of(principal, id);
    if (sight !== 'all' && !sight.has(sid)) throw missing('subscription');
    const subscription = await getSubscription(this.tierbook.reads, sid);
    const own = subscription?.customerId === id ? subscription : undefined;
    return found<SubscriptionRow>(own, 'subscription', reply);
  }

  @Get(':sid/support-contact-choices')
  @ReadRoute({
    action: 'list-support-contact-choices',
    path: OF_ONE,
    answers: ref('SupportContactChoicePage'),
    summary: 'Who can be designated support contact: the provider, and its active partners.',
    problems: ['not-found', 'cursor-invalid'],
  })
  async supportContactChoices(
    @HttpExchange() { request }: Exchange,
    @Param('id', IdPipe) id: CustomerId,
    @Param('sid', IdPipe) sid: SubscriptionId,
    @Query() paging: PagingQuery,
  ) {
    const principal = await this.reader.begin(request, 'list-support-contact-choices', [
      'subscriptions',
      'partnerships',
      'resellers',
      'providers',
    ]);
    await this.sight.of(principal, id);
    const subscription = await getSubscription(this.tierbook.reads, sid);
    if (subscription?.customerId !== id) throw missing('subscription');
    const { organisation } = principal;
    const providerId = (organisation.kind === 'provider' ? organisation.id : '') as ProviderId;
    return supportContactChoices(this.tierbook.reads, providerId, paging);
  }
}
