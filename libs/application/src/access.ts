import type { Authority, Gathering, OrRefusal, Refusal } from '@tierbook/eventing';
import {
  mayDo,
  organisationIdOf,
  roleName,
  rolesFor,
  type Action,
  type Principal,
} from '@tierbook/identity';
import { aggregates } from './aggregates';

/** Refusals of access, beside the deciders' and the kernel's. */
export type AccessRefusalCode = 'forbidden' | 'not-found';

/** Nothing is said of what another tenant has: it is not there. */
export function notFound(what: string): { readonly refusal: Refusal<AccessRefusalCode> } {
  return { refusal: { code: 'not-found', detail: `There is no such ${what} for this caller.` } };
}

/** Whether the caller's role may do this at all; a refusal says which roles may. */
export function checkRole(principal: Principal, action: Action): OrRefusal<Authority> {
  if (mayDo(principal.role, principal.organisation.kind, action)) return { ok: {} };
  const caller = roleName(principal.role, principal.organisation.kind);
  return {
    refusal: {
      code: 'forbidden',
      detail: `${caller} may not ${action}; these may: ${rolesFor(action).join(', ')}.`,
    },
  };
}

/** For what a provider makes: the role must allow it, and the operator must have created the provider. */
export async function checkProvider(
  principal: Principal,
  action: Action,
  gathering: Gathering,
): Promise<OrRefusal<Authority>> {
  const allowed = checkRole(principal, action);
  if ('refusal' in allowed) return allowed;
  const provider = await gathering.read(aggregates.provider, organisationIdOf(principal));
  return provider.status === 'none' ? notFound('provider') : allowed;
}

/** For what belongs to one provider: others do not see it, and the role must allow it. */
export function checkOwner(
  principal: Principal,
  action: Action,
  owner: string | null,
  what: string,
): OrRefusal<Authority> {
  const { organisation } = principal;
  return organisation.kind === 'provider' && organisation.id === owner
    ? checkRole(principal, action)
    : notFound(what);
}
