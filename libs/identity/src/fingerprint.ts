import type { Fingerprint, JsonValue } from '@tierbook/eventing';
import { canonicalJson } from './canonical-json';
import { keyOf, type KeyRing } from './key-ring';
import { isSameMac, mac } from './mac';

/**
 * Tells whether a command sent again with the same Idempotency-Key is the same command, without keeping
 * its body: HMAC-SHA256 over its name, its path, and its body as received in canonical form (RFC 8785).
 * Keys leave the ring never: what was recorded is verified for ever.
 */
export class Fingerprints {
  constructor(private readonly keys: KeyRing) {}

  /**
   * The command's fingerprint under the current key. `path` is the URL's path without its query;
   * `body` is as parsed, before defaults, `undefined` where there is none.
   * @throws TypeError for a body that has no canonical form (see `canonicalJson`).
   */
  fingerprint(commandName: string, path: string, body: JsonValue | undefined): Fingerprint {
    const kid = this.keys.current;
    return { kid, mac: this.macUnder(kid, commandName, path, body) };
  }

  /** Whether the recorded fingerprint is this command's, under the key it was made with. */
  verify(
    recorded: Fingerprint,
    commandName: string,
    path: string,
    body: JsonValue | undefined,
  ): boolean {
    return isSameMac(recorded.mac, this.macUnder(recorded.kid, commandName, path, body));
  }

  private macUnder(
    kid: string,
    commandName: string,
    path: string,
    body: JsonValue | undefined,
  ): string {
    const parts = body === undefined ? [commandName, path] : [commandName, path, body];
    return mac(keyOf(this.keys, kid, 'fingerprint'), canonicalJson(parts));
  }
}
