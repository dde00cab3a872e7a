import { endOfTerm } from '../calendar';
import type { BrokenRule } from '../decision';
import type { CustomerId, Instant, PartneredReseller } from '../ids';
import type { OfferTerms } from '../offer/offer.events';
import { termsOf } from '../offer/offer.terms';
import type { WarningCode } from '../warnings';
import type { ChosenReseller, SubscriptionOrder } from './customer.commands';
import type { CustomerEvent } from './customer.events';
import { grant } from './delegation';

/** Every rule that the order breaks; `at` is the JSON Pointer of the order in the command's body. */
export function brokenRulesOf(order: SubscriptionOrder, at: string): BrokenRule[] {
  const { offerId, terms } = order.offer;
  const unpartnered = unpartneredReseller(order.reseller, `${at}/resellerId`);
  if (terms === null) {
    const detail = `Offer ${offerId} is not an offer of this provider.`;
    return [{ code: 'offer-unknown', pointer: `${at}/offerId`, detail }, ...unpartnered];
  }
  return [
    ...quantityOutOfRange(order.quantity, terms, `${at}/quantity`),
    ...notOffered(
      'billing-cycle-unavailable',
      order.billingCycle,
      terms.billingCycles,
      `${at}/billingCycle`,
    ),
    ...notOffered('term-unavailable', order.term, terms.terms, `${at}/term`),
    ...unpartnered,
  ];
}

/** A quantity is a whole number within the offer's minimum and maximum. */
export function quantityOutOfRange(
  quantity: number,
  { minQuantity, maxQuantity }: OfferTerms,
  pointer: string,
): BrokenRule[] {
  if (Number.isSafeInteger(quantity) && quantity >= minQuantity && quantity <= maxQuantity) {
    return [];
  }
  const detail = `${quantity} is not a whole number from ${minQuantity} to ${maxQuantity}.`;
  return [{ code: 'quantity-out-of-range', pointer, detail }];
}

function notOffered<T extends string>(
  code: 'billing-cycle-unavailable' | 'term-unavailable',
  chosen: T,
  offered: readonly T[],
  pointer: string,
): BrokenRule[] {
  if (offered.includes(chosen)) return [];
  const detail = `${chosen} is not offered; choose one of ${offered.join(', ')}.`;
  return [{ code, pointer, detail }];
}

/** A reseller may be chosen only while its partnership with the provider is active. */
export function unpartneredReseller(
  reseller: ChosenReseller | null,
  pointer: string,
): BrokenRule[] {
  if (reseller?.partnership !== null) return [];
  const detail = `Reseller ${reseller.resellerId} has no active partnership with this provider.`;
  return [{ code: 'partnership-not-active', pointer, detail }];
}

/** The chosen reseller in its partnership's period; `null` when none was chosen. */
export function partnered(reseller: ChosenReseller | null): PartneredReseller | null {
  const partnership = reseller?.partnership ?? null;
  if (partnership === null) return null;
  return { resellerId: partnership.resellerId, periodId: partnership.periodId };
}

/** Said when a customer with a reseller leaves nobody credited for a subscription. */
export function warningsOf(
  customersReseller: PartneredReseller | null,
  resellerOfRecord: PartneredReseller | null,
): readonly WarningCode[] {
  return customersReseller !== null && resellerOfRecord === null
    ? ['reseller-of-record-missing']
    : [];
}

/** What happens when an order that breaks no rule is placed: it is active from `at` on. */
export function place(
  order: SubscriptionOrder,
  customer: { readonly customerId: CustomerId; readonly reseller: PartneredReseller | null },
  at: Instant,
): CustomerEvent[] {
  const { subscriptionId, offer, quantity, billingCycle, term, name, autoRenew } = order;
  if (offer.terms === null) return [];
  const resellerOfRecord = partnered(order.reseller);
  const { customerId } = customer;
  const ordered: CustomerEvent = {
    type: 'SubscriptionOrdered',
    data: {
      customerId,
      subscriptionId,
      offerId: offer.offerId,
      offer: termsOf(offer.terms),
      quantity,
      billingCycle,
      term,
      status: 'active',
      startsAt: at,
      termEndsAt: endOfTerm(at, term),
      autoRenew,
      resellerOfRecord,
      supportContact: { kind: 'provider' },
      warnings: warningsOf(customer.reseller, resellerOfRecord),
    },
    ...(name === undefined ? {} : { personal: { name } }),
  };
  if (resellerOfRecord === null || !order.delegatedAdmin) return [ordered];
  const scope = { kind: 'subscription', subscriptionId } as const;
  return [ordered, grant(customerId, order.delegationId, resellerOfRecord, scope, at)];
}
