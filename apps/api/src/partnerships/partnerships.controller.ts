import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiBody, ApiTags } from '@nestjs/swagger';
import {
  AcceptPartnershipCommand,
  aggregates,
  DeclinePartnershipCommand,
  EndPartnershipCommand,
  isSideOf,
} from '@tierbook/application';
import type { PartnershipId } from '@tierbook/domain';
import type { Principal } from '@tierbook/identity';
import { TIERBOOK, type Tierbook } from '@tierbook/platform';
import { getPartnership, type PartnerRow } from '@tierbook/read-models';
import { AsOf, AsOfQuery } from '../http/as-of';
import { CommandSender } from '../http/command-sender';
import { PairIdPipe } from '../http/id.pipe';
import type { ProblemCode } from '../http/problems';
import { AsOfPagingQuery } from '../http/paging';
import { found, missing, Reader } from '../http/reader';
import { HttpExchange, type Exchange } from '../http/request';
import { CommandRoute, ReadRoute } from '../http/routes';
import { PARTNERSHIP_ID, ref } from '../http/schemas';
import { OffBoardings } from './off-boarding';
import { AcceptPartnershipDto, DeclinePartnershipDto, EndPartnershipDto } from './partnership.dto';

const OF_THE_LINK = [
  'invitation-unknown',
  'invitation-superseded',
  'partnership-request-withdrawn',
  'partnership-request-declined',
  'partnership-request-expired',
  'partnership-request-accepted',
] as const satisfies readonly ProblemCode[];

@ApiTags('partnerships')
@Controller('v1')
export class PartnershipsController {
  constructor(
    private readonly commands: CommandSender,
    private readonly reader: Reader,
    private readonly asOf: AsOf,
    private readonly offBoardings: OffBoardings,
    @Inject(TIERBOOK) private readonly tierbook: Tierbook,
  ) {}

  @Post('partnership-acceptances')
  @CommandRoute({
    action: 'accept-partnership',
    creates: true,
    summary: 'Accept the partnership that a link offers. The link works once.',
    problems: [
      ...OF_THE_LINK,
      'consent-missing',
      'reseller-not-enrolled',
      'reseller-suspended',
      'region-mismatch',
      'partnership-already-active',
    ],
  })
  accept(@HttpExchange() exchange: Exchange, @Body() body: AcceptPartnershipDto) {
    return this.commands.send(
      exchange,
      'accept-partnership',
      (sent) => new AcceptPartnershipCommand(sent, body),
      { creates: true },
    );
  }

  @Post('partnership-declines')
  @HttpCode(200)
  @CommandRoute({
    action: 'decline-partnership',
    summary: 'Decline the partnership that a link offers.',
    problems: OF_THE_LINK,
  })
  decline(@HttpExchange() exchange: Exchange, @Body() body: DeclinePartnershipDto) {
    return this.commands.send(
      exchange,
      'decline-partnership',
      (sent) => new DeclinePartnershipCommand(sent, body),
    );
  }

  @Post('partnerships/:id/end')
  @HttpCode(200)
  @ApiBody({ type: EndPartnershipDto, required: false })
  @CommandRoute({
    action: 'end-partnership',
    path: { id: PARTNERSHIP_ID },
    plans: ref('EndPlanAnswer'),
    summary:
      'End a partnership, from either side: what the reseller was delegated ends at once, and all that it has of the customers is given back, or moves to a successor. A dry run says what that is.',
    problems: [
      'not-found',
      'partnership-not-active',
      'successor-not-another',
      'credit-end-out-of-range',
    ],
  })
  async end(
    @HttpExchange() exchange: Exchange,
    @Param('id', PairIdPipe) id: PartnershipId,
    @Body() body: EndPartnershipDto,
  ) {
    const answer = await this.commands.send(
      exchange,
      'end-partnership',
      (sent) => new EndPartnershipCommand(sent, id, body),
    );
    if (!('plan' in answer)) return answer;
    const isPlanned = answer.plan.outcome === 'accepted';
    return { ...answer, offBoarding: isPlanned ? await this.offBoardings.of(id) : null };
  }

  @Get('partnerships/:id/off-boarding')
  @ReadRoute({
    action: 'read-off-boarding',
    path: { id: PARTNERSHIP_ID },
    answers: ref('OffBoarding'),
    summary:
      'What the reseller has of the provider’s customers; once the partnership has ended, what was given back and what is left.',
    asOf: 'views',
    problems: ['not-found', 'not-found-as-of', 'cursor-invalid'],
  })
  async offBoarding(
    @HttpExchange() exchange: Exchange,
    @Param('id', PairIdPipe) id: PartnershipId,
    @Query() { asOf, ...paging }: AsOfPagingQuery,
  ) {
    await this.reader.beginOn(exchange.request, 'read-off-boarding', ['holdings'], (principal) =>
      this.assertSide(principal, id),
    );
    return this.asOf.ofViews(exchange, asOf, (then) => this.offBoardings.of(id, paging, then));
  }

  @Get('partnerships/:id')
  @ReadRoute({
    action: 'read-partnership',
    path: { id: PARTNERSHIP_ID },
    answers: ref('Partner'),
    single: true,
    asOf: 'views',
    summary: 'One partnership, for either side.',
    problems: ['not-found', 'not-found-as-of'],
  })
  async read(
    @HttpExchange() exchange: Exchange,
    @Param('id', PairIdPipe) id: PartnershipId,
    @Query() { asOf }: AsOfQuery,
  ) {
    await this.reader.beginOn(
      exchange.request,
      'read-partnership',
      ['partnerships', 'resellers'],
      (principal) => this.assertSide(principal, id),
    );
    return this.asOf.ofViews(exchange, asOf, async ({ reads, moment }) => {
      const partnership = await getPartnership(reads, id);
      return found<PartnerRow>(partnership, 'partnership', exchange.reply, moment);
    });
  }

  private async assertSide(principal: Principal, id: PartnershipId): Promise<void> {
    const { state } = await this.tierbook.aggregates.load(aggregates.partnership, id);
    if (!isSideOf(principal, state)) throw missing('partnership');
  }
}
