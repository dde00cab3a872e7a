import { Body, Controller, Get, HttpCode, Inject, Param, Post, Put, Query } from '@nestjs/common';
import { ApiBody, ApiTags } from '@nestjs/swagger';
import {
  ApplyResellerCommand,
  ApproveResellerCommand,
  ChangeResellerProfileCommand,
  ReinstateResellerCommand,
  RejectResellerCommand,
  seesReseller,
  SuspendResellerCommand,
} from '@tierbook/application';
import type { ProviderId, ResellerId } from '@tierbook/domain';
import type { Principal } from '@tierbook/identity';
import { TIERBOOK, type Tierbook } from '@tierbook/platform';
import { getReseller, listPartners, listResellers, type ResellerRow } from '@tierbook/read-models';
import { listedForProvider, listedForReseller } from '../customers/listed-as-of';
import { CustomersOfReseller, VIEWS_OF_LISTED_CUSTOMERS } from '../customers/customers-of-reseller';
import { customerFilterOf, ListCustomersQuery } from '../customers/list-customers.query';
import { AsOf, AsOfQuery } from '../http/as-of';
import { CommandSender } from '../http/command-sender';
import { IdPipe } from '../http/id.pipe';
import { sortOf } from '../http/paging';
import { ProblemError } from '../http/problems';
import { found, missing, Reader } from '../http/reader';
import { HttpExchange, type Exchange } from '../http/request';
import { CommandRoute, ReadRoute } from '../http/routes';
import { anyOf, id, ref } from '../http/schemas';
import {
  ApplyResellerDto,
  ListResellersQuery,
  PARTNER_SORTS,
  RejectResellerDto,
  ResellerProfileDto,
  SuspendResellerDto,
} from './reseller.dto';

const OF_ONE = { id: id('The reseller.') };

@ApiTags('resellers')
@Controller('v1/resellers')
export class ResellersController {
  constructor(
    private readonly commands: CommandSender,
    private readonly reader: Reader,
    private readonly asOf: AsOf,
    private readonly customersOfReseller: CustomersOfReseller,
    @Inject(TIERBOOK) private readonly tierbook: Tierbook,
  ) {}

  @Post()
  @CommandRoute({
    action: 'apply-reseller',
    creates: true,
    summary: 'Apply to be enrolled in the programme, as the reseller of this partner id.',
    problems: [
      'partner-id-not-yours',
      'reseller-already-applied',
      'reseller-already-enrolled',
      'reseller-suspended',
      'country-unknown',
      'state-required',
      'state-unknown',
      'phone-invalid',
    ],
  })
  apply(@HttpExchange() exchange: Exchange, @Body() body: ApplyResellerDto) {
    return this.commands.send(
      exchange,
      'apply-reseller',
      (sent) => new ApplyResellerCommand(sent, body),
      { creates: true },
    );
  }

  @Post(':id/approval')
  @HttpCode(200)
  @CommandRoute({
    action: 'approve-reseller',
    path: OF_ONE,
    summary: 'Enrol a reseller that has applied.',
    problems: ['not-found', 'reseller-not-applied', 'reseller-already-enrolled'],
  })
  approve(@HttpExchange() exchange: Exchange, @Param('id', IdPipe) id: ResellerId) {
    return this.commands.send(
      exchange,
      'approve-reseller',
      (sent) => new ApproveResellerCommand(sent, id),
      { bodiless: true },
    );
  }

  @Post(':id/rejection')
  @HttpCode(200)
  @ApiBody({ type: RejectResellerDto, required: false })
  @CommandRoute({
    action: 'reject-reseller',
    path: OF_ONE,
    summary: 'Turn an application down; the reseller may apply again.',
    problems: ['not-found', 'reseller-not-applied', 'reseller-already-enrolled'],
  })
  reject(
    @HttpExchange() exchange: Exchange,
    @Param('id', IdPipe) id: ResellerId,
    @Body() body: RejectResellerDto,
  ) {
    return this.commands.send(
      exchange,
      'reject-reseller',
      (sent) => new RejectResellerCommand(sent, id, body),
    );
  }

  @Post(':id/suspension')
  @HttpCode(200)
  @ApiBody({ type: SuspendResellerDto, required: false })
  @CommandRoute({
    action: 'suspend-reseller',
    path: OF_ONE,
    summary:
      'Suspend an enrolled reseller: until it is reinstated it accepts no partnership, and neither reads nor changes a customer.',
    problems: ['not-found', 'reseller-not-enrolled', 'reseller-suspended'],
  })
  suspend(
    @HttpExchange() exchange: Exchange,
    @Param('id', IdPipe) id: ResellerId,
    @Body() body: SuspendResellerDto,
  ) {
    return this.commands.send(
      exchange,
      'suspend-reseller',
      (sent) => new SuspendResellerCommand(sent, id, body),
    );
  }

  @Post(':id/reinstatement')
  @HttpCode(200)
  @CommandRoute({
    action: 'reinstate-reseller',
    path: OF_ONE,
    summary: 'End a suspension: what the reseller was delegated holds again.',
    problems: ['not-found', 'reseller-not-suspended'],
  })
  reinstate(@HttpExchange() exchange: Exchange, @Param('id', IdPipe) id: ResellerId) {
    return this.commands.send(
      exchange,
      'reinstate-reseller',
      (sent) => new ReinstateResellerCommand(sent, id),
      { bodiless: true },
    );
  }

  @Put(':id/profile')
  @CommandRoute({
    action: 'change-reseller-profile',
    path: OF_ONE,
    summary: "Replace one's own profile, whole. Partner id and country stay.",
    problems: [
      'not-found',
      'reseller-not-enrolled',
      'reseller-suspended',
      'state-required',
      'state-unknown',
      'phone-invalid',
    ],
  })
  changeProfile(
    @HttpExchange() exchange: Exchange,
    @Param('id', IdPipe) id: ResellerId,
    @Body() body: ResellerProfileDto,
  ) {
    return this.commands.send(
      exchange,
      'change-reseller-profile',
      (sent) => new ChangeResellerProfileCommand(sent, id, body),
    );
  }

  @Get()
  @ReadRoute({
    action: 'list-resellers',
    answers: anyOf(ref('PartnerPage'), ref('ResellerPage')),
    asOf: 'views',
    summary: "A provider's own partners, with counts; for the operator, the programme's resellers.",
    problems: ['cursor-invalid'],
  })
  async list(@HttpExchange() exchange: Exchange, @Query() query: ListResellersQuery) {
    const { organisation } = await this.reader.begin(exchange.request, 'list-resellers', [
      'resellers',
      'partnerships',
    ]);
    const { status, search, sort, asOf, ...paging } = query;
    if (organisation.kind === 'provider') {
      const partnership = statusAmong(status, ['active', 'ended'] as const);
      const providerId = organisation.id as ProviderId;
      const sorted = sortOf(sort, PARTNER_SORTS);
      const filter = { ...paging, search, status: partnership, sort: sorted };
      return this.asOf.ofViews(exchange, asOf, ({ reads }) =>
        listPartners(reads, providerId, filter),
      );
    }
    if (search !== undefined || sort !== undefined) {
      throw new ProblemError(
        'query-invalid',
        "The programme's resellers are filtered by status only.",
      );
    }
    const enrolment = statusAmong(status, [
      'applied',
      'enrolled',
      'rejected',
      'suspended',
    ] as const);
    return this.asOf.ofViews(exchange, asOf, ({ reads }) =>
      listResellers(reads, { ...paging, status: enrolment }),
    );
  }

  @Get(':id')
  @ReadRoute({
    action: 'read-reseller',
    path: OF_ONE,
    answers: ref('Reseller'),
    single: true,
    asOf: 'streams',
    summary: 'One reseller: itself, a partner, or for the operator any.',
    problems: ['not-found', 'not-found-as-of'],
  })
  async read(
    @HttpExchange() { request, reply }: Exchange,
    @Param('id', IdPipe) id: ResellerId,
    @Query() { asOf }: AsOfQuery,
  ) {
    await this.reader.beginOn(request, 'read-reseller', ['resellers'], (principal) =>
      this.requireSight(principal, id),
    );
    const { reads, moment } = await this.asOf.ofStream({ reply }, asOf, 'reseller', id);
    return found<ResellerRow>(await getReseller(reads, id), 'reseller', reply, moment);
  }

  @Get(':id/customers')
  @ReadRoute({
    action: 'list-reseller-customers',
    path: OF_ONE,
    answers: anyOf(ref('CustomerPage'), ref('ResellerCustomerPage')),
    summary:
      "A reseller's customers: those associated with it, for a provider; those it may see, for itself.",
    asOf: 'views',
    problems: ['not-found', 'cursor-invalid', 'time-span-empty', 'as-of-too-many'],
  })
  async customers(
    @HttpExchange() exchange: Exchange,
    @Param('id', IdPipe) id: ResellerId,
    @Query() query: ListCustomersQuery,
  ) {
    const { principal } = await this.reader.beginOn(
      exchange.request,
      'list-reseller-customers',
      VIEWS_OF_LISTED_CUSTOMERS,
      (caller) => this.requireSight(caller, id),
    );
    const { organisation } = principal;
    if (query.resellerId !== undefined) {
      throw new ProblemError(
        'query-invalid',
        'The path names the reseller already: leave resellerId out.',
      );
    }
    const filter = customerFilterOf(query);
    const { asOf, customersOfReseller: own } = this;
    if (organisation.kind !== 'provider') {
      return listedForReseller(asOf, exchange, query.asOf, own, principal, filter);
    }
    const providerId = organisation.id as ProviderId;
    const ofReseller = { ...filter, providerId, resellerIds: [id] };
    return listedForProvider(asOf, exchange, query.asOf, ofReseller);
  }

  /** @throws ProblemError `not-found` for a reseller that this caller may not know of. */
  private async requireSight(principal: Principal, id: ResellerId): Promise<void> {
    const { gathering } = this.tierbook.pipeline;
    if (!(await seesReseller(principal, id, gathering))) throw missing('reseller');
  }
}

function statusAmong<T extends string>(
  status: string | undefined,
  allowed: readonly T[],
): T | undefined {
  if (status === undefined) return undefined;
  const known = allowed.find((each) => each === status);
  if (known === undefined) {
    throw new ProblemError(
      'query-invalid',
      `For this caller, status is one of ${allowed.join(', ')}.`,
    );
  }
  return known;
}
