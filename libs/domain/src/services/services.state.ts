import type { CredentialId, Instant, ServiceId } from '../ids';

/** The organisation whose services they are. */
export interface ServiceOwner {
  readonly kind: 'operator' | 'provider' | 'reseller';
  /** `operator` for those who run the deployment. */
  readonly id: string;
}

/** What a service may do within its organisation: the roles of its people. */
export type ServiceRole =
  'operator' | 'admin-agent' | 'sales-agent' | 'helpdesk-agent' | 'auditor' | 'reporter';

export interface ServiceState {
  readonly serviceId: ServiceId;
  readonly name: string;
  readonly role: ServiceRole;
  readonly createdAt: Instant;
  /** Names the secret that was made last. */
  readonly credentialId: CredentialId;
  /** The secret before it, while it may still be used. */
  readonly former: { readonly credentialId: CredentialId; readonly until: Instant } | null;
  readonly rotatedAt: Instant | null;
  readonly revokedAt: Instant | null;
}

/** The services of one organisation. */
export type ServicesState =
  | { readonly status: 'none' }
  | {
      readonly status: 'some';
      readonly owner: ServiceOwner;
      readonly services: ReadonlyMap<ServiceId, ServiceState>;
    };
