import { randomBytes, randomInt } from 'node:crypto';
import { v7 } from 'uuid';
import type { Clock } from '@tierbook/eventing';
import type { StateStore } from '@tierbook/state';
import type { KeyRing } from './key-ring';
import { MacKeys } from './mac';

/** Without 0 and o, 1, i and l, which are read for each other. */
const ALPHABET = '23456789abcdefghjkmnpqrstuvwxyz';
const GROUPS = 7;
const GROUP_LENGTH = 4;

const COLLECTION = 'credential-verifiers';

/** What is kept of a credential: enough to verify it, not to know it. */
interface Verifier {
  readonly [field: string]: string;
  readonly kid: string;
  readonly mac: string;
  /** The stream that names the credential while it counts: its category and id. */
  readonly owner: string;
  /** RFC 3339, UTC: verifiers that no event names are swept by age. */
  readonly createdAt: string;
}

/** A credential that has a verifier. */
export interface IssuedCredential {
  readonly credentialId: string;
  readonly owner: string;
  readonly createdAt: string;
  /** The vault's key that its verifier was made with. */
  readonly kid: string;
}

/** A credential's id, drawn at random (UUIDv7, RFC 9562): in the order in which they were drawn. */
export function newCredentialId(): string {
  return v7();
}

const SECRET_BYTES = 32;

/** A service's secret of 256 bits from the CSPRNG. It begins so that who scans for secrets finds it. */
export function generateSecret(): string {
  return `tbs_${randomBytes(SECRET_BYTES).toString('base64url')}`;
}

/** A one-time password of 138 bits from the CSPRNG, such as `k7mp-...`: 7 groups of 4, easy to read out. */
export function generatePassword(): string {
  const symbol = () => ALPHABET.charAt(randomInt(ALPHABET.length));
  const group = () => Array.from({ length: GROUP_LENGTH }, symbol).join('');
  return Array.from({ length: GROUPS }, group).join('-');
}

/**
 * Keeps the verifiers of one-time credentials: HMAC-SHA256 under the vault's key, which is fit for
 * machine-made secrets only. The password itself is kept nowhere.
 */
export class CredentialVault {
  private readonly keys: MacKeys;

  constructor(
    private readonly state: StateStore,
    ring: KeyRing,
    private readonly clock: Clock,
  ) {
    this.keys = new MacKeys(ring, 'credential-vault');
  }

  /**
   * Makes `password` verify under `credentialId`, an id drawn at random for this attempt; durable when
   * answered. `owner` is the stream whose event will name it.
   * @throws Error when the id has a verifier already: it is never overwritten.
   */
  async issue(credentialId: string, password: string, owner: string): Promise<void> {
    const verifier: Verifier = {
      ...this.keys.sign(boundPassword(credentialId, password)),
      owner,
      createdAt: this.clock.now().toISOString(),
    };
    const version = await this.state.put(COLLECTION, credentialId, verifier, 'absent');
    if (version === undefined) {
      throw new Error(`Credential ${credentialId} was issued before: draw a new id.`);
    }
  }

  /** Whether `password` is what was issued under `credentialId`, and that was not removed. */
  async verify(credentialId: string, password: string): Promise<boolean> {
    const record = await this.state.get<Verifier>(COLLECTION, credentialId);
    if (record === undefined) return false;
    return this.keys.verify(record.value, boundPassword(credentialId, password));
  }

  /** Makes the credential verify no more: it was revoked, or no event names it. */
  async remove(credentialId: string): Promise<void> {
    await this.state.remove(COLLECTION, credentialId);
  }

  /** The credential, if it has a verifier. */
  async find(credentialId: string): Promise<IssuedCredential | undefined> {
    const record = await this.state.get<Verifier>(COLLECTION, credentialId);
    return record === undefined ? undefined : issued(credentialId, record.value);
  }

  /** At most `limit` credentials after this one, in the order of their ids. */
  async list(after: string | undefined, limit: number): Promise<readonly IssuedCredential[]> {
    const from = after === undefined ? {} : { after };
    const records = await this.state.list<Verifier>(COLLECTION, { ...from, limit });
    return records.map(({ key, value }) => issued(key, value));
  }
}

function issued(credentialId: string, { owner, createdAt, kid }: Verifier): IssuedCredential {
  return { credentialId, owner, createdAt, kid };
}

function boundPassword(credentialId: string, password: string): string {
  return `${credentialId}\0${password}`;
}
