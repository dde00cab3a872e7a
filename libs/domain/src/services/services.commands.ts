import type { CredentialId, Instant, ServiceId } from '../ids';
import type { ServiceOwner, ServiceRole } from './services.state';

export interface CreateService {
  readonly type: 'create-service';
  readonly at: Instant;
  readonly serviceId: ServiceId;
  readonly owner: ServiceOwner;
  readonly name: string;
  readonly role: ServiceRole;
  readonly credentialId: CredentialId;
}

export interface RotateServiceSecret {
  readonly type: 'rotate-service-secret';
  readonly at: Instant;
  readonly serviceId: ServiceId;
  readonly credentialId: CredentialId;
  /** How long the secret before goes on working. */
  readonly overlapHours: number;
}

export interface RevokeService {
  readonly type: 'revoke-service';
  readonly at: Instant;
  readonly serviceId: ServiceId;
}

export type ServicesCommand = CreateService | RotateServiceSecret | RevokeService;
