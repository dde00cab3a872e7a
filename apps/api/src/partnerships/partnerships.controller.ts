import { Body, Controller, Get, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { ApiBody, ApiTags } from '@nestjs/swagger';
import {
  AcceptPartnershipCommand,
  aggregates,
  DeclinePartnershipCommand,
  EndPartnershipCommand,
  isSideOf,
} from '@tierbook/application';
import type { PartnershipId } from '@tierbook/domain';
import { TIERBOOK, type Tierbook } from '@tierbook/platform';
import { getPartnership, type PartnerRow } from '@tierbook/read-models';
import { CommandSender } from '../http/command-sender';
import { PairIdPipe } from '../http/id.pipe';
import type { ProblemCode } from '../http/problems';
import { found, missing, Reader } from '../http/reader';
import { HttpExchange, type Exchange } from '../http/request';
import { CommandRoute, ReadRoute } from '../http/routes';
import { PARTNERSHIP_ID, ref } from '../http/schemas';
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
    summary: 'End a partnership, from either side: what the reseller was delegated ends with it.',
    problems: ['not-found', 'partnership-not-active'],
  })
  end(
    @HttpExchange() exchange: Exchange,
    @Param('id', PairIdPipe) id: PartnershipId,
    @Body() body: EndPartnershipDto,
  ) {
    return this.commands.send(
      exchange,
      'end-partnership',
      (sent) => new EndPartnershipCommand(sent, id, body),
    );
  }

  @Get('partnerships/:id')
  @ReadRoute({
    action: 'read-partnership',
    path: { id: PARTNERSHIP_ID },
    answers: ref('Partner'),
    single: true,
    summary: 'One partnership, for either side.',
    problems: ['not-found'],
  })
  async read(
    @HttpExchange() { request, reply }: Exchange,
    @Param('id', PairIdPipe) id: PartnershipId,
  ) {
    await this.reader.beginOn(
      request,
      'read-partnership',
      ['partnerships', 'resellers'],
      async (principal) => {
        const { state } = await this.tierbook.aggregates.load(aggregates.partnership, id);
        if (!isSideOf(principal, state)) throw missing('partnership');
      },
    );
    return found<PartnerRow>(await getPartnership(this.tierbook.reads, id), 'partnership', reply);
  }
}
