/** What an agent may do within its organisation; `operator` for those who run the deployment. */
export const AGENT_ROLES = [
  'admin-agent',
  'sales-agent',
  'helpdesk-agent',
  'auditor',
  'reporter',
] as const;
export type AgentRole = (typeof AGENT_ROLES)[number];
export type Role = 'operator' | AgentRole;

export type Organisation =
  | { readonly kind: 'operator' }
  | { readonly kind: 'provider'; readonly id: string }
  | { readonly kind: 'reseller'; readonly id: string };
export type OrganisationKind = Organisation['kind'];

/** Who calls, as its token says. All ids are opaque. */
export interface Principal {
  readonly kind: 'agent' | 'service' | 'operator';
  readonly id: string;
  readonly organisation: Organisation;
  /** `operator` exactly where the organisation is the operator. */
  readonly role: Role;
}

/** Opaque: no space and no `@`, so that neither a name nor an address fits. */
const OPAQUE_ID = /^[A-Za-z0-9._-]{1,100}$/;

/** The organisation as events and idempotency scopes name it: its id, or `operator`. */
export function organisationIdOf(principal: Principal): string {
  const { organisation } = principal;
  return organisation.kind === 'operator' ? 'operator' : organisation.id;
}

/** Reads a principal out of a verified token's claims; `undefined` where they do not name one. */
export function parsePrincipal(claims: {
  readonly id: unknown;
  readonly kind: unknown;
  readonly organisation: unknown;
  readonly role: unknown;
}): Principal | undefined {
  const { id, kind, role } = claims;
  const organisation = parseOrganisation(claims.organisation);
  if (organisation === undefined || !isOpaqueId(id)) return undefined;
  if (organisation.kind === 'operator') {
    const isOperator = role === 'operator' && (kind === 'operator' || kind === 'service');
    return isOperator ? { kind, id, organisation, role } : undefined;
  }
  const isAgent = isAgentRole(role) && (kind === 'agent' || kind === 'service');
  return isAgent ? { kind, id, organisation, role } : undefined;
}

function parseOrganisation(claim: unknown): Organisation | undefined {
  if (typeof claim !== 'object' || claim === null || !('kind' in claim)) return undefined;
  if (claim.kind === 'operator') return { kind: 'operator' };
  if (claim.kind !== 'provider' && claim.kind !== 'reseller') return undefined;
  return 'id' in claim && isOpaqueId(claim.id) ? { kind: claim.kind, id: claim.id } : undefined;
}

function isOpaqueId(value: unknown): value is string {
  return typeof value === 'string' && OPAQUE_ID.test(value);
}

function isAgentRole(value: unknown): value is AgentRole {
  return AGENT_ROLES.some((role) => role === value);
}
