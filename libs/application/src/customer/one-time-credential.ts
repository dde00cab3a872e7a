import { randomUUID } from 'node:crypto';
import type { CredentialId, CustomerEvent } from '@tierbook/domain';
import { generatePassword, type CredentialVault } from '@tierbook/identity';

/** The new administrator's sign-in. The password stands in the first answer only. */
export interface AdminCredential {
  readonly userName: string;
  readonly password?: string;
}

/**
 * The credential of one command. Its id is drawn at random on every attempt, the one id that does not
 * derive from the command: of many callers with one key, the one whose events are written holds the
 * password that works, and nobody else holds any.
 */
export class OneTimeCredential {
  private drawn: { readonly id: CredentialId; readonly password: string } | undefined;

  constructor(private readonly vault: CredentialVault) {}

  /** Draws id and password anew, for one attempt. */
  draw(): CredentialId {
    const id = randomUUID() as CredentialId;
    this.drawn = { id, password: generatePassword() };
    return id;
  }

  /** Makes the verifier durable, before the event that names it. One that no event names counts for nothing. */
  async keepVerifier(): Promise<void> {
    if (this.drawn === undefined) throw new Error('No credential has been drawn.');
    await this.vault.issue(this.drawn.id, this.drawn.password);
  }

  /** What the answer says of the credential that these events issued: the password, if it was drawn here. */
  answer(events: readonly CustomerEvent[]): AdminCredential | undefined {
    const issued = events.find((event) => event.type === 'AdminCredentialIssued');
    if (issued === undefined) return undefined;
    const { userName, credentialId } = issued.data;
    return this.drawn?.id !== credentialId
      ? { userName }
      : { userName, password: this.drawn.password };
  }
}
