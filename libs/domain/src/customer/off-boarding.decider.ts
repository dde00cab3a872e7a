import { accept, type Decision } from '../decision';
import type { DelegationId, PartneredReseller, PeriodId } from '../ids';
import type { OffBoardReseller } from './account.commands';
import type { CustomerEvent, DelegatedAdminGranted } from './customer.events';
import type { CustomerState, DelegationState, SubscriptionState } from './customer.state';
import { grant, holdsAt, revoke } from './delegation';
import { recordMoved } from './record-moved';
import { resellerChanged } from './reseller-changed';
import { allUpToDate, hasEnded, supportBack } from './subscription-due';

type Existing = Exclude<CustomerState, { readonly status: 'none' }>;

/**
 * Names the ended period and touches nothing that another one has, so that it can be sent again, and for
 * what was recorded after the end.
 */
export function offBoard(command: OffBoardReseller, before: Existing): Decision<CustomerEvent> {
  const { at, periodId, successor } = command;
  const due = allUpToDate(before, at);
  const { customerId, delegations, subscriptions } = due.state;
  const held = [...delegations.values()].filter((each) => isOf(each, periodId));
  const supported = [...subscriptions.values()].filter(
    ({ supportContact }) =>
      supportContact.kind === 'reseller' && supportContact.periodId === periodId,
  );
  const credited = creditedIn(due.state, periodId);
  const isAssociated = isOf(due.state.reseller, periodId);
  const reseller = isAssociated ? successor : due.state.reseller;
  const events: readonly CustomerEvent[] = [
    ...held.map((each) => revoke(customerId, each, 'partnership-ended', at)),
    ...(isAssociated ? [resellerChanged(due.state, successor)] : []),
    ...held.flatMap((each) => handedOver(command, due.state, each)),
    ...supported.flatMap((each) => supportBack(customerId, each)),
    ...credited.flatMap((each) => recordHandedOver(command, { customerId, reseller }, each)),
  ];
  // What is due happens with an effect; without one it waits for its own command.
  return events.length === 0 ? accept() : accept(...due.events, ...events);
}

/** The running subscriptions that the period is of record for. */
export function creditedIn(
  { subscriptions }: Pick<Existing, 'subscriptions'>,
  periodId: PeriodId,
): readonly SubscriptionState[] {
  return [...subscriptions.values()].filter(
    (each) => !hasEnded(each) && isOf(each.resellerOfRecord, periodId),
  );
}

function isOf(partner: PartneredReseller | null, periodId: PeriodId): boolean {
  return partner?.periodId === periodId;
}

/** The successor may do what the reseller could, for as long; unless it may on the same already. */
function handedOver(
  { at, successor, delegationIds }: OffBoardReseller,
  { customerId, delegations }: Existing,
  former: DelegationState,
): readonly DelegatedAdminGranted[] {
  const delegationId: DelegationId | undefined = delegationIds.get(former.delegationId);
  if (successor === null || delegationId === undefined || !holdsAt(former, at)) return [];
  const { scope, rights, end } = former;
  const may = [...delegations.values()].some(
    (each) =>
      each.periodId === successor.periodId &&
      holdsAt(each, at) &&
      JSON.stringify(each.scope) === JSON.stringify(scope),
  );
  if (may) return [];
  const granted = grant(customerId, delegationId, successor, scope, at);
  return [{ ...granted, data: { ...granted.data, rights, end } }];
}

/** A day that has passed, as after a crash, is corrected; one to come is a fact that holds from then on. */
function recordHandedOver(
  { at, successor, creditUntil }: OffBoardReseller,
  customer: Pick<Existing, 'customerId' | 'reseller'>,
  subscription: SubscriptionState,
): readonly CustomerEvent[] {
  const from = creditUntil === null ? at : `${creditUntil}T00:00:00.000Z`;
  return recordMoved(customer, subscription, successor, from, at);
}
