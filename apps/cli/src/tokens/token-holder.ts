import { resellerIdOf } from '@tierbook/application';
import { parsePartnerId } from '@tierbook/domain';
import { parsePrincipal, ROLES_OF, type Organisation, type Principal } from '@tierbook/identity';
import { UsageError } from '../errors';
import { oneOf } from '../option-values';

/** How `--organisation` is written. */
export const ORGANISATION_FORMS =
  'operator, provider:<id>, reseller:<id>, reseller-partner-id:<digits> or customer:<id>';

/**
 * The organisation that `--organisation` names; a partner id gives the id of its reseller.
 * @throws UsageError
 */
export function parseOrganisation(text: string): Organisation {
  if (text === 'operator') return { kind: 'operator' };
  const [, form, id = ''] =
    /^(provider|reseller|reseller-partner-id|customer):(.+)$/.exec(text) ?? [];
  switch (form) {
    case 'provider':
    case 'reseller':
    case 'customer':
      return { kind: form, id };
    case 'reseller-partner-id': {
      const partnerId = parsePartnerId(id);
      if (partnerId !== null) return { kind: 'reseller', id: resellerIdOf(partnerId) };
      throw new UsageError(`'${id}' is no partner id: give 1 to 20 digits without a leading zero.`);
    }
    default:
      throw new UsageError(`--organisation is '${text}': give ${ORGANISATION_FORMS}.`);
  }
}

/**
 * Whom the token will name. Without a role, the organisation's own administrator.
 * @throws UsageError for a role that the organisation does not have, and an id that is not opaque.
 */
export function tokenHolder(
  organisation: Organisation,
  { role, id }: { readonly role?: string | undefined; readonly id: string },
): Principal {
  const roles = ROLES_OF[organisation.kind];
  const holder = parsePrincipal({
    id,
    kind: organisation.kind === 'operator' ? 'operator' : 'agent',
    organisation,
    role: role === undefined ? roles[0] : oneOf('--role', role, roles),
  });
  if (holder !== undefined) return holder;
  throw new UsageError(
    'Ids are 1 to 100 letters, digits, dots, hyphens and underscores: no name and no address.',
  );
}
