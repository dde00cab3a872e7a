import { Module, type DynamicModule } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { CqrsModule } from '@nestjs/cqrs';
import { TerminusModule } from '@nestjs/terminus';
import {
  commandHandlers,
  partsOf,
  type Configuration,
  type Logger,
  type Tierbook,
} from '@tierbook/platform';
import { EventFeed } from './audit/event-feed';
import { EventSight } from './audit/event-sight';
import { EventsController } from './audit/events.controller';
import { Histories } from './audit/histories';
import { HistoryController } from './audit/history.controller';
import { RefusalsController } from './audit/refusals.controller';
import { TransparencyController } from './audit/transparency.controller';
import { CountryRulesController } from './country-rules/country-rules.controller';
import { CustomerBatchController } from './customers/customer-batch.controller';
import { CustomerSight } from './customers/customer-sight';
import { CustomerAccountController } from './customers/customer-account.controller';
import { CustomersController } from './customers/customers.controller';
import { CustomersOfReseller } from './customers/customers-of-reseller';
import { DelegationsController } from './delegations/delegations.controller';
import { AccessGuard } from './http/access.guard';
import { AsOf, AsOfGuard } from './http/as-of';
import { CommandSender } from './http/command-sender';
import { ReadYourWrites } from './http/read-your-writes';
import { Reader } from './http/reader';
import { RefusalNotes } from './http/refusal-notes';
import { RequestLimits } from './http/request-limits';
import { OffersController } from './offers/offers.controller';
import { HealthController } from './operations/health.controller';
import { Metrics } from './operations/metrics';
import { MetricsController } from './operations/metrics.controller';
import { ProjectionsController } from './operations/projections.controller';
import { OffBoardings } from './partnerships/off-boarding';
import { PartnershipRequestsController } from './partnerships/partnership-requests.controller';
import { PartnershipsController } from './partnerships/partnerships.controller';
import { ProvidersController } from './providers/providers.controller';
import { ResellersController } from './resellers/resellers.controller';
import { ProviderSubscriptionsController } from './subscriptions/provider-subscriptions.controller';
import { ServicesController } from './services/services.controller';
import { TokenController } from './services/token.controller';
import { SubscriptionsController } from './subscriptions/subscriptions.controller';

/** The HTTP face of an opened service. */
@Module({})
export class ApiModule {
  static of(
    tierbook: Tierbook,
    configuration: Configuration,
    logger: Logger,
    metrics: Metrics,
    limits: RequestLimits,
  ): DynamicModule {
    return {
      module: ApiModule,
      imports: [CqrsModule.forRoot(), TerminusModule.forRoot({ logger: false })],
      controllers: [
        ProvidersController,
        ResellersController,
        PartnershipRequestsController,
        PartnershipsController,
        CountryRulesController,
        OffersController,
        CustomersController,
        CustomerBatchController,
        CustomerAccountController,
        SubscriptionsController,
        ProviderSubscriptionsController,
        DelegationsController,
        EventsController,
        HistoryController,
        RefusalsController,
        TransparencyController,
        ServicesController,
        TokenController,
        HealthController,
        MetricsController,
        ProjectionsController,
      ],
      providers: [
        ...partsOf(tierbook, configuration, logger),
        ...commandHandlers,
        { provide: APP_GUARD, useClass: AccessGuard },
        { provide: APP_GUARD, useClass: AsOfGuard },
        { provide: Metrics, useValue: metrics },
        { provide: RequestLimits, useValue: limits },
        RefusalNotes,
        CommandSender,
        Reader,
        AsOf,
        ReadYourWrites,
        CustomerSight,
        CustomersOfReseller,
        OffBoardings,
        EventFeed,
        Histories,
        EventSight,
      ],
    };
  }
}
