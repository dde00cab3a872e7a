import { Command } from '@nestjs/cqrs';
import type { ProviderId } from '@tierbook/domain';
import { checkRole } from '../access';
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

export const providerHandlers = [plainHandler(CreateProviderCommand, createProvider)];
