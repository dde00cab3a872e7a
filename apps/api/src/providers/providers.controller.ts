import { Body, Controller, Get, Inject, Param, Post, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  CreateProviderCommand,
  RequireAgreementCommand,
  seesProvider,
} from '@tierbook/application';
import type { ProviderId, ResellerId } from '@tierbook/domain';
import { TIERBOOK, type Tierbook } from '@tierbook/platform';
import {
  getProvider,
  listProviders,
  listProvidersOfReseller,
  type ProviderRow,
} from '@tierbook/read-models';
import { AsOf, AsOfQuery } from '../http/as-of';
import { CommandSender } from '../http/command-sender';
import { found, missing, Reader } from '../http/reader';
import { IdPipe } from '../http/id.pipe';
import { RequireAgreementDto } from '../customers/customer.dto';
import { PagingQuery } from '../http/paging';
import { HttpExchange, type Exchange } from '../http/request';
import { CommandRoute, ReadRoute } from '../http/routes';
import { anyOf, id, ref } from '../http/schemas';
import { CreateProviderDto } from './provider.dto';

const OF_ONE = { id: id('The provider.') };

@ApiTags('providers')
@Controller('v1/providers')
export class ProvidersController {
  constructor(
    private readonly commands: CommandSender,
    private readonly reader: Reader,
    private readonly asOf: AsOf,
    @Inject(TIERBOOK) private readonly tierbook: Tierbook,
  ) {}

  @Post()
  @CommandRoute({
    action: 'create-provider',
    creates: true,
    summary: 'Create a provider: a tenant of this deployment.',
    problems: ['provider-exists', 'country-unknown'],
  })
  create(@HttpExchange() exchange: Exchange, @Body() body: CreateProviderDto) {
    return this.commands.send(
      exchange,
      'create-provider',
      (sent) => new CreateProviderCommand(sent, body),
      { creates: true },
    );
  }

  @Put(':id/required-agreement')
  @CommandRoute({
    action: 'require-agreement',
    path: OF_ONE,
    summary:
      'Require that customers have agreed to a version of your terms before anything is ordered, or require nothing.',
    problems: ['not-found'],
  })
  requireAgreement(
    @HttpExchange() exchange: Exchange,
    @Param('id', IdPipe) id: ProviderId,
    @Body() body: RequireAgreementDto,
  ) {
    return this.commands.send(
      exchange,
      'require-agreement',
      (sent) => new RequireAgreementCommand(sent, id, body),
    );
  }

  @Get(':id')
  @ReadRoute({
    action: 'read-provider',
    path: OF_ONE,
    answers: ref('Provider'),
    single: true,
    asOf: 'streams',
    summary: 'One provider: any, for the operator; itself, for a provider.',
    problems: ['not-found', 'not-found-as-of'],
  })
  async read(
    @HttpExchange() { request, reply }: Exchange,
    @Param('id', IdPipe) id: ProviderId,
    @Query() { asOf }: AsOfQuery,
  ): Promise<ProviderRow> {
    await this.reader.beginOn(request, 'read-provider', ['providers'], async (principal) => {
      const { gathering } = this.tierbook.pipeline;
      if (!(await seesProvider(principal, id, gathering))) throw missing('provider');
    });
    const { reads, moment } = await this.asOf.ofStream({ reply }, asOf, 'provider', id);
    return found<ProviderRow>(await getProvider(reads, id), 'provider', reply, moment);
  }

  @Get()
  @ReadRoute({
    action: 'list-providers',
    answers: anyOf(ref('ProviderPage'), ref('PartnerProviderPage')),
    summary: 'All providers, for the operator; its own partners, for a reseller.',
    problems: ['cursor-invalid'],
  })
  async list(@HttpExchange() { request }: Exchange, @Query() paging: PagingQuery) {
    const { organisation } = await this.reader.begin(request, 'list-providers', [
      'providers',
      'partnerships',
    ]);
    return organisation.kind === 'reseller'
      ? listProvidersOfReseller(this.tierbook.reads, organisation.id as ResellerId, paging)
      : listProviders(this.tierbook.reads, paging);
  }
}
