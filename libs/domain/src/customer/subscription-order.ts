import { addMonths, endOfTerm, hasCome } from '../calendar';
import type { BrokenRule } from '../decision';
import type { CustomerId, Instant, OfferId, PartneredReseller, SubscriptionId } from '../ids';
import type { BillingCycle, CatalogueTerms, OfferTerms, Term } from '../offer/offer.events';
import { termsOf } from '../offer/offer.terms';
import type { RecordWarning } from '../warnings';
import type { ChosenOffer, ChosenReseller, SubscriptionOrder } from './customer.commands';
import type { CustomerEvent } from './customer.events';
import type { SubscriptionState } from './customer.state';
import { grant } from './delegation';
import { hasEnded, refundLot } from './subscription-due';

/** A start may be so far in the future. */
const MONTHS_TO_START = 12;

/** What the rules of an order ask of the customer. */
export interface Buyer {
  readonly country: string;
  readonly subscriptions: ReadonlyMap<SubscriptionId, SubscriptionState>;
}

/**
 * Every rule that the order breaks; `pointer` is the JSON Pointer of the order in the command's body,
 * `others` are the orders of the same command.
 */
export function brokenRulesOf(
  order: SubscriptionOrder,
  buyer: Buyer,
  at: Instant,
  pointer: string,
  others: readonly SubscriptionOrder[] = [],
): BrokenRule[] {
  const { offerId, terms } = order.offer;
  const unpartnered = unpartneredReseller(order.reseller, `${pointer}/resellerId`);
  if (terms === null) {
    const detail = `Offer ${offerId} is not an offer of this provider.`;
    return [{ code: 'offer-unknown', pointer: `${pointer}/offerId`, detail }, ...unpartnered];
  }
  const alike = others.filter(({ offer }) => offer.offerId === offerId).length;
  return [
    ...offerNotForSale({ ...order.offer, terms }, buyer, `${pointer}/offerId`, alike),
    ...quantityOutOfRange(order.quantity, terms, `${pointer}/quantity`),
    ...termsNotOffered(order, terms, {
      billingCycle: `${pointer}/billingCycle`,
      term: `${pointer}/term`,
    }),
    ...startOutOfRange(order.startsAt, at, `${pointer}/startsAt`),
    ...(terms.addOnOf.length === 0 || baseOf(order, buyer, at, others) !== null
      ? []
      : [withoutBase(order, terms, pointer)]),
    ...unpartnered,
  ];
}

/** Retired, not sold in the customer's country, or as many as one customer may have, those that are to become one too. */
export function offerNotForSale(
  { offerId, terms, retired }: ChosenOffer & { readonly terms: CatalogueTerms },
  { country, subscriptions }: Buyer,
  pointer: string,
  alike = 0,
): BrokenRule[] {
  const broken: BrokenRule[] = [];
  if (retired) {
    const detail = `Offer ${offerId} is retired: it takes no new orders.`;
    broken.push({ code: 'offer-retired', pointer, detail });
  }
  if (terms.countries?.includes(country) === false) {
    const detail = `Offer ${offerId} is not sold in ${country}, but in ${terms.countries.join(', ')}.`;
    broken.push({ code: 'offer-unavailable-in-country', pointer, detail });
  }
  const { limitPerCustomer } = terms;
  if (limitPerCustomer === null) return broken;
  const held = [...subscriptions.values()].filter(
    (item) => !hasEnded(item) && (item.offerId === offerId || nextOfferOf(item) === offerId),
  ).length;
  if (held + alike >= limitPerCustomer) {
    const detail = `The customer has ${held} subscriptions of this offer, those that become one with their next term too, and orders ${alike + 1}; it may have ${limitPerCustomer}.`;
    broken.push({ code: 'offer-limit-reached', pointer, detail });
  }
  return broken;
}

/** The billing cycle and the term are ones that the offer has. */
export function termsNotOffered(
  { billingCycle, term }: { readonly billingCycle: BillingCycle; readonly term: Term },
  { billingCycles, terms }: OfferTerms,
  pointers: { readonly billingCycle: string; readonly term: string },
): BrokenRule[] {
  return [
    ...notOffered('billing-cycle-unavailable', billingCycle, billingCycles, pointers.billingCycle),
    ...notOffered('term-unavailable', term, terms, pointers.term),
  ];
}

function startOutOfRange(
  startsAt: Instant | undefined,
  at: Instant,
  pointer: string,
): BrokenRule[] {
  if (startsAt === undefined) return [];
  const latest = addMonths(at, MONTHS_TO_START);
  if (hasCome(at, startsAt) && hasCome(startsAt, latest)) return [];
  const detail = `${startsAt} is not from now, ${at}, until ${latest}.`;
  return [{ code: 'start-out-of-range', pointer, detail }];
}

/** What it becomes with its next term. */
function nextOfferOf({ offerId, scheduledChange }: SubscriptionState): OfferId {
  return scheduledChange?.kind === 'offer' ? scheduledChange.offerId : offerId;
}

/** Whether a subscription is of one of these offers, and still will be in its next term. */
export function isAndStaysOf(subscription: SubscriptionState, offers: readonly OfferId[]): boolean {
  return offers.includes(subscription.offerId) && offers.includes(nextOfferOf(subscription));
}

/**
 * The subscription that an add-on goes with: the one that the order names, else the first that fits.
 * It is of an offer that the add-on goes with, no add-on itself, and runs once the add-on starts.
 */
function baseOf(
  { offer: { terms }, baseSubscriptionId, startsAt }: SubscriptionOrder,
  { subscriptions }: Buyer,
  at: Instant,
  others: readonly SubscriptionOrder[],
): SubscriptionId | null {
  if (terms === null || terms.addOnOf.length === 0) return null;
  const start = startsAt ?? at;
  const fits = [
    ...[...subscriptions.values()].filter(
      (item) =>
        isAndStaysOf(item, terms.addOnOf) &&
        item.baseSubscriptionId === null &&
        (item.status === 'active' || (item.status === 'pending' && hasCome(item.startsAt, start))),
    ),
    ...others.filter(
      (other) =>
        terms.addOnOf.includes(other.offer.offerId) &&
        other.offer.terms?.addOnOf.length === 0 &&
        hasCome(other.startsAt ?? at, start),
    ),
  ].map(({ subscriptionId }) => subscriptionId);
  if (baseSubscriptionId === undefined) return fits[0] ?? null;
  return fits.includes(baseSubscriptionId) ? baseSubscriptionId : null;
}

function withoutBase(
  { offer, baseSubscriptionId }: SubscriptionOrder,
  { addOnOf }: OfferTerms,
  pointer: string,
): BrokenRule {
  const bases = addOnOf.join(', ');
  const [field, detail] =
    baseSubscriptionId === undefined
      ? [
          'offerId',
          `Offer ${offer.offerId} is an add-on, and the customer has no active subscription of ${bases} that stays one with its next term.`,
        ]
      : [
          'baseSubscriptionId',
          `Subscription ${baseSubscriptionId} is no active one of ${bases} that stays one with its next term.`,
        ];
  return { code: 'add-on-needs-base', pointer: `${pointer}/${field}`, detail };
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
): readonly RecordWarning[] {
  return customersReseller !== null && resellerOfRecord === null
    ? ['reseller-of-record-missing']
    : [];
}

/** What happens when an order that breaks no rule is placed: it is active at once unless it starts later. */
export function place(
  order: SubscriptionOrder,
  customer: Buyer & {
    readonly customerId: CustomerId;
    readonly reseller: PartneredReseller | null;
  },
  at: Instant,
  others: readonly SubscriptionOrder[] = [],
): CustomerEvent[] {
  const { subscriptionId, offer, quantity, billingCycle, term, name, autoRenew } = order;
  if (offer.terms === null) return [];
  const resellerOfRecord = partnered(order.reseller);
  const { customerId } = customer;
  const startsAt = order.startsAt ?? at;
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
      status: hasCome(startsAt, at) ? 'active' : 'pending',
      startsAt,
      termEndsAt: endOfTerm(startsAt, term),
      autoRenew,
      baseSubscriptionId: baseOf(order, customer, at, others),
      refund: refundLot(startsAt, quantity),
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
