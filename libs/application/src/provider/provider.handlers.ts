import { Command } from '@nestjs/cqrs';
import type { ProviderId, ProviderState } from '@tierbook/domain';
import { checkOwner, checkRole } from '../access';
import { aggregates } from '../aggregates';
import type { Answer } from '../answer';
import { commandIdOf, contextOf, deriveId, type Sent } from '../command-message';
import { plainHandler } from '../one-line-handler';

export interface CreateProviderInput {
  readonly name: string;
  readonly email: string;
  readonly country: string;
}

/** The operator opens a tenant. */
export class CreateProviderCommand extends Command<Answer> {
  constructor(
    readonly sent: Sent,
    readonly input: CreateProviderInput,
  ) {
    super();
  }
}

function createProvider({ sent, input }: CreateProviderCommand) {
  const commandId = commandIdOf(sent, 'providers');
  const id = deriveId('provider', commandId) as ProviderId;
  return {
    resource: { type: 'provider', id, path: `providers/${id}` },
    request: {
      name: 'create-provider',
      aggregate: aggregates.provider,
      id,
      context: contextOf(sent, commandId),
      authorise: () => checkRole(sent.principal, 'create-provider'),
      gather: (_: unknown, now: Date) => ({
        ok: { type: 'create-provider' as const, at: now.toISOString(), providerId: id, ...input },
      }),
    },
  };
}

/** The provider says whether customers must have agreed to its terms, of which version, to order. */
export class RequireAgreementCommand extends Command<Answer> {
  constructor(
    readonly sent: Sent,
    readonly providerId: ProviderId,
    readonly input: { readonly version: string | null },
  ) {
    super();
  }
}

function requireAgreement({ sent, providerId: id, input }: RequireAgreementCommand) {
  const resource = { type: 'provider', id, path: `providers/${id}` };
  return {
    resource,
    request: {
      name: 'require-agreement',
      aggregate: aggregates.provider,
      id,
      context: contextOf(sent, commandIdOf(sent, resource.path)),
      authorise: (state: ProviderState) =>
        checkOwner(
          sent.principal,
          'require-agreement',
          state.status === 'none' ? null : state.providerId,
          'provider',
        ),
      gather: (_: unknown, now: Date) => ({
        ok: { type: 'require-agreement' as const, at: now.toISOString(), ...input },
      }),
    },
  };
}

export const providerHandlers = [
  plainHandler(CreateProviderCommand, createProvider),
  plainHandler(RequireAgreementCommand, requireAgreement),
];
