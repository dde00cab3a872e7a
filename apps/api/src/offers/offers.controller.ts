import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  aggregates,
  isOwnedBy,
  customerIdOf,
  PublishOfferCommand,
  RetireOfferCommand,
  ReviseOfferCommand,
} from '@tierbook/application';
import {
  activePeriodOf,
  parseDomainPrefix,
  partnershipIdOf,
  type OfferId,
  type ProviderId,
  type ResellerId,
} from '@tierbook/domain';
import { organisationIdOf, type Principal } from '@tierbook/identity';
import { TIERBOOK, type Tierbook } from '@tierbook/platform';
import { getOffer, listOffers, type OfferRow } from '@tierbook/read-models';
import { AsOf, AsOfQuery } from '../http/as-of';
import { CommandSender } from '../http/command-sender';
import { IdPipe } from '../http/id.pipe';
import { ProblemError, type ProblemCode } from '../http/problems';
import { found, missing, Reader } from '../http/reader';
import { HttpExchange, type Exchange } from '../http/request';
import { CommandRoute, ReadRoute } from '../http/routes';
import { id, ref, text } from '../http/schemas';
import type { DomainAvailability } from './domain-availability';
import { ListOffersQuery, PublishOfferDto } from './offer.dto';

const OF_AN_OFFER = [
  'offer-limits-invalid',
  'offer-prices-invalid',
  'currency-unknown',
  'country-unknown',
  'offer-refers-to-itself',
  'offer-unknown',
] as const satisfies readonly ProblemCode[];

const OF_ONE = { id: id('The offer.') };

@ApiTags('offers')
@Controller('v1')
export class OffersController {
  constructor(
    private readonly commands: CommandSender,
    private readonly reader: Reader,
    private readonly asOf: AsOf,
    @Inject(TIERBOOK) private readonly tierbook: Tierbook,
  ) {}

  @Post('offers')
  @CommandRoute({
    action: 'publish-offer',
    creates: true,
    summary: "Add an offer to the provider's catalogue.",
    problems: ['not-found', ...OF_AN_OFFER],
  })
  publish(@HttpExchange() exchange: Exchange, @Body() body: PublishOfferDto) {
    return this.commands.send(
      exchange,
      'publish-offer',
      (sent) => new PublishOfferCommand(sent, body),
      { creates: true },
    );
  }

  @Post('offers/:id/revision')
  @HttpCode(200)
  @CommandRoute({
    action: 'revise-offer',
    path: OF_ONE,
    summary: 'Replace all that an offer says, for new orders; subscriptions keep what they bought.',
    problems: ['not-found', ...OF_AN_OFFER, 'offer-retired'],
  })
  revise(
    @HttpExchange() exchange: Exchange,
    @Param('id', IdPipe) id: OfferId,
    @Body() body: PublishOfferDto,
  ) {
    return this.commands.send(
      exchange,
      'revise-offer',
      (sent) => new ReviseOfferCommand(sent, id, body),
    );
  }

  @Post('offers/:id/retirement')
  @HttpCode(200)
  @CommandRoute({
    action: 'retire-offer',
    path: OF_ONE,
    summary: 'Take no new orders of an offer; its subscriptions go on and renew.',
    problems: ['not-found'],
  })
  retire(@HttpExchange() exchange: Exchange, @Param('id', IdPipe) id: OfferId) {
    return this.commands.send(
      exchange,
      'retire-offer',
      (sent) => new RetireOfferCommand(sent, id),
      { bodiless: true },
    );
  }

  @Get('offers/:id')
  @ReadRoute({
    action: 'read-offer',
    path: OF_ONE,
    answers: ref('Offer'),
    single: true,
    asOf: 'streams',
    summary: "One offer of the provider's own.",
    problems: ['not-found', 'not-found-as-of'],
  })
  async read(
    @HttpExchange() { request, reply }: Exchange,
    @Param('id', IdPipe) id: OfferId,
    @Query() { asOf }: AsOfQuery,
  ): Promise<OfferRow> {
    await this.reader.beginOn(request, 'read-offer', ['offers'], async (caller) => {
      const offer = await this.tierbook.pipeline.gathering.read(aggregates.offer, id);
      if (!isOwnedBy(caller, offer)) throw missing('offer');
    });
    const { reads, moment } = await this.asOf.ofStream({ reply }, asOf, 'offer', id);
    return found<OfferRow>(await getOffer(reads, id), 'offer', reply, moment);
  }

  @Get('offers')
  @ReadRoute({
    action: 'list-offers',
    answers: ref('OfferPage'),
    summary: "The provider's offers; for a reseller, those of the partner that providerId names.",
    problems: ['not-found', 'cursor-invalid'],
  })
  async list(@HttpExchange() { request }: Exchange, @Query() query: ListOffersQuery) {
    const principal = await this.reader.begin(request, 'list-offers', ['offers']);
    const { providerId, ...filter } = query;
    return listOffers(this.tierbook.reads, await this.catalogueOf(principal, providerId), filter);
  }

  @Get('domains/:prefix')
  @ReadRoute({
    action: 'check-domain',
    path: { prefix: text('The prefix, in any case.', { pattern: '^[A-Za-z0-9]{1,63}$' }) },
    answers: ref('DomainAvailability'),
    summary: 'Whether a domain prefix is free for a new customer. The command still decides.',
  })
  async checkDomain(
    @HttpExchange() { request }: Exchange,
    @Param('prefix') prefix: string,
  ): Promise<DomainAvailability> {
    const principal = await this.reader.begin(request, 'check-domain', []);
    const domain = parseDomainPrefix(prefix);
    if (domain === null) {
      throw new ProblemError(
        'query-invalid',
        'A domain prefix is 1 to 63 ASCII letters and digits.',
      );
    }
    const id = customerIdOf(organisationIdOf(principal) as ProviderId, domain);
    const { state } = await this.tierbook.aggregates.load(aggregates.customer, id);
    return { domain, available: state.status === 'none' };
  }

  private async catalogueOf(
    { organisation }: Principal,
    asked: string | undefined,
  ): Promise<ProviderId> {
    if (organisation.kind === 'provider') {
      if (asked === undefined || asked === organisation.id) return organisation.id as ProviderId;
      throw missing('provider');
    }
    if (asked === undefined) {
      throw new ProblemError(
        'query-invalid',
        'Name the partner whose offers to list: ?providerId=.',
      );
    }
    const partnershipId = partnershipIdOf(
      asked as ProviderId,
      organisation.kind === 'reseller' ? (organisation.id as ResellerId) : ('' as ResellerId),
    );
    const { state } = await this.tierbook.aggregates.load(aggregates.partnership, partnershipId);
    if (activePeriodOf(state) === null) throw missing('provider');
    return asked as ProviderId;
  }
}
