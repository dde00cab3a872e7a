import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiBody, ApiTags } from '@nestjs/swagger';
import {
  aggregates,
  isOwnedBy,
  generationOf,
  InvitationReader,
  NotePartnershipRequestBounceCommand,
  RemindPartnershipRequestCommand,
  RequestPartnershipCommand,
  WithdrawPartnershipRequestCommand,
} from '@tierbook/application';
import {
  AUTHORISATIONS,
  type PartnershipRequestId,
  type ProviderId,
  type ResellerId,
} from '@tierbook/domain';
import { parseInvitationToken } from '@tierbook/identity';
import { TIERBOOK, type Tierbook } from '@tierbook/platform';
import {
  getPartnershipRequest,
  getReseller,
  listPartnershipRequests,
  listRequestsWaitingFor,
  type ListPage,
  type WaitingRequestRow,
} from '@tierbook/read-models';
import { AsOf, AsOfQuery } from '../http/as-of';
import { CommandSender } from '../http/command-sender';
import { IdPipe } from '../http/id.pipe';
import { ProblemError } from '../http/problems';
import { missing, Reader } from '../http/reader';
import { HttpExchange, type Exchange } from '../http/request';
import { CommandRoute, OF_A_BODY, ReadRoute } from '../http/routes';
import { anyOf, id, ref } from '../http/schemas';
import type { InvitationShown, PartnershipRequestDetail } from './invitation-shown';
import {
  InvitationTokenDto,
  NoteBounceDto,
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
    private readonly asOf: AsOf,
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

  @Post(':id/bounce')
  @HttpCode(200)
  @CommandRoute({
    action: 'note-partnership-request-bounce',
    path: OF_ONE,
    summary: 'Note that the mail with the invitation came back. The link goes on working.',
    problems: [
      'not-found',
      'partnership-request-withdrawn',
      'partnership-request-declined',
      'partnership-request-accepted',
    ],
  })
  noteBounce(
    @HttpExchange() exchange: Exchange,
    @Param('id', IdPipe) id: PartnershipRequestId,
    @Body() body: NoteBounceDto,
  ) {
    return this.commands.send(
      exchange,
      'note-partnership-request-bounce',
      (sent) => new NotePartnershipRequestBounceCommand(sent, id, body),
    );
  }

  @Get()
  @ReadRoute({
    action: 'list-partnership-requests',
    answers: anyOf(ref('PartnershipRequestPage'), ref('WaitingRequestPage')),
    summary:
      "The provider's partnership requests, the newest first; for an enrolled reseller, those that wait for it: sent to its own e-mail address, and shown without the link.",
    problems: ['cursor-invalid'],
  })
  async list(@HttpExchange() { request }: Exchange, @Query() query: ListPartnershipRequestsQuery) {
    const { organisation } = await this.reader.begin(request, 'list-partnership-requests', [
      'partnership-requests',
      'resellers',
      'providers',
    ]);
    if (organisation.kind === 'reseller') {
      return this.waitingFor(organisation.id as ResellerId, query);
    }
    const providerId = (organisation.kind === 'provider' ? organisation.id : '') as ProviderId;
    return listPartnershipRequests(
      this.tierbook.reads,
      providerId,
      query,
      this.tierbook.pipeline.now().toISOString(),
    );
  }

  private async waitingFor(
    id: ResellerId,
    { status, ...paging }: ListPartnershipRequestsQuery,
  ): Promise<ListPage<WaitingRequestRow>> {
    if (status !== undefined && status !== 'requested') {
      throw new ProblemError('query-invalid', 'For a reseller, status is requested or left out.');
    }
    const { reads, references } = this.tierbook;
    const reseller = await getReseller(reads, id);
    if (reseller?.status !== 'enrolled' || reseller.email === null) {
      return { items: [], nextCursor: null };
    }
    const now = this.tierbook.pipeline.now().toISOString();
    return listRequestsWaitingFor(reads, references.emailKey(reseller.email), paging, now);
  }

  @Get(':id')
  @ReadRoute({
    action: 'read-partnership-request',
    path: OF_ONE,
    answers: ref('PartnershipRequestDetail'),
    single: true,
    asOf: 'streams',
    secret: true,
    summary: 'One request, with its draft again and the same link.',
    problems: ['not-found', 'not-found-as-of'],
  })
  async read(
    @HttpExchange() { request, reply }: Exchange,
    @Param('id', IdPipe) id: PartnershipRequestId,
    @Query() { asOf }: AsOfQuery,
  ): Promise<PartnershipRequestDetail> {
    const { seen } = await this.reader.beginOn(
      request,
      'read-partnership-request',
      [],
      async (caller) => {
        const read = await this.invitations.read(id);
        if (read === undefined || !isOwnedBy(caller, read)) throw missing('partnership request');
        return read;
      },
    );
    // Of its own stream, at the log's end where no moment is named: the link is never behind, nor is this.
    const end = await this.tierbook.engines.eventStore.head();
    const then = await this.asOf.ofStream({ reply }, asOf ?? end, 'partnershipRequest', id);
    const { moment } = then;
    const now = this.tierbook.pipeline.now().toISOString();
    const at = asOf === undefined || moment === undefined ? now : moment.at;
    const row = await getPartnershipRequest(then.reads, id, at);
    const invitation =
      asOf === undefined || moment === undefined
        ? seen
        : await this.invitations.readAsOf(id, moment);
    if (row === undefined || invitation === undefined) throw missing('partnership request', moment);
    void reply.header('ETag', `"${String(row.revision)}"`).header('Cache-Control', 'no-store');
    const { email, providerName, link, draft } = invitation;
    return { ...row, email, providerName, link, draft };
  }
}
