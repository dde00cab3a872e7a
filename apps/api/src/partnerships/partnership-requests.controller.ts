import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiBody, ApiTags } from '@nestjs/swagger';
import {
  aggregates,
  generationOf,
  InvitationReader,
  RemindPartnershipRequestCommand,
  RequestPartnershipCommand,
  WithdrawPartnershipRequestCommand,
} from '@tierbook/application';
import { AUTHORISATIONS, type PartnershipRequestId, type ProviderId } from '@tierbook/domain';
import { parseInvitationToken } from '@tierbook/identity';
import { TIERBOOK, type Tierbook } from '@tierbook/platform';
import { listPartnershipRequests } from '@tierbook/read-models';
import { CommandSender } from '../http/command-sender';
import { IdPipe } from '../http/id.pipe';
import { ProblemError } from '../http/problems';
import { missing, Reader } from '../http/reader';
import { HttpExchange, type Exchange } from '../http/request';
import { CommandRoute, OF_A_BODY, ReadRoute } from '../http/routes';
import { id, ref } from '../http/schemas';
import type { InvitationShown } from './invitation-shown';
import {
  InvitationTokenDto,
  ListPartnershipRequestsQuery,
  RemindPartnershipRequestDto,
  RequestPartnershipDto,
} from './partnership.dto';

const OF_ONE = { id: id('The partnership request.') };

@ApiTags('partnerships')
@Controller('v1/partnership-requests')
export class PartnershipRequestsController {
  constructor(
    private readonly commands: CommandSender,
    private readonly reader: Reader,
    private readonly invitations: InvitationReader,
    @Inject(TIERBOOK) private readonly tierbook: Tierbook,
  ) {}

  @Post()
  @CommandRoute({
    action: 'request-partnership',
    creates: true,
    answers: ref('InvitationAnswer'),
    secret: true,
    summary:
      'Request a partnership: answers the link, personal to this provider, and a draft to send it with.',
    problems: ['not-found', 'draft-without-link'],
  })
  request(@HttpExchange() exchange: Exchange, @Body() body: RequestPartnershipDto) {
    return this.commands.send(
      exchange,
      'request-partnership',
      (sent) => new RequestPartnershipCommand(sent, body),
      { creates: true, secret: true },
    );
  }

  @Post('lookup')
  @HttpCode(200)
  @ReadRoute({
    action: 'look-up-partnership-request',
    summary: 'What an invitation link offers, before it is accepted or declined. Appends nothing.',
    problems: [...OF_A_BODY, 'invitation-unknown'],
    answers: ref('InvitationShown'),
    secret: true,
  })
  async lookUp(
    @HttpExchange() { request, reply }: Exchange,
    @Body() { token }: InvitationTokenDto,
  ): Promise<InvitationShown> {
    await this.reader.begin(request, 'look-up-partnership-request', []);
    const presented = parseInvitationToken(token);
    if (presented === undefined) throw new ProblemError('invitation-unknown');
    const id = presented.requestId as PartnershipRequestId;
    const { state } = await this.tierbook.aggregates.load(aggregates.partnershipRequest, id);
    const generation = generationOf(presented, state, this.tierbook.invitations);
    const invitation = await this.invitations.read(id);
    if (generation === undefined || invitation === undefined) {
      throw new ProblemError('invitation-unknown');
    }
    void reply.header('Cache-Control', 'no-store');
    const { status, expiresAt, providerId, providerName } = invitation;
    return {
      requestId: id,
      provider: { id: providerId, name: providerName },
      status,
      superseded: generation < invitation.generation,
      expiresAt,
      authorises: AUTHORISATIONS,
    };
  }

  @Post(':id/withdrawal')
  @HttpCode(200)
  @CommandRoute({
    action: 'withdraw-partnership-request',
    path: OF_ONE,
    summary: 'Take a request back: its link ends.',
    problems: [
      'not-found',
      'partnership-request-withdrawn',
      'partnership-request-declined',
      'partnership-request-accepted',
    ],
  })
  withdraw(@HttpExchange() exchange: Exchange, @Param('id', IdPipe) id: PartnershipRequestId) {
    return this.commands.send(
      exchange,
      'withdraw-partnership-request',
      (sent) => new WithdrawPartnershipRequestCommand(sent, id),
      { bodiless: true },
    );
  }

  @Post(':id/reminder')
  @HttpCode(200)
  @ApiBody({ type: RemindPartnershipRequestDto, required: false })
  @CommandRoute({
    action: 'remind-partnership-request',
    path: OF_ONE,
    answers: ref('InvitationAnswer'),
    secret: true,
    summary: 'Send a request again: the 30 days begin anew; with newLink, the former link ends.',
    problems: [
      'not-found',
      'partnership-request-withdrawn',
      'partnership-request-declined',
      'partnership-request-accepted',
    ],
  })
  remind(
    @HttpExchange() exchange: Exchange,
    @Param('id', IdPipe) id: PartnershipRequestId,
    @Body() body: RemindPartnershipRequestDto,
  ) {
    return this.commands.send(
      exchange,
      'remind-partnership-request',
      (sent) => new RemindPartnershipRequestCommand(sent, id, body),
      { secret: true },
    );
  }

  @Get()
  @ReadRoute({
    action: 'list-partnership-requests',
    answers: ref('PartnershipRequestPage'),
    summary: "The provider's partnership requests, the newest first.",
    problems: ['cursor-invalid'],
  })
  async list(@HttpExchange() { request }: Exchange, @Query() query: ListPartnershipRequestsQuery) {
    const { organisation } = await this.reader.begin(request, 'list-partnership-requests', [
      'partnership-requests',
    ]);
    const providerId = (organisation.kind === 'provider' ? organisation.id : '') as ProviderId;
    return listPartnershipRequests(
      this.tierbook.reads,
      providerId,
      query,
      new Date().toISOString(),
    );
  }

  @Get(':id')
  @ReadRoute({
    action: 'read-partnership-request',
    path: OF_ONE,
    answers: ref('Invitation'),
    single: true,
    secret: true,
    summary: 'One request, with its draft again and the same link.',
    problems: ['not-found'],
  })
  async read(
    @HttpExchange() { request, reply }: Exchange,
    @Param('id', IdPipe) id: PartnershipRequestId,
  ) {
    const { organisation } = await this.reader.begin(request, 'read-partnership-request', []);
    const invitation = await this.invitations.read(id);
    if (
      invitation === undefined ||
      organisation.kind !== 'provider' ||
      organisation.id !== invitation.providerId
    ) {
      throw missing('partnership request');
    }
    const loaded = await this.tierbook.aggregates.load(aggregates.partnershipRequest, id);
    void reply
      .header('ETag', `"${String(loaded.lastTouched(null))}"`)
      .header('Cache-Control', 'no-store');
    return invitation;
  }
}
