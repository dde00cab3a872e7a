import type { CredentialId, Instant, ServiceId } from '../ids';
import type { ServiceOwner, ServiceRole } from './services.state';

/** A program of an organisation's own that calls the API by client credentials. */
export interface ServiceCreated {
  readonly type: 'ServiceCreated';
  readonly data: {
    readonly serviceId: ServiceId;
    readonly owner: ServiceOwner;
    /** A label: lower-case letters, digits and hyphens. Not personal data. */
    readonly name: string;
    readonly role: ServiceRole;
    /** Names the first secret, which is in one answer and nowhere else. */
    readonly credentialId: CredentialId;
    readonly createdAt: Instant;
  };
}

/** A new secret; the one before works until `formerUntil`, and any older one no more. */
export interface ServiceSecretRotated {
  readonly type: 'ServiceSecretRotated';
  readonly data: {
    readonly serviceId: ServiceId;
    readonly credentialId: CredentialId;
    readonly formerCredentialId: CredentialId;
    /** Exclusive. */
    readonly formerUntil: Instant;
    /** The one before that, which had been left to overlap; `null` where there was none. */
    readonly droppedCredentialId: CredentialId | null;
    readonly rotatedAt: Instant;
  };
}

/** The service gets no more tokens, and those that it has count no more. */
export interface ServiceRevoked {
  readonly type: 'ServiceRevoked';
  readonly data: {
    readonly serviceId: ServiceId;
    /** All that count no more. */
    readonly credentialIds: readonly CredentialId[];
    readonly revokedAt: Instant;
  };
}

export type ServicesEvent = ServiceCreated | ServiceSecretRotated | ServiceRevoked;
