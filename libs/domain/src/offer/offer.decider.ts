import { accept, refuseBroken, type BrokenRule, type Decision } from '../decision';
import { unreachable } from '../defect';
import type { OfferCommand } from './offer.commands';
import type { OfferEvent } from './offer.events';
import type { OfferState } from './offer.state';
import { termsOf } from './offer.terms';

export const initialState: OfferState = { status: 'none' };

export function decide(command: OfferCommand, state: OfferState): Decision<OfferEvent> {
  if (state.status !== 'none') throw unreachable(command, state.status);
  const { offerId, providerId, description, minQuantity, maxQuantity } = command;
  const refusal = refuseBroken(
    [
      isQuantity(minQuantity) ? [] : atLeastOne('/minQuantity', minQuantity),
      isQuantity(maxQuantity) ? [] : atLeastOne('/maxQuantity', maxQuantity),
      minQuantity <= maxQuantity
        ? []
        : limitsInvalid('/minQuantity', `${minQuantity} is above the maximum, ${maxQuantity}.`),
    ].flat(),
  );
  if (refusal !== undefined) return refusal;
  return accept({
    type: 'OfferPublished',
    data: { offerId, providerId, description, ...termsOf(command) },
  });
}

function isQuantity(quantity: number): boolean {
  return Number.isSafeInteger(quantity) && quantity >= 1;
}

function atLeastOne(pointer: string, quantity: number): BrokenRule {
  return limitsInvalid(pointer, `${quantity} is not a whole number of at least 1.`);
}

function limitsInvalid(pointer: string, detail: string): BrokenRule {
  return { code: 'offer-limits-invalid', pointer, detail };
}

export function evolve(_state: OfferState, { data }: OfferEvent): OfferState {
  const { offerId, providerId } = data;
  return { status: 'published', offerId, providerId, terms: termsOf(data) };
}
