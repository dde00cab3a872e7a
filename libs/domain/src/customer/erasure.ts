import { accept, type Decision } from '../decision';
import { decideAccount } from './account.decider';
import type { EraseCustomer } from './customer.commands';
import type { CustomerEvent } from './customer.events';
import { evolve } from './customer.evolve';
import type { CustomerState } from './customer.state';
import { cancel, hasEnded } from './subscription-due';

type Existing = Exclude<CustomerState, { readonly status: 'none' }>;

/**
 * Erases the customer's personal data; nothing more can be recorded about it. The relation ends first, by the rule
 * of its end: nothing may be running, but where the key is destroyed already: then that is cancelled.
 */
export function eraseCustomer(command: EraseCustomer, before: Existing): Decision<CustomerEvent> {
  if (before.status === 'erased') return accept();
  const { at, keyDestroyed } = command;
  const cancelled = keyDestroyed ? cancelAll(before, at) : { events: [], state: before };
  const ended: Decision<CustomerEvent> =
    before.status === 'ended'
      ? accept()
      : decideAccount({ type: 'end-customer', at }, cancelled.state);
  if (ended.kind === 'refused') return ended;
  const { customerId, credentialId, subscriptions, delegations, formerDelegations } = before;
  return accept<CustomerEvent>(...cancelled.events, ...ended.events, {
    type: 'PersonalDataErased',
    data: {
      customerId,
      credentialId,
      subscriptionIds: [...subscriptions.keys()],
      delegationIds: [...formerDelegations, ...delegations.keys()],
    },
  });
}

/** Each once: a base takes its add-ons with it. */
function cancelAll(
  before: Existing,
  at: string,
): { readonly events: readonly CustomerEvent[]; readonly state: Existing } {
  const events: CustomerEvent[] = [];
  let state = before;
  for (const id of before.subscriptions.keys()) {
    const subscription = state.subscriptions.get(id);
    if (subscription === undefined || hasEnded(subscription)) continue;
    const cancelled = cancel(state, subscription, at);
    events.push(...cancelled);
    state = cancelled.reduce<CustomerState>(evolve, state) as Existing;
  }
  return { events, state };
}
