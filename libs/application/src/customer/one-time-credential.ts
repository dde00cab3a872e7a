import type { CustomerEvent, CustomerId } from '@tierbook/domain';
import { generatePassword, type CredentialVault } from '@tierbook/identity';
import { DrawnSecret } from '../drawn-secret';

/** The new administrator's sign-in. The password stands in the first answer only. */
export interface AdminCredential {
  readonly userName: string;
  readonly password?: string;
}

/** The password of a customer's administrator that one command makes. */
export function drawnPassword(vault: CredentialVault, customerId: CustomerId): DrawnSecret {
  return new DrawnSecret(vault, `customer-${customerId}`, generatePassword);
}

/** What the answer says of the credential that these events issued: the password, if it was drawn here. */
export function adminCredentialIn(
  events: readonly CustomerEvent[],
  drawn: DrawnSecret,
): AdminCredential | undefined {
  const issued = events.find((event) => event.type === 'AdminCredentialIssued');
  if (issued === undefined) return undefined;
  const { userName, credentialId } = issued.data;
  const password = drawn.of(credentialId);
  return password === undefined ? { userName } : { userName, password };
}
