import type { Instant, ProviderId } from '../ids';

export interface CreateProvider {
  readonly type: 'create-provider';
  readonly at: Instant;
  readonly providerId: ProviderId;
  readonly name: string;
  readonly email: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
}

export type ProviderCommand = CreateProvider;
