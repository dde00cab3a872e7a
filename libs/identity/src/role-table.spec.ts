import { describe, expect, it } from '@jest/globals';
import { AGENT_ROLES, type OrganisationKind, type Role } from './principal';
import { ACTIONS, conditionsOf, mayDo, rolesFor, type Action } from './role-table';

const COMMANDS: readonly Action[] = ACTIONS.slice(0, ACTIONS.indexOf('list-resellers'));
const READS: readonly Action[] = ACTIONS.slice(COMMANDS.length);
const allowed = (role: Role, organisation: OrganisationKind, actions = ACTIONS) =>
  actions.filter((action) => mayDo(role, organisation, action));

describe('role table', () => {
  it('lists commands first, and then reads, which say so', () => {
    expect(COMMANDS.filter((action) => /^(list|read|check)-/.test(action))).toEqual([]);
    expect(READS.filter((action) => !/^(list|read|check)-/.test(action))).toEqual([]);
  });

  it('lets somebody do each thing', () => {
    expect(ACTIONS.filter((action) => rolesFor(action).length === 0)).toEqual([]);
  });

  it('shows an operator enrolment, and nothing of a customer', () => {
    expect(allowed('operator', 'operator')).toEqual([
      'create-provider',
      'approve-reseller',
      'reject-reseller',
      'suspend-reseller',
      'reinstate-reseller',
      'control-projections',
      'create-service',
      'rotate-service-secret',
      'revoke-service',
      'list-resellers',
      'read-projections',
      'read-reseller',
      'list-providers',
      'read-provider',
      'list-country-rules',
      'read-country-rules',
      'list-market-regions',
      'read-provider-events',
      'read-reseller-events',
      'read-service-events',
      'list-services',
      'read-service',
      'list-refusals',
      'read-consistency-proof',
    ]);
  });

  it('keeps the role of operator to the operator, and agents out of it', () => {
    expect(allowed('operator', 'provider')).toEqual([]);
    expect(allowed('operator', 'reseller')).toEqual([]);
    for (const role of AGENT_ROLES) expect(allowed(role, 'operator')).toEqual([]);
  });

  it.each<Role>(['auditor', 'reporter'])('lets no %s send a command', (role) => {
    for (const organisation of ['provider', 'reseller'] as const) {
      expect(allowed(role, organisation, COMMANDS)).toEqual([]);
      expect(allowed(role, organisation, READS).length).toBeGreaterThan(0);
    }
  });

  it("lets a customer's administrator read its account, and nothing else", () => {
    expect(allowed('customer-admin', 'customer')).toEqual([
      'read-customer',
      'list-subscriptions',
      'read-subscription',
      'list-delegations',
      'read-delegation',
    ]);
  });

  it('lets a reseller do nothing with a customer but by a right that its delegation holds', () => {
    const conditions = ACTIONS.map((action) => conditionsOf(action).reseller ?? '');
    const delegated = conditions.filter((condition) => condition.includes('delegation'));
    expect(delegated.length).toBeGreaterThan(10);
    for (const condition of delegated) {
      expect(condition).toMatch(/by a delegation of (?:read|manage|order)-\w+ that covers it/);
    }
  });

  it("lets a provider's admin-agent do everything of a provider", () => {
    const ofAProvider = ACTIONS.filter((action) =>
      rolesFor(action).some((role) => role.startsWith('provider ')),
    );
    expect(allowed('admin-agent', 'provider')).toEqual(ofAProvider);
  });

  it.each<[Role, OrganisationKind, readonly Action[]]>([
    [
      'sales-agent',
      'provider',
      [
        'request-partnership',
        'withdraw-partnership-request',
        'remind-partnership-request',
        'note-partnership-request-bounce',
        'create-customer',
        'change-customer-profile',
        'change-billing-profile',
        'set-customer-reference',
        'record-agreement',
        'associate-customer-reseller',
        'order-subscription',
        'change-quantity',
        'rename-subscription',
        'set-auto-renew',
        'suspend-subscription',
        'reactivate-subscription',
        'cancel-subscription',
        'upgrade-subscription',
        'schedule-change',
        'undo-scheduled-change',
        'send-customer-commands',
        'associate-subscription-reseller',
        'designate-support-contact',
      ],
    ],
    [
      'helpdesk-agent',
      'provider',
      [
        'reissue-admin-credential',
        'change-customer-profile',
        'rename-subscription',
        'suspend-subscription',
        'reactivate-subscription',
        'send-customer-commands',
        'designate-support-contact',
      ],
    ],
    [
      'admin-agent',
      'reseller',
      [
        'apply-reseller',
        'change-reseller-profile',
        'look-up-partnership-request',
        'accept-partnership',
        'decline-partnership',
        'end-partnership',
        'reissue-admin-credential',
        'change-customer-profile',
        'record-agreement',
        'order-subscription',
        'change-quantity',
        'rename-subscription',
        'set-auto-renew',
        'suspend-subscription',
        'reactivate-subscription',
        'cancel-subscription',
        'upgrade-subscription',
        'schedule-change',
        'undo-scheduled-change',
        'send-customer-commands',
        'create-service',
        'rotate-service-secret',
        'revoke-service',
      ],
    ],
    [
      'sales-agent',
      'reseller',
      [
        'look-up-partnership-request',
        'change-customer-profile',
        'record-agreement',
        'order-subscription',
        'change-quantity',
        'rename-subscription',
        'set-auto-renew',
        'suspend-subscription',
        'reactivate-subscription',
        'cancel-subscription',
        'upgrade-subscription',
        'schedule-change',
        'undo-scheduled-change',
        'send-customer-commands',
      ],
    ],
    [
      'helpdesk-agent',
      'reseller',
      [
        'reissue-admin-credential',
        'change-customer-profile',
        'rename-subscription',
        'suspend-subscription',
        'reactivate-subscription',
        'send-customer-commands',
      ],
    ],
  ])('lets a %s of a %s send these commands and no other', (role, organisation, commands) => {
    expect(allowed(role, organisation, COMMANDS)).toEqual(commands);
  });

  it('shows events to auditors and admin-agents only', () => {
    for (const action of ['read-events', 'read-customer-events'] as const) {
      expect(rolesFor(action)).toEqual([
        'provider admin-agent',
        'provider auditor',
        'reseller admin-agent',
        'reseller auditor',
      ]);
    }
  });

  it('says who may, in words', () => {
    expect(rolesFor('create-provider')).toEqual(['operator']);
    expect(rolesFor('read-customer').at(-1)).toBe('customer-admin');
    expect(conditionsOf('read-customer')).toEqual({
      provider: 'its own',
      reseller:
        'in an active partnership, by a delegation of read-customer that covers it, or as its support contact',
      customer: 'itself',
    });
    expect(rolesFor('end-partnership')).toEqual(['provider admin-agent', 'reseller admin-agent']);
  });
});
