import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiBody, ApiTags } from '@nestjs/swagger';
import {
  aggregates,
  clientIdOf,
  CreateServiceCommand,
  RevokeServiceCommand,
  RotateServiceSecretCommand,
} from '@tierbook/application';
import type { Moment } from '@tierbook/audit';
import type { ServiceId, ServiceRole, ServiceState } from '@tierbook/domain';
import { organisationIdOf } from '@tierbook/identity';
import { AsOf, AsOfQuery } from '../http/as-of';
import { CommandSender } from '../http/command-sender';
import { IdPipe } from '../http/id.pipe';
import { ProblemError } from '../http/problems';
import { found, Reader } from '../http/reader';
import { HttpExchange, type Exchange } from '../http/request';
import { CommandRoute, ReadRoute } from '../http/routes';
import { id, ref } from '../http/schemas';
import { CreateServiceDto, RotateServiceSecretDto } from './service.dto';

const DEFAULT_OVERLAP_HOURS = 24;

const OF_ONE = { id: id('The service.') };

export interface ServiceShown {
  readonly serviceId: string;
  readonly clientId: string;
  readonly name: string;
  readonly role: ServiceRole;
  readonly status: 'active' | 'revoked';
  readonly createdAt: string;
  readonly rotatedAt: string | null;
  readonly formerSecretUntil: string | null;
  readonly revokedAt: string | null;
  readonly revision: number;
}

@ApiTags('services')
@Controller('v1/services')
export class ServicesController {
  constructor(
    private readonly commands: CommandSender,
    private readonly reader: Reader,
    private readonly asOf: AsOf,
  ) {}

  @Post()
  @CommandRoute({
    action: 'create-service',
    creates: true,
    secret: true,
    answers: ref('ServiceCredentialsAnswer'),
    summary:
      "Create a service of the caller's organisation. The first answer, and no other, holds its secret.",
    problems: [
      'not-found',
      'service-name-taken',
      'service-limit-reached',
      'service-role-unavailable',
    ],
  })
  create(@HttpExchange() exchange: Exchange, @Body() body: CreateServiceDto) {
    return this.commands.send(
      exchange,
      'create-service',
      (sent) => new CreateServiceCommand(sent, body),
      { creates: true, secret: true },
    );
  }

  @Post(':id/secret')
  @ApiBody({ type: RotateServiceSecretDto, required: false })
  @CommandRoute({
    action: 'rotate-service-secret',
    path: OF_ONE,
    creates: true,
    secret: true,
    answers: ref('ServiceCredentialsAnswer'),
    summary:
      'Make a new secret for a service; the one before works for a while. The first answer, and no other, holds it.',
    problems: ['not-found', 'service-unknown', 'service-revoked'],
  })
  rotate(
    @HttpExchange() exchange: Exchange,
    @Param('id', IdPipe) id: ServiceId,
    @Body() { overlapHours = DEFAULT_OVERLAP_HOURS }: RotateServiceSecretDto,
  ) {
    return this.commands.send(
      exchange,
      'rotate-service-secret',
      (sent) => new RotateServiceSecretCommand(sent, id, overlapHours),
      { creates: true, secret: true },
    );
  }

  @Post(':id/revocation')
  @CommandRoute({
    action: 'revoke-service',
    path: OF_ONE,
    summary: 'End a service: its secrets and the tokens that it has work no more, at once.',
    problems: ['not-found', 'service-unknown'],
  })
  revoke(@HttpExchange() exchange: Exchange, @Param('id', IdPipe) id: ServiceId) {
    return this.commands.send(
      exchange,
      'revoke-service',
      (sent) => new RevokeServiceCommand(sent, id),
      { bodiless: true },
    );
  }

  @Get()
  @ReadRoute({
    action: 'list-services',
    answers: ref('ServiceList'),
    summary: "The services of the caller's organisation, those revoked too.",
  })
  async list(@HttpExchange() { request }: Exchange) {
    const principal = await this.reader.begin(request, 'list-services', []);
    return { items: await this.servicesOf(organisationIdOf(principal)) };
  }

  @Get(':id')
  @ReadRoute({
    action: 'read-service',
    path: OF_ONE,
    answers: ref('Service'),
    single: true,
    asOf: 'streams',
    summary: "One service of the caller's organisation.",
    problems: ['not-found', 'service-unknown', 'not-found-as-of'],
  })
  async read(
    @HttpExchange() { request, reply }: Exchange,
    @Param('id', IdPipe) id: ServiceId,
    @Query() { asOf }: AsOfQuery,
  ): Promise<ServiceShown> {
    const principal = await this.reader.begin(request, 'read-service', []);
    const moment = await this.asOf.moment(reply, asOf);
    const services = await this.servicesOf(organisationIdOf(principal), moment);
    const service = services.find(({ serviceId }) => serviceId === id);
    if (service === undefined && moment === undefined) throw new ProblemError('service-unknown');
    return found(service, 'service', reply, moment);
  }

  /** As their stream says. */
  private async servicesOf(
    organisationId: string,
    moment?: Moment,
  ): Promise<readonly ServiceShown[]> {
    const { state, lastTouched } = await this.asOf.load(
      aggregates.services,
      organisationId,
      moment,
    );
    if (state.status === 'none') return [];
    return [...state.services.values()].map((service) =>
      shown(service, organisationId, lastTouched(service.serviceId)),
    );
  }
}

function shown(service: ServiceState, organisationId: string, revision: number): ServiceShown {
  const { serviceId, name, role, createdAt, rotatedAt, former, revokedAt } = service;
  return {
    serviceId,
    clientId: clientIdOf(organisationId, serviceId),
    name,
    role,
    status: revokedAt === null ? 'active' : 'revoked',
    createdAt,
    rotatedAt,
    formerSecretUntil: former?.until ?? null,
    revokedAt,
    revision,
  };
}
