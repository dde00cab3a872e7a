import type { ProviderId } from '../ids';

export type ProviderState =
  | { readonly status: 'none' }
  | {
      readonly status: 'active';
      readonly providerId: ProviderId;
      readonly country: string;
      /** Version of its terms that customers must have agreed to before anything is ordered. */
      readonly requiredAgreement: string | null;
    };
