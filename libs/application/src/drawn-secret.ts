import type { CredentialId } from '@tierbook/domain';
import { newCredentialId, type CredentialVault } from '@tierbook/identity';

/**
 * The secret of one command, shown in its first answer only. Its id is drawn at random on every attempt,
 * the one id that does not derive from the command: of many callers with one key, the one whose events are
 * written holds the secret that works, and nobody else holds any.
 */
export class DrawnSecret {
  private drawn: { readonly id: CredentialId; readonly secret: string } | undefined;

  /** @param owner the stream that names the credential while it counts: its category and id. */
  constructor(
    private readonly vault: CredentialVault,
    private readonly owner: string,
    private readonly generate: () => string,
  ) {}

  /** Draws id and secret anew, for one attempt. */
  draw(): CredentialId {
    const id = newCredentialId() as CredentialId;
    this.drawn = { id, secret: this.generate() };
    return id;
  }

  /** Makes the verifier durable, before the event that names it. One that no event names counts for nothing. */
  async keepVerifier(): Promise<void> {
    if (this.drawn === undefined) throw new Error('No credential has been drawn.');
    await this.vault.issue(this.drawn.id, this.drawn.secret, this.owner);
  }

  /** The secret of that credential, if it was drawn here. */
  of(credentialId: CredentialId): string | undefined {
    return this.drawn?.id === credentialId ? this.drawn.secret : undefined;
  }
}
