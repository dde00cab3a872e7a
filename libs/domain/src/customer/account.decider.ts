import { dayOf, type Day } from '../calendar';
import { brokenCountryRules } from '../country-rules/country-checks';
import { accept, refuse, refuseBroken, type BrokenRule, type Decision } from '../decision';
import { isSamePartner, type CustomerId, type Instant } from '../ids';
import type {
  Agreement,
  AssociateCustomerReseller,
  ChangeBillingProfile,
  ChangeCustomerProfile,
  ChosenReference,
  CustomerAccountCommand,
  EndCustomer,
  SetCustomerReference,
} from './account.commands';
import type { CustomerEvent } from './customer.events';
import type { CustomerState, SubscriptionState } from './customer.state';
import { grant, holdsAt, revoke } from './delegation';
import { offBoard } from './off-boarding.decider';
import { resellerChanged } from './reseller-changed';
import { allUpToDate, supportBack } from './subscription-due';
import { partnered, unpartneredReseller } from './subscription-order';

type Existing = Exclude<CustomerState, { readonly status: 'none' }>;
type Decided = Decision<CustomerEvent>;

/** Decides on the account itself. */
export function decideAccount(command: CustomerAccountCommand, state: Existing): Decided {
  switch (command.type) {
    case 'change-customer-profile':
      return changeProfile(command, state);
    case 'change-billing-profile':
      return changeBillingProfile(command, state);
    case 'set-customer-reference':
      return setReference(command, state);
    case 'record-agreement':
      return (
        refuseBroken(brokenAgreement(command.agreement, command.at, '')) ??
        accept(agreed(state.customerId, command.agreement))
      );
    case 'associate-customer-reseller':
      return associateReseller(command, state);
    case 'off-board-reseller':
      return offBoard(command, state);
    case 'end-customer':
      return end(command, state);
    case 'reopen-customer':
      return reopen(state);
  }
}

function changeProfile(
  { profile, phoneIsValid, culture, language }: ChangeCustomerProfile,
  { customerId, country }: Existing,
): Decided {
  return (
    refuseBroken(brokenCountryRules({ ...profile, country, phoneIsValid })) ??
    accept({
      type: 'CustomerProfileChanged',
      data: { customerId, culture, language },
      personal: profile,
    })
  );
}

function changeBillingProfile(
  { country, profile, phoneIsValid }: ChangeBillingProfile,
  { customerId }: Existing,
): Decided {
  return (
    refuseBroken(brokenCountryRules({ ...profile, country, phoneIsValid })) ??
    accept({
      type: 'CustomerBillingProfileChanged',
      data: { customerId, country },
      personal: profile,
    })
  );
}

function setReference({ reference }: SetCustomerReference, state: Existing): Decided {
  if (state.reference?.key === reference?.key) return accept();
  return (
    refuseBroken(takenReference(reference)) ??
    accept(referred(state.customerId, state.reference, reference))
  );
}

/** That another customer of the provider has this reference. */
export function takenReference(reference: ChosenReference | null): BrokenRule[] {
  if (reference?.taken !== true) return [];
  const detail = 'Another customer of this provider has this reference.';
  return [{ code: 'reference-taken', pointer: '/reference', detail }];
}

/** The customer's reference moves; `to` is `null` when it has none any more. */
export function referred(
  customerId: CustomerId,
  from: Existing['reference'],
  to: ChosenReference | null,
): CustomerEvent {
  const type = 'CustomerReferenceChanged';
  if (to === null) return { type, data: { customerId, from, to } };
  const { key, claimId, text: reference } = to;
  return { type, data: { customerId, from, to: { key, claimId } }, personal: { reference } };
}

/** What is wrong with an agreement; `pointer` is where it stands in the command's body. */
export function brokenAgreement(
  { agreedOn }: { readonly agreedOn: Day },
  at: Instant,
  pointer: string,
): BrokenRule[] {
  const today = dayOf(at);
  if (agreedOn <= today) return [];
  const detail = `${agreedOn} is after today, ${today} (UTC).`;
  return [{ code: 'agreement-date-in-future', pointer: `${pointer}/agreedOn`, detail }];
}

/** The fact that somebody agreed. */
export function agreed(
  customerId: CustomerId,
  { version, agreedOn, ...personal }: Agreement,
): CustomerEvent {
  return {
    type: 'CustomerAgreementRecorded',
    data: { customerId, version, agreedOn },
    personal,
  };
}

/** Ordering needs the agreement that the provider requires, if it requires one. */
export function missingAgreement(
  required: string | null | undefined,
  agreedVersions: readonly string[],
  pointer: string,
): readonly BrokenRule[] {
  if (required === null || required === undefined || agreedVersions.includes(required)) return [];
  const has = agreedVersions.length === 0 ? 'none' : agreedVersions.join(', ');
  const detail = `The provider requires agreement to version ${required}; recorded for this customer: ${has}.`;
  return [{ code: 'agreement-required', pointer, detail }];
}

/**
 * Moves the association and, with it, the delegation of the whole account. Delegations of single
 * subscriptions, records and support contacts stay as they are.
 */
function associateReseller(command: AssociateCustomerReseller, state: Existing): Decided {
  const { at, delegationId } = command;
  const { customerId, reseller: from } = state;
  const refusal = refuseBroken(unpartneredReseller(command.reseller, '/resellerId'));
  if (refusal !== undefined) return refusal;

  const to = partnered(command.reseller);
  const moves = !isSamePartner(from, to);
  const granted = [...state.delegations.values()].filter(
    ({ scope, resellerId }) =>
      scope.kind === 'account' &&
      (resellerId === from?.resellerId || resellerId === to?.resellerId),
  );
  const kept = granted.find(
    (delegation) => isSamePartner(delegation, to) && holdsAt(delegation, at),
  );
  const cause = moves ? 'reseller-changed' : 'revoked';
  return accept<CustomerEvent>(
    ...granted
      .filter((delegation) => delegation !== kept)
      .map((delegation) => revoke(customerId, delegation, cause, at)),
    ...(moves ? [resellerChanged(state, to)] : []),
    ...(to === null || kept !== undefined
      ? []
      : [grant(customerId, delegationId, to, { kind: 'account' }, at)]),
  );
}

/** Nothing of what others had of the customer is left behind; suspended subscriptions run out. */
function end({ at, reason }: EndCustomer, before: Existing): Decided {
  const due = allUpToDate(before, at);
  const { customerId, providerId, reference, reseller, delegations, subscriptions } = due.state;
  const inTheWay = [...subscriptions.values()].filter(
    ({ status }) => status === 'active' || status === 'pending',
  );
  if (inTheWay.length > 0) return refuseForSubscriptions(inTheWay);
  const data = { customerId, providerId, reference };
  return accept<CustomerEvent>(
    ...due.events,
    ...[...delegations.values()].map((each) => revoke(customerId, each, 'customer-ended', at)),
    ...[...subscriptions.values()].flatMap((each) => supportBack(customerId, each)),
    ...(reseller === null ? [] : [resellerChanged(due.state, null)]),
    { type: 'CustomerEnded', data, ...(reason === undefined ? {} : { personal: { reason } }) },
  );
}

function refuseForSubscriptions(inTheWay: readonly SubscriptionState[]): Decided {
  return refuse(
    'customer-has-subscriptions',
    `${inTheWay.length} of its subscriptions are neither suspended nor ended; at most 0 may be.`,
    inTheWay.map((subscription) => {
      const { subscriptionId, offer } = subscription;
      const why = whyInTheWay(subscription);
      const detail = `Subscription ${subscriptionId} (${offer.name}) ${why}.`;
      return { pointer: `/subscriptions/${subscriptionId}`, detail };
    }),
  );
}

function whyInTheWay({ status, startsAt, termEndsAt, scheduledChange }: SubscriptionState): string {
  if (status === 'pending') return `is pending and starts at ${startsAt}: cancel it`;
  if (scheduledChange?.kind === 'cancel') {
    return `is active until it is cancelled at ${termEndsAt}: suspend it`;
  }
  return 'is active: suspend or cancel it';
}

function reopen({ status, customerId, providerId }: Existing): Decided {
  if (status !== 'ended') {
    return refuse('customer-not-ended', `The customer's status is "${status}".`);
  }
  return accept({ type: 'CustomerReopened', data: { customerId, providerId } });
}
