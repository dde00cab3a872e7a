import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { ProviderId } from '@tierbook/domain';
import { organisationIdOf } from '@tierbook/identity';
import { listProviderSubscriptions } from '@tierbook/read-models';
import { isErased } from '../customers/listed-as-of';
import { AsOf, sayErased } from '../http/as-of';
import { Reader } from '../http/reader';
import { HttpExchange, type Exchange } from '../http/request';
import { ReadRoute } from '../http/routes';
import { ref } from '../http/schemas';
import { ListProviderSubscriptionsQuery, subscriptionFilterOf } from './list-subscriptions.query';

/** Subscriptions across a provider's customers: renewals, what an offer sold, what nobody is credited for. */
@ApiTags('subscriptions')
@Controller('v1/subscriptions')
export class ProviderSubscriptionsController {
  constructor(
    private readonly reader: Reader,
    private readonly asOf: AsOf,
  ) {}

  @Get()
  @ReadRoute({
    action: 'list-provider-subscriptions',
    answers: ref('ListedSubscriptionPage'),
    summary: "The subscriptions of all of a provider's customers, by the end of their terms.",
    asOf: 'views',
    problems: ['cursor-invalid', 'time-span-empty'],
  })
  async list(@HttpExchange() exchange: Exchange, @Query() query: ListProviderSubscriptionsQuery) {
    const principal = await this.reader.begin(exchange.request, 'list-provider-subscriptions', [
      'subscriptions',
      'customers',
      'resellers',
    ]);
    const providerId = organisationIdOf(principal) as ProviderId;
    const filter = { ...subscriptionFilterOf(query), providerId };
    return this.asOf.ofViews(exchange, query.asOf, async (then) => {
      const page = await listProviderSubscriptions(then.reads, filter);
      const customers = page.items.map(({ customer }) => customer);
      sayErased(exchange.reply, then, 'customers', customers, isErased);
      return page;
    });
  }
}
