import type { ProviderId } from '../ids';

export type ProviderState =
  | { readonly status: 'none' }
  | { readonly status: 'active'; readonly providerId: ProviderId; readonly country: string };
