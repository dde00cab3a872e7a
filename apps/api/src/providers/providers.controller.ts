import { Body, Controller, Get, Inject, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { CreateProviderCommand } from '@tierbook/application';
import type { ResellerId } from '@tierbook/domain';
import { TIERBOOK, type Tierbook } from '@tierbook/platform';
import { listProviders, listProvidersOfReseller } from '@tierbook/read-models';
import { CommandSender } from '../http/command-sender';
import { Reader } from '../http/reader';
import { PagingQuery } from '../http/paging';
import { HttpExchange, type Exchange } from '../http/request';
import { CommandRoute, ReadRoute } from '../http/routes';
import { anyOf, ref } from '../http/schemas';
import { CreateProviderDto } from './provider.dto';

@ApiTags('providers')
@Controller('v1/providers')
export class ProvidersController {
  constructor(
    private readonly commands: CommandSender,
    private readonly reader: Reader,
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
