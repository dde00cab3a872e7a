import { MacKey } from './mac';

/**
 * Names for what must be found again in the log without being read there. One key, kept for ever: with
 * another one, nothing that was named before is found.
 */
export class References {
  private readonly key: MacKey;

  constructor(key: Buffer) {
    this.key = new MacKey(key);
  }

  /**
   * The same for the same reference of the same provider, whatever its case, width or spaces at its ends:
   * HMAC-SHA256 in base64url, 43 characters.
   */
  customerReferenceKey(providerId: string, reference: string): string {
    const folded = reference.normalize('NFKC').trim().replace(/\s+/gu, ' ').toLowerCase();
    return this.key.mac(`tierbook customer reference v1:${JSON.stringify([providerId, folded])}`);
  }

  /** The same for the same e-mail address, whatever its case: HMAC-SHA256 in base64url, 43 characters. */
  emailKey(email: string): string {
    return this.key.mac(`tierbook e-mail v1:${email.trim().normalize('NFC').toLowerCase()}`);
  }
}
