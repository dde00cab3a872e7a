import type { PartneredReseller } from '../ids';
import { distinct, type Party } from '../parties';
import { decide, evolve, initialState } from './customer.decider';
import type { CustomerEvent, SupportContact } from './customer.events';
import type { CustomerState, SubscriptionState } from './customer.state';
import { customerSchemas } from './customer.upcasters';

/** The subscription that an event changes, `null` when it concerns the account. */
function subscriptionOf({ data }: CustomerEvent): SubscriptionState['subscriptionId'] | null {
  if ('subscriptionId' in data) return data.subscriptionId;
  return 'scope' in data && data.scope.kind === 'subscription' ? data.scope.subscriptionId : null;
}

/** The subscription and the delegation that an event is about. */
function touches(event: CustomerEvent): readonly string[] {
  const subscriptionId = subscriptionOf(event);
  const delegationId = 'delegationId' in event.data ? event.data.delegationId : null;
  return [subscriptionId, delegationId].filter((id) => id !== null);
}

/**
 * The customer, its associated reseller, whoever gains or loses by the event, and for a subscription
 * its reseller of record and support contact.
 */
function partiesOf(event: CustomerEvent, state: CustomerState): readonly Party[] {
  const parties: Party[] = [{ id: event.data.customerId, as: 'customer' }, ...movedBy(event)];
  if (state.status !== 'none') {
    parties.push(...as('reseller', state.reseller));
    const subscriptionId = subscriptionOf(event);
    const subscription =
      subscriptionId === null ? undefined : state.subscriptions.get(subscriptionId);
    if (subscription !== undefined) {
      parties.push(...as('record', subscription.resellerOfRecord));
      parties.push(...as('support', supporter(subscription.supportContact)));
    }
  }
  return distinct(parties);
}

/** Both sides of what the event moves. */
function movedBy(event: CustomerEvent): readonly Party[] {
  switch (event.type) {
    case 'CustomerResellerChanged':
      return [...as('reseller', event.data.from), ...as('reseller', event.data.to)];
    case 'DelegatedAdminGranted':
    case 'DelegatedAdminRenewed':
    case 'DelegatedAdminRevoked':
      return as('reseller', event.data);
    case 'ResellerOfRecordChanged':
    case 'ResellerOfRecordCorrected':
      return [...as('record', event.data.from), ...as('record', event.data.to)];
    case 'SupportContactDesignated':
      return [
        ...as('support', supporter(event.data.from)),
        ...as('support', supporter(event.data.to)),
      ];
    default:
      return [];
  }
}

function as(role: Party['as'], reseller: PartneredReseller | null): readonly Party[] {
  return reseller === null ? [] : [{ id: reseller.resellerId, as: role }];
}

function supporter(contact: SupportContact): PartneredReseller | null {
  return contact.kind === 'reseller' ? contact : null;
}

/** A customer account with its subscriptions: what is bought together is written together. */
export const customer = {
  category: 'customer',
  initialState,
  decide,
  evolve,
  schemas: customerSchemas,
  personalSubject: (id: string): string => `customer-${id}`,
  tenantOf: (state: CustomerState) => (state.status === 'none' ? null : state.providerId),
  partiesOf,
  touches,
};
