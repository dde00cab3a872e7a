/** What an agent may do within a provider or a reseller. */
export const AGENT_ROLES = [
  'admin-agent',
  'sales-agent',
  'helpdesk-agent',
  'auditor',
  'reporter',
] as const;
export type AgentRole = (typeof AGENT_ROLES)[number];
export type Role = 'operator' | AgentRole | 'customer-admin';

export type Organisation =
  | { readonly kind: 'operator' }
  | { readonly kind: 'provider'; readonly id: string }
  | { readonly kind: 'reseller'; readonly id: string }
  | { readonly kind: 'customer'; readonly id: string };
export type OrganisationKind = Organisation['kind'];

/** The roles that an organisation of each kind has, its administrator's first. */
export const ROLES_OF: Readonly<Record<OrganisationKind, readonly [Role, ...Role[]]>> = {
  operator: ['operator'],
  provider: AGENT_ROLES,
  reseller: AGENT_ROLES,
  customer: ['customer-admin'],
};

/** Who calls, as its token says. All ids are opaque. */
export interface Principal {
  readonly kind: 'agent' | 'service' | 'operator';
  readonly id: string;
  readonly organisation: Organisation;
  /** One that its kind of organisation has. */
  readonly role: Role;
  /** Of a service: the secret that it named itself by. */
  readonly credentialId?: string;
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
  const { id, kind } = claims;
  const organisation = parseOrganisation(claims.organisation);
  if (organisation === undefined || !isOpaqueId(id)) return undefined;
  const role = ROLES_OF[organisation.kind].find((each) => each === claims.role);
  const person = organisation.kind === 'operator' ? 'operator' : 'agent';
  const caller = ([person, 'service'] as const).find((each) => each === kind);
  return role === undefined || caller === undefined
    ? undefined
    : { kind: caller, id, organisation, role };
}

function parseOrganisation(claim: unknown): Organisation | undefined {
  if (typeof claim !== 'object' || claim === null || !('kind' in claim)) return undefined;
  if (claim.kind === 'operator') return { kind: 'operator' };
  const kind = (['provider', 'reseller', 'customer'] as const).find((each) => each === claim.kind);
  if (kind === undefined || !('id' in claim) || !isOpaqueId(claim.id)) return undefined;
  return { kind, id: claim.id };
}

function isOpaqueId(value: unknown): value is string {
  return typeof value === 'string' && OPAQUE_ID.test(value);
}
