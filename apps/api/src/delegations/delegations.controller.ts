import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiBody, ApiTags } from '@nestjs/swagger';
import {
  GrantDelegatedAdminCommand,
  RenewDelegatedAdminCommand,
  RevokeDelegatedAdminCommand,
} from '@tierbook/application';
import type { CustomerId, DelegationId, ResellerId } from '@tierbook/domain';
import type { Principal } from '@tierbook/identity';
import { getDelegation, listDelegations, type DelegationRow } from '@tierbook/read-models';
import { CustomerSight } from '../customers/customer-sight';
import { AsOf, AsOfQuery } from '../http/as-of';
import { CommandSender } from '../http/command-sender';
import { IdPipe } from '../http/id.pipe';
import type { ProblemCode } from '../http/problems';
import { found, Reader } from '../http/reader';
import { HttpExchange, type Exchange } from '../http/request';
import { CommandRoute, ReadRoute } from '../http/routes';
import { id, ref } from '../http/schemas';
import {
  GrantDelegatedAdminDto,
  ListDelegationsQuery,
  RenewDelegatedAdminDto,
  RevokeDelegatedAdminDto,
} from './delegation.dto';

const OF_A_CUSTOMER = { id: id('The customer.') };
const OF_ONE = { ...OF_A_CUSTOMER, did: id('The delegation.') };
/** What a grant can be refused with, beside what every command can. */
export const OF_A_GRANT = [
  'not-found',
  'customer-ended',
  'subscription-unknown',
  'subscription-ended',
  'partnership-not-active',
  'delegation-needs-association',
  'delegation-rights-invalid',
  'delegation-start-out-of-range',
  'delegation-end-out-of-range',
  'delegation-exists',
] as const satisfies readonly ProblemCode[];
const VIEWS = ['delegations', 'resellers'] as const;

@ApiTags('customers')
@Controller('v1/customers/:id/delegations')
export class DelegationsController {
  constructor(
    private readonly commands: CommandSender,
    private readonly reader: Reader,
    private readonly asOf: AsOf,
    private readonly sight: CustomerSight,
  ) {}

  @Post()
  @CommandRoute({
    action: 'grant-delegated-admin',
    path: OF_A_CUSTOMER,
    creates: true,
    summary:
      'Delegate named rights to the reseller associated with the customer, or with one of its subscriptions.',
    problems: OF_A_GRANT,
  })
  grant(
    @HttpExchange() exchange: Exchange,
    @Param('id', IdPipe) id: CustomerId,
    @Body() body: GrantDelegatedAdminDto,
  ) {
    return this.commands.send(
      exchange,
      'grant-delegated-admin',
      (sent) => new GrantDelegatedAdminCommand(sent, id, body),
      { creates: true },
    );
  }

  @Post(':did/renewal')
  @HttpCode(200)
  @ApiBody({ type: RenewDelegatedAdminDto, required: false })
  @CommandRoute({
    action: 'renew-delegated-admin',
    path: OF_ONE,
    summary: 'Let a delegation go on until another end, at most two years from now.',
    problems: [
      'not-found',
      'customer-ended',
      'delegation-unknown',
      'delegation-ended',
      'partnership-not-active',
      'delegation-end-out-of-range',
    ],
  })
  renew(
    @HttpExchange() exchange: Exchange,
    @Param('id', IdPipe) id: CustomerId,
    @Param('did', IdPipe) did: DelegationId,
    @Body() body: RenewDelegatedAdminDto,
  ) {
    return this.commands.send(
      exchange,
      'renew-delegated-admin',
      (sent) => new RenewDelegatedAdminCommand(sent, id, did, body),
    );
  }

  @Post(':did/revocation')
  @HttpCode(200)
  @ApiBody({ type: RevokeDelegatedAdminDto, required: false })
  @CommandRoute({
    action: 'revoke-delegated-admin',
    path: OF_ONE,
    summary: "End a delegation: the reseller's very next request finds it gone.",
    problems: ['not-found', 'customer-ended', 'delegation-unknown'],
  })
  revoke(
    @HttpExchange() exchange: Exchange,
    @Param('id', IdPipe) id: CustomerId,
    @Param('did', IdPipe) did: DelegationId,
    @Body() body: RevokeDelegatedAdminDto,
  ) {
    return this.commands.send(
      exchange,
      'revoke-delegated-admin',
      (sent) => new RevokeDelegatedAdminCommand(sent, id, did, body),
    );
  }

  @Get()
  @ReadRoute({
    action: 'list-delegations',
    path: OF_A_CUSTOMER,
    answers: ref('DelegationPage'),
    asOf: 'streams',
    summary: "A customer's delegations, the newest first; for a reseller, its own.",
    problems: ['not-found', 'not-found-as-of', 'cursor-invalid'],
  })
  async list(
    @HttpExchange() { request, reply }: Exchange,
    @Param('id', IdPipe) id: CustomerId,
    @Query() query: ListDelegationsQuery,
  ) {
    const { principal } = await this.reader.beginOn(request, 'list-delegations', VIEWS, (caller) =>
      this.sight.of(caller, id),
    );
    const { status, asOf, ...paging } = query;
    const { reads } = await this.asOf.ofCustomer({ reply }, asOf, id);
    const page = await listDelegations(reads, {
      ...paging,
      status,
      customerId: id,
      resellerId: resellerIn(principal),
    });
    return { ...page, items: page.items.map((row) => shownTo(principal, row)) };
  }

  @Get(':did')
  @ReadRoute({
    action: 'read-delegation',
    path: OF_ONE,
    answers: ref('DelegationDetail'),
    single: true,
    asOf: 'streams',
    summary: 'One delegation; for a reseller, one of its own.',
    problems: ['not-found', 'not-found-as-of'],
  })
  async read(
    @HttpExchange() { request, reply }: Exchange,
    @Param('id', IdPipe) id: CustomerId,
    @Param('did', IdPipe) did: DelegationId,
    @Query() { asOf }: AsOfQuery,
  ) {
    const { principal } = await this.reader.beginOn(request, 'read-delegation', VIEWS, (caller) =>
      this.sight.of(caller, id),
    );
    const { reads, moment } = await this.asOf.ofCustomer({ reply }, asOf, id);
    const row = await getDelegation(reads, did);
    const reseller = resellerIn(principal);
    const isTheirs =
      row?.customerId === id && (reseller === undefined || row.resellerId === reseller);
    return shownTo(
      principal,
      found<DelegationRow>(isTheirs ? row : undefined, 'delegation', reply, moment),
    );
  }
}

function resellerIn({ organisation }: Principal): ResellerId | undefined {
  return organisation.kind === 'reseller' ? (organisation.id as ResellerId) : undefined;
}

/** The reason is the provider's own note. */
function shownTo({ organisation }: Principal, row: DelegationRow): DelegationRow {
  return organisation.kind === 'provider' ? row : { ...row, reason: null };
}
