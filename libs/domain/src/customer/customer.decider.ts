import { brokenCountryRules } from '../country-rules/country-checks';
import { accept, refuse, refuseBroken, type BrokenRule, type Decision } from '../decision';
import { unreachable } from '../defect';
import type { Instant, PartneredReseller, SubscriptionId } from '../ids';
import { parseDomainPrefix } from '../identifiers';
import type {
  AssociateSubscriptionReseller,
  ChangeQuantity,
  CreateCustomer,
  CustomerCommand,
  DesignateSupportContact,
  OrderSubscription,
  ReissueAdminCredential,
} from './customer.commands';
import type { CustomerEvent, DelegatedAdminRevoked, SupportContact } from './customer.events';
import type { CustomerState, SubscriptionState } from './customer.state';
import { delegationsOn, grant, holdsAt, revoke } from './delegation';
import {
  brokenRulesOf,
  partnered,
  place,
  quantityOutOfRange,
  unpartneredReseller,
  warningsOf,
} from './subscription-order';

type Existing = Exclude<CustomerState, { readonly status: 'none' }>;
type Decided = Decision<CustomerEvent>;

export const initialState: CustomerState = { status: 'none' };

export function decide(command: CustomerCommand, state: CustomerState): Decided {
  if (command.type === 'create-customer') return create(command, state);
  if (state.status === 'none') throw unreachable(command, state.status);
  switch (command.type) {
    case 'reissue-admin-credential':
      return reissueCredential(command, state);
    case 'order-subscription':
      return order(command, state);
    case 'change-quantity':
      return changeQuantity(command, state);
    case 'associate-subscription-reseller':
      return associateReseller(command, state);
    case 'designate-support-contact':
      return designateSupportContact(command, state);
  }
}

/** All or nothing: one order that is refused refuses the customer. */
function create(command: CreateCustomer, state: CustomerState): Decided {
  const { customerId, providerId, domain, country, culture, language, profile, at } = command;
  if (parseDomainPrefix(domain) !== domain) {
    throw new TypeError('domain must be 1-63 lower-case letters and digits; parse it first.');
  }
  const refusal = refuseBroken([
    ...domainTaken(command, state),
    ...brokenCountryRules({ country, ...profile, phoneIsValid: command.phoneIsValid }),
    ...unpartneredReseller(command.reseller, '/resellerId'),
    ...command.subscriptions.flatMap((item, index) =>
      brokenRulesOf(item, `/subscriptions/${index}`),
    ),
  ]);
  if (refusal !== undefined) return refusal;

  const reseller = partnered(command.reseller);
  return accept<CustomerEvent>(
    {
      type: 'CustomerCreated',
      data: { customerId, providerId, domain, country, culture, language },
      personal: profile,
    },
    ...(reseller === null ? [] : associateAccount(command, reseller)),
    {
      type: 'AdminCredentialIssued',
      data: {
        customerId,
        credentialId: command.credentialId,
        userName: adminUserName(domain),
        previousCredentialId: null,
      },
    },
    ...command.subscriptions.flatMap((item) => place(item, { customerId, reseller }, at)),
  );
}

function associateAccount(
  { customerId, delegationId, at }: CreateCustomer,
  reseller: PartneredReseller,
): CustomerEvent[] {
  return [
    { type: 'CustomerResellerChanged', data: { customerId, from: null, to: reseller } },
    grant(customerId, delegationId, reseller, { kind: 'account' }, at),
  ];
}

function domainTaken({ domain }: CreateCustomer, state: CustomerState): BrokenRule[] {
  if (state.status === 'none') return [];
  const detail = `A customer of this provider has the domain "${domain}".`;
  return [{ code: 'domain-taken', pointer: '/domain', detail }];
}

function adminUserName(domain: string): string {
  return `admin@${domain}`;
}

function reissueCredential({ credentialId }: ReissueAdminCredential, state: Existing): Decided {
  const { customerId, userName, credentialId: previousCredentialId } = state;
  return accept({
    type: 'AdminCredentialIssued',
    data: { customerId, credentialId, userName, previousCredentialId },
  });
}

function order({ order: item, at }: OrderSubscription, state: Existing): Decided {
  return refuseBroken(brokenRulesOf(item, '')) ?? accept(...place(item, state, at));
}

/** Only an active subscription changes its quantity: a suspended one may not, by the programme's rule. */
function changeQuantity(
  { subscriptionId, quantity, at }: ChangeQuantity,
  state: Existing,
): Decided {
  const subscription = state.subscriptions.get(subscriptionId);
  if (subscription === undefined) return unknownSubscription(subscriptionId);
  if (subscription.status !== 'active') return notActive(subscription);
  const refusal = refuseBroken(quantityOutOfRange(quantity, subscription.offer, '/quantity'));
  if (refusal !== undefined) return refusal;
  if (quantity === subscription.quantity) return accept();
  return accept({
    type: 'SubscriptionQuantityChanged',
    data: {
      customerId: state.customerId,
      subscriptionId,
      offerId: subscription.offerId,
      from: subscription.quantity,
      to: quantity,
      effectiveFrom: at,
      resellerOfRecord: subscription.resellerOfRecord,
    },
  });
}

/**
 * Moves the record and, with it, the delegation scoped to the subscription. Delegations of the
 * former and the new reseller end, but for one that already is as asked.
 */
function associateReseller(command: AssociateSubscriptionReseller, state: Existing): Decided {
  const { subscriptionId, at } = command;
  const subscription = state.subscriptions.get(subscriptionId);
  if (subscription === undefined) return unknownSubscription(subscriptionId);
  const refusal =
    ended(subscription) ?? refuseBroken(unpartneredReseller(command.reseller, '/resellerId'));
  if (refusal !== undefined) return refusal;

  const { customerId } = state;
  const from = subscription.resellerOfRecord;
  const to = partnered(command.reseller);
  const moves = !isSamePartner(from, to);
  const administrator = command.delegatedAdmin ? to : null;
  const granted = delegationsOn(state, subscriptionId).filter(
    ({ resellerId }) => resellerId === from?.resellerId || resellerId === to?.resellerId,
  );
  const kept = granted.find(
    (delegation) => isSamePartner(delegation, administrator) && holdsAt(delegation, at),
  );
  const cause = moves ? 'reseller-changed' : 'revoked';
  return accept<CustomerEvent>(
    ...granted
      .filter((delegation) => delegation !== kept)
      .map((delegation): DelegatedAdminRevoked => revoke(customerId, delegation, cause, at)),
    ...(moves ? [recordMoved(state, subscription, to, at)] : []),
    ...(administrator === null || kept !== undefined
      ? []
      : [
          grant(
            customerId,
            command.delegationId,
            administrator,
            { kind: 'subscription', subscriptionId },
            at,
          ),
        ]),
  );
}

function recordMoved(
  { customerId, reseller }: Existing,
  { subscriptionId, offerId, quantity, resellerOfRecord }: SubscriptionState,
  to: PartneredReseller | null,
  at: Instant,
): CustomerEvent {
  return {
    type: 'ResellerOfRecordChanged',
    data: {
      customerId,
      subscriptionId,
      offerId,
      from: resellerOfRecord,
      to,
      effectiveFrom: at,
      quantity,
      warnings: warningsOf(reseller, to),
    },
  };
}

function designateSupportContact(command: DesignateSupportContact, state: Existing): Decided {
  const { subscriptionId } = command;
  const subscription = state.subscriptions.get(subscriptionId);
  if (subscription === undefined) return unknownSubscription(subscriptionId);
  const refusal =
    ended(subscription) ?? refuseBroken(unpartneredReseller(command.reseller, '/resellerId'));
  if (refusal !== undefined) return refusal;

  const from = subscription.supportContact;
  const reseller = partnered(command.reseller);
  const to: SupportContact =
    reseller === null ? { kind: 'provider' } : { kind: 'reseller', ...reseller };
  if (isSamePartner(from.kind === 'reseller' ? from : null, reseller)) return accept();
  return accept({
    type: 'SupportContactDesignated',
    data: { customerId: state.customerId, subscriptionId, from, to },
  });
}

/** The same reseller in the same period of its partnership; or nobody, both times. */
function isSamePartner(a: PartneredReseller | null, b: PartneredReseller | null): boolean {
  return a?.resellerId === b?.resellerId && a?.periodId === b?.periodId;
}

function unknownSubscription(subscriptionId: SubscriptionId): Decided {
  return refuse(
    'subscription-unknown',
    `Subscription ${subscriptionId} is not one of this customer's.`,
  );
}

/** Who is credited for a subscription and who supports it may change until it has ended for good. */
function ended(subscription: SubscriptionState): Decided | undefined {
  const { status } = subscription;
  return status === 'expired' || status === 'cancelled' ? notActive(subscription) : undefined;
}

function notActive({ status }: SubscriptionState): Decided {
  return refuse('subscription-not-active', `The subscription's status is "${status}".`);
}

export function evolve(state: CustomerState, event: CustomerEvent): CustomerState {
  if (event.type === 'CustomerCreated') {
    const { customerId, providerId, domain, country } = event.data;
    return {
      status: 'active',
      customerId,
      providerId,
      domain,
      country,
      reseller: null,
      credentialId: null,
      userName: adminUserName(domain),
      subscriptions: new Map(),
      delegations: new Map(),
    };
  }
  return state.status === 'none' ? state : evolveExisting(state, event);
}

function evolveExisting(
  state: Existing,
  event: Exclude<CustomerEvent, { type: 'CustomerCreated' }>,
): CustomerState {
  switch (event.type) {
    case 'CustomerResellerChanged':
      return { ...state, reseller: event.data.to };
    case 'DelegatedAdminGranted': {
      const { delegationId, resellerId, periodId, scope, rights, start, end } = event.data;
      const delegation = { delegationId, resellerId, periodId, scope, rights, start, end };
      return { ...state, delegations: new Map(state.delegations).set(delegationId, delegation) };
    }
    case 'DelegatedAdminRevoked': {
      const delegations = new Map(state.delegations);
      delegations.delete(event.data.delegationId);
      return { ...state, delegations };
    }
    case 'AdminCredentialIssued': {
      const { credentialId, userName } = event.data;
      return { ...state, credentialId, userName };
    }
    case 'SubscriptionOrdered': {
      const { subscriptionId, offerId, offer, quantity, status } = event.data;
      const { resellerOfRecord, supportContact } = event.data;
      return withSubscription(state, {
        subscriptionId,
        offerId,
        offer,
        quantity,
        status,
        resellerOfRecord,
        supportContact,
      });
    }
    case 'SubscriptionQuantityChanged':
      return withChange(state, event.data.subscriptionId, { quantity: event.data.to });
    case 'ResellerOfRecordChanged':
      return withChange(state, event.data.subscriptionId, { resellerOfRecord: event.data.to });
    case 'SupportContactDesignated':
      return withChange(state, event.data.subscriptionId, { supportContact: event.data.to });
  }
}

function withSubscription(state: Existing, subscription: SubscriptionState): CustomerState {
  const subscriptions = new Map(state.subscriptions);
  return { ...state, subscriptions: subscriptions.set(subscription.subscriptionId, subscription) };
}

function withChange(
  state: Existing,
  subscriptionId: SubscriptionId,
  change: Partial<SubscriptionState>,
): CustomerState {
  const subscription = state.subscriptions.get(subscriptionId);
  return subscription === undefined
    ? state
    : withSubscription(state, { ...subscription, ...change });
}
