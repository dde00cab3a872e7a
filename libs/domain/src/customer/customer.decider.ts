import { brokenCountryRules } from '../country-rules/country-checks';
import { dayOf } from '../calendar';
import { accept, refuse, refuseBroken, type BrokenRule, type Decision } from '../decision';
import { unreachable } from '../defect';
import { isSamePartner, type Instant, type PartneredReseller, type SubscriptionId } from '../ids';
import { parseDomainPrefix } from '../identifiers';
import {
  agreed,
  brokenAgreement,
  decideAccount,
  missingAgreement,
  referred,
  takenReference,
} from './account.decider';
import type {
  AssociateSubscriptionReseller,
  CreateCustomer,
  CustomerCommand,
  DesignateSupportContact,
  OrderSubscription,
  ReissueAdminCredential,
  SubscriptionOrder,
} from './customer.commands';
import type { CustomerEvent, DelegatedAdminRevoked, SupportContact } from './customer.events';
import { adminUserName } from './customer.evolve';
import { eraseCustomer } from './erasure';
import type { CustomerState, SubscriptionState } from './customer.state';
import { decideDelegation } from './delegation.decider';
import { delegationsOn, grant, holdsAt, revoke } from './delegation';
import { brokenRulesOf, partnered, place, unpartneredReseller } from './subscription-order';
import { recordMoved } from './record-moved';
import { bringUpToDate, hasEnded } from './subscription-due';
import { decideLifecycle, endedAlready } from './subscription-lifecycle';

type Existing = Exclude<CustomerState, { readonly status: 'none' }>;
type Decided = Decision<CustomerEvent>;

export { evolve, initialState } from './customer.evolve';

export function decide(command: CustomerCommand, state: CustomerState): Decided {
  if (command.type === 'create-customer') return create(command, state);
  if (state.status === 'none') throw unreachable(command, state.status);
  if (command.type === 'erase-customer') return eraseCustomer(command, state);
  if (state.status === 'erased' && !ON_ERASED.has(command.type)) {
    return refuse('customer-erased', "This customer's personal data is erased.");
  }
  if (state.status === 'ended' && !ON_ENDED.has(command.type)) return endedCustomer();
  switch (command.type) {
    case 'change-customer-profile':
    case 'change-billing-profile':
    case 'set-customer-reference':
    case 'record-agreement':
    case 'associate-customer-reseller':
    case 'off-board-reseller':
    case 'end-customer':
    case 'reopen-customer':
      return decideAccount(command, state);
    case 'reissue-admin-credential':
      return reissueCredential(command, state);
    case 'order-subscription':
      return order(command, state);
    case 'associate-subscription-reseller':
    case 'designate-support-contact':
      return onSubscription(command.subscriptionId, command.at, state, (current, subscription) =>
        command.type === 'associate-subscription-reseller'
          ? associateReseller(command, current, subscription)
          : designateSupportContact(command, current, subscription),
      );
    case 'grant-delegated-admin':
    case 'renew-delegated-admin':
    case 'revoke-delegated-admin':
    case 'expire-delegated-admin':
      return decideDelegation(command, state);
    case 'advance-subscription':
      return onSubscription(command.subscriptionId, command.at, state, () => accept());
    default:
      return onSubscription(command.subscriptionId, command.at, state, (current, subscription) =>
        decideLifecycle(command, current, subscription),
      );
  }
}

/** What can be done to a customer that has ended: its suspended subscriptions run out. */
const ON_ENDED: ReadonlySet<CustomerCommand['type']> = new Set([
  'reopen-customer',
  'expire-delegated-admin',
  'advance-subscription',
  'off-board-reseller',
]);

/** What the service itself does goes on: none of it is personal. */
const ON_ERASED: ReadonlySet<CustomerCommand['type']> = new Set([
  'expire-delegated-admin',
  'advance-subscription',
  'off-board-reseller',
]);

function endedCustomer(): Decided {
  return refuse('customer-ended', 'The relation with this customer has ended.');
}

/** Decides on the subscription as it is once all that is due to it by `at` has happened. */
function onSubscription(
  subscriptionId: SubscriptionId,
  at: Instant,
  state: Existing,
  decideOn: (state: Existing, subscription: SubscriptionState) => Decided,
): Decided {
  const due = bringUpToDate(state, subscriptionId, at);
  const subscription = due.state.subscriptions.get(subscriptionId);
  if (subscription === undefined) return unknownSubscription(subscriptionId);
  const decision = decideOn(due.state, subscription);
  return decision.kind === 'refused' ? decision : accept(...due.events, ...decision.events);
}

/** All or nothing: one order that is refused refuses the customer. */
function create(command: CreateCustomer, state: CustomerState): Decided {
  const { customerId, providerId, domain, country, culture, language, profile, at } = command;
  if (parseDomainPrefix(domain) !== domain) {
    throw new TypeError('domain must be 1-63 lower-case letters and digits; parse it first.');
  }
  const { agreement, reference, requiredAgreement } = command;
  const agreedVersions = agreement === undefined ? [] : [agreement.version];
  const buyer = { country, subscriptions: new Map() };
  const refusal = refuseBroken([
    ...domainTaken(command, state),
    ...brokenCountryRules({ country, ...profile, phoneIsValid: command.phoneIsValid }),
    ...unpartneredReseller(command.reseller, '/resellerId'),
    ...takenReference(reference ?? null),
    ...(agreement === undefined ? [] : brokenAgreement(agreement, at, '/agreement')),
    ...command.subscriptions.flatMap((item, index, items) =>
      brokenRulesOf(item, buyer, at, `/subscriptions/${index}`, othersThan(item, items)),
    ),
    ...(command.subscriptions.length === 0
      ? []
      : missingAgreement(requiredAgreement, agreedVersions, '/agreement')),
  ]);
  if (refusal !== undefined) return refusal;

  const reseller = partnered(command.reseller);
  return accept<CustomerEvent>(
    {
      type: 'CustomerCreated',
      data: { customerId, providerId, domain, country, culture, language },
      personal: profile,
    },
    ...(reference === undefined ? [] : [referred(customerId, null, reference)]),
    ...(agreement === undefined ? [] : [agreed(customerId, agreement)]),
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
    ...command.subscriptions.flatMap((item, _index, items) =>
      place(item, { ...buyer, customerId, reseller }, at, othersThan(item, items)),
    ),
  );
}

function othersThan(
  item: SubscriptionOrder,
  items: readonly SubscriptionOrder[],
): readonly SubscriptionOrder[] {
  return items.filter((other) => other !== item);
}

function associateAccount(
  { customerId, delegationId, at }: CreateCustomer,
  reseller: PartneredReseller,
): CustomerEvent[] {
  return [
    {
      type: 'CustomerResellerChanged',
      data: { customerId, from: null, to: reseller, warnings: [] },
    },
    grant(customerId, delegationId, reseller, { kind: 'account' }, at),
  ];
}

function domainTaken({ domain }: CreateCustomer, state: CustomerState): BrokenRule[] {
  if (state.status === 'none') return [];
  const detail = `A customer of this provider has the domain "${domain}".`;
  return [{ code: 'domain-taken', pointer: '/domain', detail }];
}

function reissueCredential({ credentialId }: ReissueAdminCredential, state: Existing): Decided {
  const { customerId, userName, credentialId: previousCredentialId } = state;
  return accept({
    type: 'AdminCredentialIssued',
    data: { customerId, credentialId, userName, previousCredentialId },
  });
}

function order(
  { order: item, requiredAgreement, at }: OrderSubscription,
  state: Existing,
): Decided {
  return (
    refuseBroken([
      ...missingAgreement(requiredAgreement, state.agreedVersions, '/offerId'),
      ...brokenRulesOf(item, state, at, ''),
    ]) ?? accept(...place(item, state, at))
  );
}

/**
 * Moves the record and, with it, the delegation scoped to the subscription. Delegations of the
 * former and the new reseller end, but for one that already is as asked.
 */
function associateReseller(
  command: AssociateSubscriptionReseller,
  state: Existing,
  subscription: SubscriptionState,
): Decided {
  const { subscriptionId, at } = command;
  if (hasEnded(subscription)) return endedAlready(subscription);
  const refusal = refuseBroken([
    ...unpartneredReseller(command.reseller, '/resellerId'),
    ...effectiveDateOutOfRange(command, subscription),
  ]);
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
    ...recordMoved(state, subscription, to, command.effectiveFrom ?? at, at),
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

/** A date that is given lies in the present term and not in the future. */
function effectiveDateOutOfRange(
  { effectiveFrom, at }: AssociateSubscriptionReseller,
  { termStartsAt }: SubscriptionState,
): BrokenRule[] {
  if (effectiveFrom === undefined) return [];
  const pointer = '/effectiveFrom';
  const [day, first, today] = [effectiveFrom, termStartsAt, at].map(dayOf);
  if (day === undefined || first === undefined || today === undefined) return [];
  if (day < first) {
    const detail = `${day} is before the start of the present term, ${first}.`;
    return [{ code: 'effective-date-before-term', pointer, detail }];
  }
  if (day <= today) return [];
  const detail = `${day} is after today, ${today} (UTC).`;
  return [{ code: 'effective-date-in-future', pointer, detail }];
}

function designateSupportContact(
  command: DesignateSupportContact,
  state: Existing,
  subscription: SubscriptionState,
): Decided {
  const { subscriptionId } = command;
  if (hasEnded(subscription)) return endedAlready(subscription);
  const refusal = refuseBroken(unpartneredReseller(command.reseller, '/resellerId'));
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

function unknownSubscription(subscriptionId: SubscriptionId): Decided {
  return refuse(
    'subscription-unknown',
    `Subscription ${subscriptionId} is not one of this customer's.`,
  );
}
