import { unknownCountry } from '../country-rules/country-checks';
import { accept, refuse, refuseBroken, type BrokenRule, type Decision } from '../decision';
import { unreachable } from '../defect';
import type { OfferId } from '../ids';
import { CURRENCIES, isAmount } from '../money';
import type { OfferCommand, OfferContent, ReviseOffer } from './offer.commands';
import type { BillingCycle, OfferEvent, OfferPricing } from './offer.events';
import type { OfferState } from './offer.state';
import { catalogueTermsOf } from './offer.terms';

type Existing = Exclude<OfferState, { readonly status: 'none' }>;

export const initialState: OfferState = { status: 'none' };

export function decide(command: OfferCommand, state: OfferState): Decision<OfferEvent> {
  if (command.type === 'publish-offer') {
    if (state.status !== 'none') throw unreachable(command, state.status);
    const { offerId, providerId, description } = command;
    const data = { offerId, providerId, description, ...catalogueTermsOf(command) };
    return (
      refuseBroken(brokenRulesOf(command, offerId)) ?? accept({ type: 'OfferPublished', data })
    );
  }
  if (state.status === 'none') throw unreachable(command, state.status);
  return command.type === 'revise-offer' ? revise(command, state) : retire(state);
}

function revise(command: ReviseOffer, state: Existing): Decision<OfferEvent> {
  const { offerId, providerId } = state;
  if (state.status === 'retired') {
    return refuse('offer-retired', `Offer ${offerId} is retired.`);
  }
  const refusal = refuseBroken(brokenRulesOf(command, offerId));
  if (refusal !== undefined) return refusal;
  const { description } = command;
  const terms = catalogueTermsOf(command);
  if (isSameContent({ description, terms }, state)) return accept();
  return accept({ type: 'OfferRevised', data: { offerId, providerId, description, ...terms } });
}

/** Retired already: nothing has to change. */
function retire({ status, offerId, providerId }: Existing): Decision<OfferEvent> {
  if (status === 'retired') return accept();
  return accept({ type: 'OfferRetired', data: { offerId, providerId } });
}

type Content = Pick<Existing, 'description' | 'terms'>;

/** Both were built field by field in one order, so that equal content is equal text. */
function isSameContent(a: Content, b: Content): boolean {
  const textOf = ({ description, terms }: Content) => {
    const { pricing, ...others } = terms;
    const prices = pricing === null ? null : Object.entries(pricing.perSeat).sort();
    return JSON.stringify([description, others, pricing?.currency, prices]);
  };
  return textOf(a) === textOf(b);
}

function brokenRulesOf(content: OfferContent, offerId: OfferId): BrokenRule[] {
  return [
    ...brokenLimits(content),
    ...(content.pricing === null ? [] : brokenPricing(content.pricing, content.billingCycles)),
    ...(content.countries ?? []).flatMap((code, at) => unknownCountry(code, `/countries/${at}`)),
    ...brokenReferences(content, offerId),
  ];
}

function brokenLimits({ minQuantity, maxQuantity, limitPerCustomer }: OfferContent): BrokenRule[] {
  return [
    isCount(minQuantity) ? [] : atLeastOne('/minQuantity', minQuantity),
    isCount(maxQuantity) ? [] : atLeastOne('/maxQuantity', maxQuantity),
    minQuantity <= maxQuantity
      ? []
      : limitsInvalid('/minQuantity', `${minQuantity} is above the maximum, ${maxQuantity}.`),
    limitPerCustomer === null || isCount(limitPerCustomer)
      ? []
      : atLeastOne('/limitPerCustomer', limitPerCustomer),
  ].flat();
}

function isCount(count: number): boolean {
  return Number.isSafeInteger(count) && count >= 1;
}

function atLeastOne(pointer: string, count: number): BrokenRule {
  return limitsInvalid(pointer, `${count} is not a whole number of at least 1.`);
}

function limitsInvalid(pointer: string, detail: string): BrokenRule {
  return { code: 'offer-limits-invalid', pointer, detail };
}

/** One price for each billing cycle that is offered, in one currency. */
function brokenPricing(
  { currency, perSeat }: OfferPricing,
  billingCycles: readonly BillingCycle[],
): BrokenRule[] {
  const broken: BrokenRule[] = [];
  if (!CURRENCIES.has(currency)) {
    const detail = `"${currency}" is no currency of ISO 4217, such as BRL.`;
    broken.push({ code: 'currency-unknown', pointer: '/pricing/currency', detail });
  }
  const named = [...new Set([...billingCycles, ...Object.keys(perSeat)])] as BillingCycle[];
  for (const cycle of named) {
    const detail = priceFault(cycle, perSeat[cycle], billingCycles);
    if (detail === undefined) continue;
    broken.push({ code: 'offer-prices-invalid', pointer: `/pricing/perSeat/${cycle}`, detail });
  }
  return broken;
}

function priceFault(
  cycle: BillingCycle,
  price: string | undefined,
  billingCycles: readonly BillingCycle[],
): string | undefined {
  if (!billingCycles.includes(cycle))
    return `The offer is not billed ${cycle}, but has a price so.`;
  if (price === undefined) return `The offer is billed ${cycle}, but has no price so.`;
  return isAmount(price)
    ? undefined
    : `"${price}" is not decimal text such as 12.50, with at most 12 digits before the point and 6 after it.`;
}

function brokenReferences(
  { addOnOf, upgradeTargets, unknownOffers }: OfferContent,
  offerId: OfferId,
): BrokenRule[] {
  const named = [
    ...addOnOf.map((id, index) => ({ id, pointer: `/addOnOf/${index}` })),
    ...upgradeTargets.map((id, index) => ({ id, pointer: `/upgradeTargets/${index}` })),
  ];
  return named.flatMap(({ id, pointer }): BrokenRule[] => {
    if (id === offerId) {
      return [{ code: 'offer-refers-to-itself', pointer, detail: `${id} is this offer itself.` }];
    }
    if (!unknownOffers.includes(id)) return [];
    const detail = `Offer ${id} is not an offer of this provider.`;
    return [{ code: 'offer-unknown', pointer, detail }];
  });
}

export function evolve(state: OfferState, event: OfferEvent): OfferState {
  if (event.type === 'OfferRetired') {
    return state.status === 'none' ? state : { ...state, status: 'retired' };
  }
  const { offerId, providerId, description } = event.data;
  const terms = catalogueTermsOf(event.data);
  return { status: 'published', offerId, providerId, description, terms };
}
