import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { ProviderId } from '@tierbook/domain';
import { organisationIdOf } from '@tierbook/identity';
import { TIERBOOK, type Tierbook } from '@tierbook/platform';
import { listProviderSubscriptions } from '@tierbook/read-models';
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
    @Inject(TIERBOOK) private readonly tierbook: Tierbook,
  ) {}

  @Get()
  @ReadRoute({
    action: 'list-provider-subscriptions',
    answers: ref('ListedSubscriptionPage'),
    summary: "The subscriptions of all of a provider's customers, by the end of their terms.",
    problems: ['cursor-invalid'],
  })
  async list(
    @HttpExchange() { request }: Exchange,
    @Query() query: ListProviderSubscriptionsQuery,
  ) {
    const principal = await this.reader.begin(request, 'list-provider-subscriptions', [
      'subscriptions',
      'customers',
      'resellers',
    ]);
    const providerId = organisationIdOf(principal) as ProviderId;
    return listProviderSubscriptions(this.tierbook.reads, {
      ...subscriptionFilterOf(query),
      providerId,
    });
  }
}
