import { serviceOf, usableCredentials, type ServiceId } from '@tierbook/domain';
import type { AggregateStore, CommandPipeline } from '@tierbook/eventing';
import {
  AccessTokenError,
  organisationIdOf,
  type CredentialVault,
  type Organisation,
  type Principal,
} from '@tierbook/identity';
import { aggregates } from '../aggregates';

/** `<organisation>.<service>`, as `clientIdOf` makes it. */
const CLIENT_ID = /^([a-z0-9-]{1,64})\.([0-9a-f-]{36})$/;

/** Names services by their secrets, and says whether the tokens that they got still count: always by their stream. */
export class ServiceAccounts {
  constructor(
    private readonly aggregateStore: AggregateStore,
    private readonly vault: CredentialVault,
    private readonly pipeline: Pick<CommandPipeline, 'now'>,
  ) {}

  /** Whom these client credentials name; nobody where they are wrong, too old, or revoked. */
  async authenticate(clientId: string, clientSecret: string): Promise<Principal | undefined> {
    const [, organisationId = '', serviceId = ''] = CLIENT_ID.exec(clientId) ?? [];
    if (serviceId === '') return undefined;
    const { state } = await this.aggregateStore.load(aggregates.services, organisationId);
    const service = serviceOf(state, serviceId as ServiceId);
    if (state.status === 'none' || service === undefined) return undefined;
    const { kind, id } = state.owner;
    const organisation: Organisation = kind === 'operator' ? { kind } : { kind, id };
    for (const credentialId of usableCredentials(service, this.now())) {
      if (await this.vault.verify(credentialId, clientSecret)) {
        return { kind: 'service', id: serviceId, organisation, role: service.role, credentialId };
      }
    }
    return undefined;
  }

  /** @throws AccessTokenError `token-revoked` for a token of a service, or of a secret, that counts no more. */
  async check(principal: Principal): Promise<void> {
    const id = organisationIdOf(principal);
    const { state } = await this.aggregateStore.load(aggregates.services, id);
    const service = serviceOf(state, principal.id as ServiceId);
    const usable = service === undefined ? [] : usableCredentials(service, this.now());
    if (usable.some((credentialId) => credentialId === principal.credentialId)) return;
    throw new AccessTokenError(
      'token-revoked',
      'The service, or the secret that the token was got with, was revoked: get a new one.',
    );
  }

  /** By the pipeline's time, so that a secret that was replaced does not come back with a clock set back. */
  private now(): string {
    return this.pipeline.now().toISOString();
  }
}
