import type { OrganisationKind, Role } from './principal';

type Roles = readonly Role[];
type Grants = Readonly<Partial<Record<OrganisationKind, Roles>>>;

const OPERATOR: Roles = ['operator'];
const ADMIN: Roles = ['admin-agent'];
const SALES: Roles = ['admin-agent', 'sales-agent'];
const HELPDESK: Roles = ['admin-agent', 'helpdesk-agent'];
const SALES_AND_HELPDESK: Roles = ['admin-agent', 'sales-agent', 'helpdesk-agent'];
const AUDIT: Roles = ['admin-agent', 'auditor'];
const ANY_AGENT: Roles = ['admin-agent', 'sales-agent', 'helpdesk-agent', 'auditor', 'reporter'];

/**
 * Which role of which kind of organisation may send which command and read what. Nobody else may.
 * Whether the thing is the caller's own (tenancy, delegation, an active partnership) is decided
 * elsewhere, on current state.
 */
const ROLE_TABLE = {
  'create-provider': { operator: OPERATOR },
  'apply-reseller': { reseller: ADMIN },
  'approve-reseller': { operator: OPERATOR },
  'reject-reseller': { operator: OPERATOR },
  'suspend-reseller': { operator: OPERATOR },
  'reinstate-reseller': { operator: OPERATOR },
  'change-reseller-profile': { reseller: ADMIN },
  'request-partnership': { provider: SALES },
  'withdraw-partnership-request': { provider: SALES },
  'remind-partnership-request': { provider: SALES },
  'note-partnership-request-bounce': { provider: SALES },
  'look-up-partnership-request': { reseller: SALES },
  'accept-partnership': { reseller: ADMIN },
  'decline-partnership': { reseller: ADMIN },
  'end-partnership': { provider: ADMIN, reseller: ADMIN },
  'publish-offer': { provider: ADMIN },
  'revise-offer': { provider: ADMIN },
  'retire-offer': { provider: ADMIN },
  'create-customer': { provider: SALES },
  'reissue-admin-credential': { provider: HELPDESK, reseller: HELPDESK },
  'order-subscription': { provider: SALES, reseller: SALES },
  'change-quantity': { provider: SALES, reseller: SALES },
  'rename-subscription': { provider: SALES_AND_HELPDESK, reseller: SALES_AND_HELPDESK },
  'set-auto-renew': { provider: SALES, reseller: SALES },
  'suspend-subscription': { provider: SALES_AND_HELPDESK, reseller: SALES_AND_HELPDESK },
  'reactivate-subscription': { provider: SALES_AND_HELPDESK, reseller: SALES_AND_HELPDESK },
  'cancel-subscription': { provider: SALES, reseller: SALES },
  'upgrade-subscription': { provider: SALES, reseller: SALES },
  'schedule-change': { provider: SALES, reseller: SALES },
  'undo-scheduled-change': { provider: SALES, reseller: SALES },
  // A reseller does not give credit to itself.
  'associate-subscription-reseller': { provider: SALES },
  // The choices are the provider's other resellers, which no reseller is shown.
  'designate-support-contact': { provider: SALES_AND_HELPDESK },

  'list-resellers': { operator: OPERATOR, provider: ANY_AGENT },
  'read-reseller': { operator: OPERATOR, provider: ANY_AGENT, reseller: ANY_AGENT },
  'list-reseller-customers': { provider: ANY_AGENT, reseller: ANY_AGENT },
  'list-providers': { operator: OPERATOR, reseller: ANY_AGENT },
  'list-partnership-requests': { provider: ANY_AGENT, reseller: ANY_AGENT },
  // Shows the link, with which a partnership is accepted.
  'read-partnership-request': { provider: SALES },
  'read-partnership': { provider: ANY_AGENT, reseller: ANY_AGENT },
  'list-country-rules': { operator: OPERATOR, provider: ANY_AGENT, reseller: ANY_AGENT },
  'read-country-rules': { operator: OPERATOR, provider: ANY_AGENT, reseller: ANY_AGENT },
  'list-market-regions': { operator: OPERATOR, provider: ANY_AGENT, reseller: ANY_AGENT },
  'list-offers': { provider: ANY_AGENT, reseller: ANY_AGENT },
  'check-domain': { provider: SALES },
  'list-customers': { provider: ANY_AGENT, reseller: ANY_AGENT },
  'read-customer': { provider: ANY_AGENT, reseller: ANY_AGENT },
  'list-subscriptions': { provider: ANY_AGENT, reseller: ANY_AGENT },
  'read-subscription': { provider: ANY_AGENT, reseller: ANY_AGENT },
  // Credits name other resellers.
  'read-credits': { provider: ANY_AGENT },
  'list-support-contact-choices': { provider: ANY_AGENT },
  // Events carry both sides of a move, and so name other resellers.
  'read-customer-events': { provider: AUDIT },
  'read-events': { provider: AUDIT },
} as const satisfies Readonly<Record<string, Grants>>;

/** A command or a read, as the role table names it. */
export type Action = keyof typeof ROLE_TABLE;

/** Every command and read there is. */
export const ACTIONS = Object.keys(ROLE_TABLE) as readonly Action[];

/** Whether this role in an organisation of this kind may do this at all. */
export function mayDo(role: Role, organisation: OrganisationKind, action: Action): boolean {
  return grantsOf(action)[organisation]?.includes(role) ?? false;
}

/** Who may do this, for a refusal to say so and for the API's document: such as `provider sales-agent`. */
export function rolesFor(action: Action): readonly string[] {
  return Object.entries(grantsOf(action)).flatMap(([organisation, roles]) =>
    roles.map((role) => roleName(role, organisation)),
  );
}

/** A role as people are told of it: with its kind of organisation, such as `provider sales-agent`. */
export function roleName(role: string, organisation: string): string {
  return role === organisation ? role : `${organisation} ${role}`;
}

function grantsOf(action: Action): Grants {
  return ROLE_TABLE[action];
}
