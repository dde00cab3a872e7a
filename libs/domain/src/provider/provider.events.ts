import type { ProviderId } from '../ids';

/** The operator opens a tenant. */
export interface ProviderCreated {
  readonly type: 'ProviderCreated';
  readonly data: {
    readonly providerId: ProviderId;
    /** ISO 3166-1 alpha-2. */
    readonly country: string;
  };
  readonly personal: { readonly name: string; readonly email: string };
}

export type ProviderEvent = ProviderCreated;
