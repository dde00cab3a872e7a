import { partnershipIdOf, type ProviderId, type ResellerId } from '@tierbook/domain';
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

/**
 * For what is about one reseller: it is seen by the operator, by itself, and by who partners with it or once
 * did; the role must allow it.
 */
export async function checkOnReseller(
  principal: Principal,
  action: Action,
  resellerId: ResellerId,
  gathering: Gathering,
): Promise<OrRefusal<Authority>> {
  return (await seesReseller(principal, resellerId, gathering))
    ? checkRole(principal, action)
    : notFound('reseller');
}

/** Whether this caller may know of the provider: the operator of any, a provider of itself. */
export async function seesProvider(
  { organisation }: Principal,
  providerId: ProviderId,
  gathering: Gathering,
): Promise<boolean> {
  const isIts = organisation.kind === 'operator' || organisation.id === providerId;
  return isIts && (await gathering.read(aggregates.provider, providerId)).status !== 'none';
}

/** Whether the caller is the provider that made it, such as an offer; nobody made what is not there. */
export function isOwnedBy(
  { organisation }: Principal,
  { providerId }: { readonly status?: string; readonly providerId?: ProviderId },
): boolean {
  return organisation.kind === 'provider' && providerId === organisation.id;
}

/** Whether this caller may know of the reseller: by the streams, never by a view. */
export async function seesReseller(
  { organisation }: Principal,
  resellerId: ResellerId,
  gathering: Gathering,
): Promise<boolean> {
  switch (organisation.kind) {
    case 'customer':
      return false;
    case 'provider': {
      const id = partnershipIdOf(organisation.id as ProviderId, resellerId);
      return (await gathering.read(aggregates.partnership, id)).status !== 'none';
    }
    case 'reseller':
    case 'operator': {
      if (organisation.kind === 'reseller' && organisation.id !== resellerId) return false;
      return (await gathering.read(aggregates.reseller, resellerId)).status !== 'none';
    }
  }
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
