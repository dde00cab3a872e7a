import { customer } from '../customer/customer.aggregate';
import type { CustomerCommand } from '../customer/customer.commands';
import type { CustomerEvent } from '../customer/customer.events';
import type { CustomerState, SubscriptionState } from '../customer/customer.state';
import { createCustomer, subscription } from './examples';

/** The events of a customer that is created and then sent these commands, all of which are accepted. */
export function historyOf(...commands: readonly CustomerCommand[]): readonly CustomerEvent[] {
  const events: CustomerEvent[] = [];
  let state: CustomerState = customer.initialState;
  const [first] = commands;
  const all = first?.type === 'create-customer' ? commands : [createCustomer(), ...commands];
  for (const command of all) {
    const decision = customer.decide(command, state);
    if (decision.kind === 'refused') throw new Error(JSON.stringify(decision.refusal));
    events.push(...decision.events);
    state = decision.events.reduce(customer.evolve, state);
  }
  return events;
}

/** Subscription n as these events leave it. */
export function subscriptionAfter(events: readonly CustomerEvent[], n: number): SubscriptionState {
  const state = events.reduce(customer.evolve, customer.initialState);
  const found = state.status === 'none' ? undefined : state.subscriptions.get(subscription(n));
  if (found === undefined) throw new Error(`There is no subscription ${n}.`);
  return found;
}
