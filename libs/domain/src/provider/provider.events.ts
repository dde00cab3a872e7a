import type { ProviderId } from '../ids';

/** The operator opens a tenant. */
export interface ProviderCreated {
  readonly type: 'ProviderCreated';
  readonly data: {
    readonly providerId: ProviderId;
    /** ISO 3166-1 alpha-2. */
    readonly country: string;
  };
  readonly personal: {
    /** As partners and customers know it. */
    readonly name: string;
    /** Where the operator writes to it. */
    readonly email: string;
  };
}

/** Before anything is ordered, a customer must have agreed to this version of the provider's terms. */
export interface AgreementRequirementChanged {
  readonly type: 'AgreementRequirementChanged';
  readonly data: {
    readonly providerId: ProviderId;
    /** Version required before; `null` when none was. */
    readonly from: string | null;
    /** Version required from now on; `null` for none. */
    readonly to: string | null;
  };
}

export type ProviderEvent = ProviderCreated | AgreementRequirementChanged;
