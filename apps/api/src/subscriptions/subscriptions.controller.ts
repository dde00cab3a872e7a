import { Body, Controller, Get, HttpCode, Inject, Param, Post, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { aggregates, OrderSubscriptionCommand } from '@tierbook/application';
import {
  creditLedger,
  creditsOf,
  type CustomerId,
  type ProviderId,
  type SubscriptionId,
} from '@tierbook/domain';
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
import { AsOf, AsOfQuery } from '../http/as-of';
import { CommandSender } from '../http/command-sender';
import { IdPipe } from '../http/id.pipe';
import { AsOfPagingQuery, checkBounds, PagingQuery } from '../http/paging';
import { shownAsOf } from '../http/other-resellers';
import { found, missing, Reader } from '../http/reader';
import { HttpExchange, type Exchange } from '../http/request';
import { CommandRoute, ReadRoute } from '../http/routes';
import { id, ref } from '../http/schemas';
import {
  OF_A_SUBSCRIPTION,
  OF_AN_UPGRADE,
  SUBSCRIPTION_COMMANDS,
  type SubscriptionCommandName,
} from './subscription-commands';
import {
  AssociateResellerDto,
  ChangeQuantityDto,
  ChosenResellerDto,
  CreditsQuery,
  OrderSubscriptionDto,
  RenameSubscriptionDto,
  ScheduleChangeDto,
  SetAutoRenewDto,
  UpgradeSubscriptionDto,
} from './subscription.dto';

const OF_A_CUSTOMER = { id: id('The customer.') };
const OF_ONE = { ...OF_A_CUSTOMER, sid: id('The subscription.') };

@ApiTags('subscriptions')
@Controller('v1/customers/:id/subscriptions')
export class SubscriptionsController {
  constructor(
    private readonly commands: CommandSender,
    private readonly reader: Reader,
    private readonly asOf: AsOf,
    private readonly sight: CustomerSight,
    @Inject(TIERBOOK) private readonly tierbook: Tierbook,
  ) {}

  @Post()
  @CommandRoute({
    action: 'order-subscription',
    path: OF_A_CUSTOMER,
    creates: true,
    summary: 'Buy a subscription for an existing customer.',
    problems: ['not-found', 'delegation-insufficient', 'customer-ended', ...OF_AN_ORDER],
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
    answers: ref('LicenceAnswer'),
    summary:
      'Buy more licences, at once, or fewer: at once with a refund inside their seven days, else at the end of the term.',
    problems: [
      ...OF_A_SUBSCRIPTION,
      'subscription-not-active',
      'quantity-out-of-range',
      'subscription-not-renewing',
      'scheduled-change-exists',
    ],
  })
  changeQuantity(
    @HttpExchange() exchange: Exchange,
    @Param('id', IdPipe) id: CustomerId,
    @Param('sid', IdPipe) sid: SubscriptionId,
    @Body() body: ChangeQuantityDto,
  ) {
    return this.change(exchange, 'change-quantity', [id, sid], body);
  }

  @Put(':sid/reseller')
  @CommandRoute({
    action: 'associate-subscription-reseller',
    path: OF_ONE,
    summary:
      'Associate a reseller with the subscription: of record from a day on, and, unless delegatedAdmin is false, its administrator. null leaves nobody credited.',
    problems: [
      ...OF_A_SUBSCRIPTION,
      'partnership-not-active',
      'effective-date-before-term',
      'effective-date-in-future',
    ],
  })
  associateReseller(
    @HttpExchange() exchange: Exchange,
    @Param('id', IdPipe) id: CustomerId,
    @Param('sid', IdPipe) sid: SubscriptionId,
    @Body() body: AssociateResellerDto,
  ) {
    return this.change(exchange, 'associate-subscription-reseller', [id, sid], body);
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
    return this.change(exchange, 'designate-support-contact', [id, sid], body);
  }

  @Put(':sid/name')
  @CommandRoute({
    action: 'rename-subscription',
    path: OF_ONE,
    summary: 'Give the subscription a name.',
    problems: [...OF_A_SUBSCRIPTION],
  })
  rename(
    @HttpExchange() exchange: Exchange,
    @Param('id', IdPipe) id: CustomerId,
    @Param('sid', IdPipe) sid: SubscriptionId,
    @Body() body: RenameSubscriptionDto,
  ) {
    return this.change(exchange, 'rename-subscription', [id, sid], body);
  }

  @Put(':sid/auto-renew')
  @CommandRoute({
    action: 'set-auto-renew',
    path: OF_ONE,
    summary: 'Renew at the end of each term, or do not.',
    problems: [...OF_A_SUBSCRIPTION, 'scheduled-change-exists'],
  })
  setAutoRenew(
    @HttpExchange() exchange: Exchange,
    @Param('id', IdPipe) id: CustomerId,
    @Param('sid', IdPipe) sid: SubscriptionId,
    @Body() body: SetAutoRenewDto,
  ) {
    return this.change(exchange, 'set-auto-renew', [id, sid], body);
  }

  @Post(':sid/suspension')
  @HttpCode(200)
  @CommandRoute({
    action: 'suspend-subscription',
    path: OF_ONE,
    summary: 'Suspend the subscription and its add-ons.',
    problems: [...OF_A_SUBSCRIPTION, 'subscription-not-active'],
  })
  suspend(
    @HttpExchange() exchange: Exchange,
    @Param('id', IdPipe) id: CustomerId,
    @Param('sid', IdPipe) sid: SubscriptionId,
  ) {
    return this.change(exchange, 'suspend-subscription', [id, sid]);
  }

  @Post(':sid/reactivation')
  @HttpCode(200)
  @CommandRoute({
    action: 'reactivate-subscription',
    path: OF_ONE,
    summary: 'Reactivate the subscription, and the add-ons that were suspended with it.',
    problems: [...OF_A_SUBSCRIPTION, 'subscription-not-suspended', 'add-on-needs-base'],
  })
  reactivate(
    @HttpExchange() exchange: Exchange,
    @Param('id', IdPipe) id: CustomerId,
    @Param('sid', IdPipe) sid: SubscriptionId,
  ) {
    return this.change(exchange, 'reactivate-subscription', [id, sid]);
  }

  @Post(':sid/cancellation')
  @HttpCode(200)
  @CommandRoute({
    action: 'cancel-subscription',
    path: OF_ONE,
    answers: ref('LicenceAnswer'),
    summary:
      'Cancel: at once with a refund inside seven days of purchase or renewal, else at the end of the term.',
    problems: [...OF_A_SUBSCRIPTION],
  })
  cancel(
    @HttpExchange() exchange: Exchange,
    @Param('id', IdPipe) id: CustomerId,
    @Param('sid', IdPipe) sid: SubscriptionId,
  ) {
    return this.change(exchange, 'cancel-subscription', [id, sid]);
  }

  @Post(':sid/upgrade')
  @HttpCode(200)
  @CommandRoute({
    action: 'upgrade-subscription',
    path: OF_ONE,
    summary: 'Move the subscription to an upgrade target of its offer.',
    problems: [
      ...OF_A_SUBSCRIPTION,
      'subscription-not-active',
      ...OF_AN_UPGRADE,
      'scheduled-change-exists',
    ],
  })
  upgrade(
    @HttpExchange() exchange: Exchange,
    @Param('id', IdPipe) id: CustomerId,
    @Param('sid', IdPipe) sid: SubscriptionId,
    @Body() body: UpgradeSubscriptionDto,
  ) {
    return this.change(exchange, 'upgrade-subscription', [id, sid], body);
  }

  @Put(':sid/scheduled-change')
  @CommandRoute({
    action: 'schedule-change',
    path: OF_ONE,
    summary:
      'Schedule what happens at the end of the term, in the place of what was scheduled before.',
    problems: [
      ...OF_A_SUBSCRIPTION,
      'subscription-not-active',
      ...OF_AN_UPGRADE,
      'subscription-not-renewing',
    ],
  })
  scheduleChange(
    @HttpExchange() exchange: Exchange,
    @Param('id', IdPipe) id: CustomerId,
    @Param('sid', IdPipe) sid: SubscriptionId,
    @Body() body: ScheduleChangeDto,
  ) {
    return this.change(exchange, 'schedule-change', [id, sid], body);
  }

  @Post(':sid/scheduled-change-undoing')
  @HttpCode(200)
  @CommandRoute({
    action: 'undo-scheduled-change',
    path: OF_ONE,
    summary: 'Take back what was scheduled for the end of the term.',
    problems: [...OF_A_SUBSCRIPTION],
  })
  undoScheduledChange(
    @HttpExchange() exchange: Exchange,
    @Param('id', IdPipe) id: CustomerId,
    @Param('sid', IdPipe) sid: SubscriptionId,
  ) {
    return this.change(exchange, 'undo-scheduled-change', [id, sid]);
  }

  @Get(':sid/credits')
  @ReadRoute({
    action: 'read-credits',
    path: OF_ONE,
    answers: ref('Credits'),
    summary:
      'Who is credited for the subscription: intervals of whole days (UTC), and licence-days and list amount by reseller.',
    asOf: 'streams',
    problems: ['not-found', 'not-found-as-of', 'time-span-empty'],
  })
  async credits(
    @HttpExchange() { request, reply }: Exchange,
    @Param('id', IdPipe) id: CustomerId,
    @Param('sid', IdPipe) sid: SubscriptionId,
    @Query() { asOf, ...days }: CreditsQuery,
  ) {
    await this.reader.beginOn(request, 'read-credits', [], (principal) =>
      this.sight.of(principal, id),
    );
    checkBounds(days, 'from', 'to');
    const moment = await this.asOf.moment(reply, asOf);
    const { state } = await this.asOf.load(aggregates.customer, id, moment);
    const subscription = state.status === 'none' ? undefined : state.subscriptions.get(sid);
    if (subscription === undefined) throw missing('subscription', moment);
    return { intervals: creditLedger(subscription), credits: creditsOf(subscription, days) };
  }

  @Get()
  @ReadRoute({
    action: 'list-subscriptions',
    path: OF_A_CUSTOMER,
    answers: ref('SubscriptionPage'),
    summary: "A customer's subscriptions in the order they were bought.",
    asOf: 'streams',
    problems: ['not-found', 'not-found-as-of', 'cursor-invalid'],
  })
  async list(
    @HttpExchange() { request, reply }: Exchange,
    @Param('id', IdPipe) id: CustomerId,
    @Query() { asOf, ...paging }: AsOfPagingQuery,
  ) {
    const { principal, seen: sight } = await this.reader.beginOn(
      request,
      'list-subscriptions',
      ['subscriptions', 'resellers'],
      (caller) => this.sight.of(caller, id),
    );
    const { reads, moment } = await this.asOf.ofCustomer({ reply }, asOf, id);
    const page =
      sight === 'all'
        ? await listSubscriptions(reads, id, paging)
        : { items: await getSubscriptions(reads, [...sight]), nextCursor: null };
    return shownAsOf(principal, moment, page);
  }

  @Get(':sid')
  @ReadRoute({
    action: 'read-subscription',
    path: OF_ONE,
    answers: ref('Subscription'),
    single: true,
    asOf: 'streams',
    summary: 'One subscription.',
    problems: ['not-found', 'not-found-as-of'],
  })
  async read(
    @HttpExchange() { request, reply }: Exchange,
    @Param('id', IdPipe) id: CustomerId,
    @Param('sid', IdPipe) sid: SubscriptionId,
    @Query() { asOf }: AsOfQuery,
  ) {
    const { principal, seen: sight } = await this.reader.beginOn(
      request,
      'read-subscription',
      ['subscriptions', 'resellers'],
      (caller) => this.sight.of(caller, id),
    );
    if (sight !== 'all' && !sight.has(sid)) throw missing('subscription');
    const { reads, moment } = await this.asOf.ofCustomer({ reply }, asOf, id);
    const subscription = await getSubscription(reads, sid);
    const own = subscription?.customerId === id ? subscription : undefined;
    const row = found<SubscriptionRow>(own, 'subscription', reply, moment);
    return shownAsOf(principal, moment, row);
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
    const { principal } = await this.reader.beginOn(
      request,
      'list-support-contact-choices',
      ['subscriptions', 'partnerships', 'resellers', 'providers'],
      (caller) => this.sight.of(caller, id),
    );
    const subscription = await getSubscription(this.tierbook.reads, sid);
    if (subscription?.customerId !== id) throw missing('subscription');
    const { organisation } = principal;
    const providerId = (organisation.kind === 'provider' ? organisation.id : '') as ProviderId;
    return supportContactChoices(this.tierbook.reads, providerId, paging);
  }

  private change(
    exchange: Exchange,
    command: SubscriptionCommandName,
    on: readonly [CustomerId, SubscriptionId],
    body: object = {},
  ) {
    const kind = SUBSCRIPTION_COMMANDS[command];
    const made = kind.of(body as never);
    return this.commands.send(exchange, command, (sent) => made([sent, ...on]), {
      bodiless: !('dto' in kind),
    });
  }
}
