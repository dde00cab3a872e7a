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

/** Whether customers must have agreed to the provider's terms, of which version, before anything is ordered. */
export interface RequireAgreement {
  readonly type: 'require-agreement';
  readonly at: Instant;
  /** `null`: no agreement is required. */
  readonly version: string | null;
}

export type ProviderCommand = CreateProvider | RequireAgreement;
