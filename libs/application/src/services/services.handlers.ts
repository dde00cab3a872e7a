import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { ServiceId, ServiceOwner, ServiceRole, ServicesEvent } from '@tierbook/domain';
import {
  CommandPipeline,
  type Authority,
  type Gathering,
  type OrRefusal,
} from '@tierbook/eventing';
import {
  CredentialVault,
  generateSecret,
  type GeneralAction,
  organisationIdOf,
  type Principal,
} from '@tierbook/identity';
import { checkProvider, checkRole } from '../access';
import { aggregates } from '../aggregates';
import { answerOf, type Answer, type ResourceRef } from '../answer';
import { commandIdOf, contextOf, deriveId, type Sent } from '../command-message';
import { DrawnSecret } from '../drawn-secret';
import { plainHandler } from '../one-line-handler';

export interface CreateServiceInput {
  readonly name: string;
  readonly role: ServiceRole;
}

/** How a service names itself at the token endpoint. The secret stands in the first answer only. */
export interface ClientCredentials {
  readonly clientId: string;
  readonly clientSecret?: string;
}

export interface ClientCredentialsBody {
  readonly client?: ClientCredentials;
}

/** A new service of the caller's organisation, with its first secret. */
export class CreateServiceCommand extends Command<Answer<ClientCredentialsBody>> {
  constructor(
    readonly sent: Sent,
    readonly input: CreateServiceInput,
  ) {
    super();
  }
}

/** A new secret for a service; the one before goes on working for a while. */
export class RotateServiceSecretCommand extends Command<Answer<ClientCredentialsBody>> {
  constructor(
    readonly sent: Sent,
    readonly serviceId: ServiceId,
    readonly overlapHours: number,
  ) {
    super();
  }
}

/** The end of a service: its secrets and its tokens work no more. */
export class RevokeServiceCommand extends Command<Answer> {
  constructor(
    readonly sent: Sent,
    readonly serviceId: ServiceId,
  ) {
    super();
  }
}

/** What a service is called at the token endpoint: its organisation's id and its own. */
export function clientIdOf(organisationId: string, serviceId: ServiceId): string {
  return `${organisationId}.${serviceId}`;
}

@CommandHandler(CreateServiceCommand)
export class CreateServiceHandler implements ICommandHandler<CreateServiceCommand> {
  constructor(
    private readonly pipeline: CommandPipeline,
    private readonly vault: CredentialVault,
  ) {}

  async execute({ sent, input }: CreateServiceCommand): Promise<Answer<ClientCredentialsBody>> {
    const owner = ownerOf(sent.principal);
    const commandId = commandIdOf(sent, 'services');
    const serviceId = deriveId('service', commandId) as ServiceId;
    const secret = secretOf(this.vault, owner);
    const outcome = await this.pipeline.execute({
      name: 'create-service',
      aggregate: aggregates.services,
      id: owner.id,
      resource: serviceId,
      context: contextOf(sent, commandId),
      authorise: authoriseTo('create-service', sent.principal),
      gather: (_, now) => ({
        ok: {
          type: 'create-service' as const,
          at: now.toISOString(),
          serviceId,
          owner,
          ...input,
          credentialId: secret.draw(),
        },
      }),
      beforeAppend: () => secret.keepVerifier(),
    });
    return answerOf(outcome, resourceOf(serviceId), (events) => shownIn(events, owner, secret));
  }
}

@CommandHandler(RotateServiceSecretCommand)
export class RotateServiceSecretHandler implements ICommandHandler<RotateServiceSecretCommand> {
  constructor(
    private readonly pipeline: CommandPipeline,
    private readonly vault: CredentialVault,
  ) {}

  async execute(message: RotateServiceSecretCommand): Promise<Answer<ClientCredentialsBody>> {
    const { sent, serviceId, overlapHours } = message;
    const owner = ownerOf(sent.principal);
    const secret = secretOf(this.vault, owner);
    const outcome = await this.pipeline.execute({
      name: 'rotate-service-secret',
      aggregate: aggregates.services,
      id: owner.id,
      resource: serviceId,
      context: contextOf(sent, commandIdOf(sent, `services/${serviceId}/secret`)),
      authorise: authoriseTo('rotate-service-secret', sent.principal),
      gather: (_, now) => ({
        ok: {
          type: 'rotate-service-secret' as const,
          at: now.toISOString(),
          serviceId,
          overlapHours,
          credentialId: secret.draw(),
        },
      }),
      beforeAppend: () => secret.keepVerifier(),
    });
    return answerOf(outcome, resourceOf(serviceId), (events) => shownIn(events, owner, secret));
  }
}

function revokeService({ sent, serviceId }: RevokeServiceCommand) {
  return {
    resource: resourceOf(serviceId),
    request: {
      name: 'revoke-service',
      aggregate: aggregates.services,
      id: ownerOf(sent.principal).id,
      resource: serviceId,
      context: contextOf(sent, commandIdOf(sent, `services/${serviceId}/revocation`)),
      authorise: authoriseTo('revoke-service', sent.principal),
      gather: (_: unknown, now: Date) => ({
        ok: { type: 'revoke-service' as const, at: now.toISOString(), serviceId },
      }),
    },
  };
}

export const serviceHandlers = [
  CreateServiceHandler,
  RotateServiceSecretHandler,
  plainHandler(RevokeServiceCommand, revokeService),
];

/** The organisation that the caller's services belong to. */
function ownerOf(principal: Principal): ServiceOwner {
  const { kind } = principal.organisation;
  // A customer has no role in the role table that manages services.
  return { kind: kind === 'customer' ? 'provider' : kind, id: organisationIdOf(principal) };
}

/** People manage services: one whose secret was stolen must not make itself another. */
function authoriseTo(action: GeneralAction, principal: Principal) {
  return (
    _: unknown,
    gathering: Gathering,
  ): OrRefusal<Authority> | Promise<OrRefusal<Authority>> => {
    if (principal.kind === 'service') {
      return { refusal: { code: 'forbidden', detail: 'A service manages no services.' } };
    }
    return principal.organisation.kind === 'provider'
      ? checkProvider(principal, action, gathering)
      : checkRole(principal, action);
  };
}

function secretOf(vault: CredentialVault, owner: ServiceOwner): DrawnSecret {
  return new DrawnSecret(vault, `services-${owner.id}`, generateSecret);
}

function resourceOf(serviceId: ServiceId): ResourceRef {
  return { type: 'service', id: serviceId, path: `services/${serviceId}` };
}

function shownIn(
  events: readonly ServicesEvent[],
  owner: ServiceOwner,
  secret: DrawnSecret,
): ClientCredentialsBody {
  const issued = events.find((event) => event.type !== 'ServiceRevoked');
  if (issued === undefined) return {};
  const { serviceId, credentialId } = issued.data;
  const clientSecret = secret.of(credentialId);
  const clientId = clientIdOf(owner.id, serviceId);
  return { client: clientSecret === undefined ? { clientId } : { clientId, clientSecret } };
}
