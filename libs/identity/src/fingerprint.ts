import { canonicalJson, type Fingerprint, type JsonValue } from '@tierbook/eventing';
import type { KeyRing } from './key-ring';
import { MacKeys } from './mac';

/**
 * Tells whether a command sent again with the same Idempotency-Key is the same command, without keeping
 * its body: HMAC-SHA256 over its name, its path, and its body as received in canonical form (RFC 8785).
 * Keys never leave the ring: what was recorded is verified for ever.
 */
export class Fingerprints {
  private readonly keys: MacKeys;

  constructor(ring: KeyRing) {
    this.keys = new MacKeys(ring, 'fingerprint');
  }

  /**
   * The command's fingerprint under the current key. `path` is the URL's path without its query;
   * `body` is as parsed, before defaults, `undefined` where there is none.
   * @throws TypeError for a body that has no canonical form (see `canonicalJson`).
   */
  fingerprint(commandName: string, path: string, body: JsonValue | undefined): Fingerprint {
    return this.keys.sign(canonicalCommand(commandName, path, body));
  }

  /** Whether the recorded fingerprint is this command's, under the key it was made with. */
  verify(
    recorded: Fingerprint,
    commandName: string,
    path: string,
    body: JsonValue | undefined,
  ): boolean {
    return this.keys.verify(recorded, canonicalCommand(commandName, path, body));
  }
}

function canonicalCommand(commandName: string, path: string, body: JsonValue | undefined): string {
  return canonicalJson(body === undefined ? [commandName, path] : [commandName, path, body]);
}
