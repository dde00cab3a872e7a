import type { OrganisationKind, Role } from './principal';

type Roles = readonly Role[];

/**
 * What a command or a read is about, which says on which condition a role may: `none` is about no one
 * thing (what is made is one's own, lists show what is one's own); `provider` is what one provider owns.
 * `customer` is a customer with its subscriptions.
 */
export type Subject = 'none' | 'provider' | 'reseller' | 'partnership' | 'customer';

/** What a delegation may let a reseller do with a customer, as the domain names its rights. */
type Right = 'read-customer' | 'manage-customer' | 'order-subscriptions' | 'manage-subscriptions';

interface Row extends Readonly<Partial<Record<OrganisationKind, Roles>>> {
  readonly of: Subject;
  /** The right that a reseller's delegation must hold; of what is about a customer only. */
  readonly right?: Right;
}

const OPERATOR: Roles = ['operator'];
const CUSTOMER: Roles = ['customer-admin'];
const ADMIN: Roles = ['admin-agent'];
const SALES: Roles = ['admin-agent', 'sales-agent'];
const HELPDESK: Roles = ['admin-agent', 'helpdesk-agent'];
const SALES_AND_HELPDESK: Roles = ['admin-agent', 'sales-agent', 'helpdesk-agent'];
const AUDIT: Roles = ['admin-agent', 'auditor'];
const ANY_AGENT: Roles = ['admin-agent', 'sales-agent', 'helpdesk-agent', 'auditor', 'reporter'];

/**
 * Which role of which kind of organisation may send which command and read what, and on which condition
 * (`conditionOf`). Nobody else may. Whether the condition holds is decided where things are done, on
 * current state.
 */
const ROLE_TABLE = {
  'create-provider': { of: 'none', operator: OPERATOR },
  'apply-reseller': { of: 'none', reseller: ADMIN },
  'approve-reseller': { of: 'reseller', operator: OPERATOR },
  'reject-reseller': { of: 'reseller', operator: OPERATOR },
  'suspend-reseller': { of: 'reseller', operator: OPERATOR },
  'reinstate-reseller': { of: 'reseller', operator: OPERATOR },
  'change-reseller-profile': { of: 'reseller', reseller: ADMIN },
  'require-agreement': { of: 'provider', provider: ADMIN },
  'request-partnership': { of: 'none', provider: SALES },
  'withdraw-partnership-request': { of: 'provider', provider: SALES },
  'remind-partnership-request': { of: 'provider', provider: SALES },
  'note-partnership-request-bounce': { of: 'provider', provider: SALES },
  'look-up-partnership-request': { of: 'none', reseller: SALES },
  'accept-partnership': { of: 'none', reseller: ADMIN },
  'decline-partnership': { of: 'none', reseller: ADMIN },
  'end-partnership': { of: 'partnership', provider: ADMIN, reseller: ADMIN },
  'publish-offer': { of: 'none', provider: ADMIN },
  'revise-offer': { of: 'provider', provider: ADMIN },
  'retire-offer': { of: 'provider', provider: ADMIN },
  'create-customer': { of: 'none', provider: SALES },
  'reissue-admin-credential': {
    of: 'customer',
    provider: HELPDESK,
    reseller: HELPDESK,
    right: 'manage-customer',
  },
  'change-customer-profile': {
    of: 'customer',
    provider: SALES_AND_HELPDESK,
    reseller: SALES_AND_HELPDESK,
    right: 'manage-customer',
  },
  'change-billing-profile': { of: 'customer', provider: SALES },
  'set-customer-reference': { of: 'customer', provider: SALES },
  'record-agreement': {
    of: 'customer',
    provider: SALES,
    reseller: SALES,
    right: 'manage-customer',
  },
  // A reseller does not give itself a customer.
  'associate-customer-reseller': { of: 'customer', provider: SALES },
  'end-customer': { of: 'customer', provider: ADMIN },
  'reopen-customer': { of: 'customer', provider: ADMIN },
  'order-subscription': {
    of: 'customer',
    provider: SALES,
    reseller: SALES,
    right: 'order-subscriptions',
  },
  'change-quantity': {
    of: 'customer',
    provider: SALES,
    reseller: SALES,
    right: 'manage-subscriptions',
  },
  'rename-subscription': {
    of: 'customer',
    provider: SALES_AND_HELPDESK,
    reseller: SALES_AND_HELPDESK,
    right: 'manage-subscriptions',
  },
  'set-auto-renew': {
    of: 'customer',
    provider: SALES,
    reseller: SALES,
    right: 'manage-subscriptions',
  },
  'suspend-subscription': {
    of: 'customer',
    provider: SALES_AND_HELPDESK,
    reseller: SALES_AND_HELPDESK,
    right: 'manage-subscriptions',
  },
  'reactivate-subscription': {
    of: 'customer',
    provider: SALES_AND_HELPDESK,
    reseller: SALES_AND_HELPDESK,
    right: 'manage-subscriptions',
  },
  'cancel-subscription': {
    of: 'customer',
    provider: SALES,
    reseller: SALES,
    right: 'manage-subscriptions',
  },
  'upgrade-subscription': {
    of: 'customer',
    provider: SALES,
    reseller: SALES,
    right: 'manage-subscriptions',
  },
  'schedule-change': {
    of: 'customer',
    provider: SALES,
    reseller: SALES,
    right: 'manage-subscriptions',
  },
  'undo-scheduled-change': {
    of: 'customer',
    provider: SALES,
    reseller: SALES,
    right: 'manage-subscriptions',
  },
  // Each command of a batch is decided as it would be alone.
  'send-customer-commands': {
    of: 'customer',
    provider: SALES_AND_HELPDESK,
    reseller: SALES_AND_HELPDESK,
    right: 'read-customer',
  },
  // A reseller does not give credit to itself.
  'associate-subscription-reseller': { of: 'customer', provider: SALES },
  // The choices are the provider's other resellers, which no reseller is shown.
  'designate-support-contact': { of: 'customer', provider: SALES_AND_HELPDESK },
  // How views are built: of the deployment, and nobody's data.
  'control-projections': { of: 'none', operator: OPERATOR },
  'grant-delegated-admin': { of: 'customer', provider: ADMIN },
  'renew-delegated-admin': { of: 'customer', provider: ADMIN },
  'revoke-delegated-admin': { of: 'customer', provider: ADMIN },
  'erase-customer': { of: 'customer', provider: ADMIN },
  'create-service': { of: 'none', operator: OPERATOR, provider: ADMIN, reseller: ADMIN },
  'rotate-service-secret': { of: 'none', operator: OPERATOR, provider: ADMIN, reseller: ADMIN },
  'revoke-service': { of: 'none', operator: OPERATOR, provider: ADMIN, reseller: ADMIN },

  'list-resellers': { of: 'none', operator: OPERATOR, provider: ANY_AGENT },
  'read-projections': { of: 'none', operator: OPERATOR },
  'read-reseller': { of: 'reseller', operator: OPERATOR, provider: ANY_AGENT, reseller: ANY_AGENT },
  'list-reseller-customers': { of: 'reseller', provider: ANY_AGENT, reseller: ANY_AGENT },
  'list-providers': { of: 'none', operator: OPERATOR, reseller: ANY_AGENT },
  'read-provider': { of: 'provider', operator: OPERATOR, provider: ANY_AGENT },
  'list-partnership-requests': { of: 'none', provider: ANY_AGENT, reseller: ANY_AGENT },
  // Shows the link, with which a partnership is accepted.
  'read-partnership-request': { of: 'provider', provider: SALES },
  'read-partnership': { of: 'partnership', provider: ANY_AGENT, reseller: ANY_AGENT },
  'read-off-boarding': { of: 'partnership', provider: ANY_AGENT },
  'list-country-rules': {
    of: 'none',
    operator: OPERATOR,
    provider: ANY_AGENT,
    reseller: ANY_AGENT,
  },
  'read-country-rules': {
    of: 'none',
    operator: OPERATOR,
    provider: ANY_AGENT,
    reseller: ANY_AGENT,
  },
  'list-market-regions': {
    of: 'none',
    operator: OPERATOR,
    provider: ANY_AGENT,
    reseller: ANY_AGENT,
  },
  'read-offer': { of: 'provider', provider: ANY_AGENT },
  'list-offers': { of: 'none', provider: ANY_AGENT, reseller: ANY_AGENT },
  'check-domain': { of: 'none', provider: SALES },
  'list-customers': { of: 'none', provider: ANY_AGENT, reseller: ANY_AGENT },
  'read-customer': {
    of: 'customer',
    provider: ANY_AGENT,
    reseller: ANY_AGENT,
    customer: CUSTOMER,
    right: 'read-customer',
  },
  // Across customers; who is credited for each is shown, which no reseller is told of another.
  'list-provider-subscriptions': { of: 'none', provider: ANY_AGENT },
  'list-subscriptions': {
    of: 'customer',
    provider: ANY_AGENT,
    reseller: ANY_AGENT,
    customer: CUSTOMER,
    right: 'read-customer',
  },
  'read-subscription': {
    of: 'customer',
    provider: ANY_AGENT,
    reseller: ANY_AGENT,
    customer: CUSTOMER,
    right: 'read-customer',
  },
  'list-delegations': {
    of: 'customer',
    provider: ANY_AGENT,
    reseller: ANY_AGENT,
    customer: CUSTOMER,
    right: 'read-customer',
  },
  'read-delegation': {
    of: 'customer',
    provider: ANY_AGENT,
    reseller: ANY_AGENT,
    customer: CUSTOMER,
    right: 'read-customer',
  },
  // Credits name other resellers.
  'read-credits': { of: 'customer', provider: ANY_AGENT },
  'list-support-contact-choices': { of: 'customer', provider: ANY_AGENT },
  // Of what its rights cover now; a reseller is not told of others.
  'read-customer-events': {
    of: 'customer',
    provider: AUDIT,
    reseller: AUDIT,
    right: 'read-customer',
  },
  'read-subscription-events': {
    of: 'customer',
    provider: AUDIT,
    reseller: AUDIT,
    right: 'read-customer',
  },
  'read-delegation-events': {
    of: 'customer',
    provider: AUDIT,
    reseller: AUDIT,
    right: 'read-customer',
  },
  'read-provider-events': { of: 'provider', operator: OPERATOR, provider: AUDIT },
  // Of its enrolment, with the reasons that the operator gave.
  'read-reseller-events': { of: 'reseller', operator: OPERATOR, reseller: AUDIT },
  'read-partnership-events': { of: 'partnership', provider: AUDIT, reseller: AUDIT },
  'read-partnership-request-events': { of: 'provider', provider: AUDIT },
  'read-offer-events': { of: 'provider', provider: AUDIT },
  'read-service-events': { of: 'none', operator: OPERATOR, provider: AUDIT, reseller: AUDIT },
  'read-events': { of: 'none', provider: AUDIT, reseller: AUDIT },
  'list-services': { of: 'none', operator: OPERATOR, provider: AUDIT, reseller: AUDIT },
  'read-service': { of: 'none', operator: OPERATOR, provider: AUDIT, reseller: AUDIT },
  'list-refusals': { of: 'none', operator: OPERATOR, provider: AUDIT, reseller: AUDIT },
  'read-event-proof': { of: 'none', provider: AUDIT },
  // Hashes of everybody's events, and nothing else.
  'read-consistency-proof': { of: 'none', operator: OPERATOR, provider: AUDIT },
} as const satisfies Readonly<Record<string, Row>>;

/** A command or a read, as the role table names it. */
export type Action = keyof typeof ROLE_TABLE;

/** An action that is about no one thing: role alone decides. */
export type GeneralAction = {
  [A in Action]: (typeof ROLE_TABLE)[A]['of'] extends 'none' ? A : never;
}[Action];

/** An action about something that belongs to somebody: who has nothing to do with it does not find it. */
export type ActionOnOne = Exclude<Action, GeneralAction>;

/** What is done with a customer or its subscriptions. */
export type CustomerAction = {
  [A in Action]: (typeof ROLE_TABLE)[A]['of'] extends 'customer' ? A : never;
}[Action];

/** Every command and read there is. */
export const ACTIONS = Object.keys(ROLE_TABLE) as readonly Action[];

/** Whether this role in an organisation of this kind may do this at all. */
export function mayDo(role: Role, organisation: OrganisationKind, action: Action): boolean {
  return rowOf(action)[organisation]?.includes(role) ?? false;
}

/** Whether the action is about no one thing, so that its role alone decides. */
export function isGeneral(action: Action): action is GeneralAction {
  return rowOf(action).of === 'none';
}

/** Whether the action is about a customer or its subscriptions. */
export function isOnCustomer(action: Action): action is CustomerAction {
  return rowOf(action).of === 'customer';
}

/** The right that a reseller's delegation must hold for this; `undefined` where no delegation gives it. */
export function rightFor(action: CustomerAction): Right | undefined {
  return rowOf(action).right;
}

/** Who may do this, for a refusal to say so and for the API's document: such as `provider sales-agent`. */
export function rolesFor(action: Action): readonly string[] {
  return organisationsFor(action).flatMap((organisation) =>
    (rowOf(action)[organisation] ?? []).map((role) => roleName(role, organisation)),
  );
}

/** On which condition each kind of organisation may do this, in words. */
export function conditionsOf(action: Action): Readonly<Partial<Record<OrganisationKind, string>>> {
  return Object.fromEntries(
    organisationsFor(action).map((organisation) => [
      organisation,
      conditionOf(rowOf(action), organisation),
    ]),
  );
}

/** A role as people are told of it: with its kind of organisation, such as `provider sales-agent`. */
export function roleName(role: string, organisation: string): string {
  return role === 'operator' || role === 'customer-admin' ? role : `${organisation} ${role}`;
}

const ORGANISATIONS = ['operator', 'provider', 'reseller', 'customer'] as const;

function organisationsFor(action: Action): readonly OrganisationKind[] {
  return ORGANISATIONS.filter((organisation) => rowOf(action)[organisation] !== undefined);
}

function conditionOf({ of, right }: Row, organisation: OrganisationKind): string {
  if (of === 'none' || organisation === 'operator') return 'always';
  if (organisation === 'customer') return 'itself';
  switch (of) {
    case 'provider':
      return 'its own';
    case 'partnership':
      return 'either side of it';
    case 'reseller':
      return organisation === 'reseller' ? 'itself' : 'its partner, now or once';
    case 'customer':
      return organisation === 'provider' ? 'its own' : byDelegation(right);
  }
}

function byDelegation(right: Right | undefined): string {
  const delegated = `in an active partnership, by a delegation of ${String(right)} that covers it`;
  return right === 'read-customer' ? `${delegated}, or as its support contact` : delegated;
}

function rowOf(action: Action): Row {
  return ROLE_TABLE[action];
}
