import {
  activePeriodOf,
  partnershipIdOf,
  type BillingCycle,
  type ChosenOffer,
  type ChosenReseller,
  type DelegationId,
  type Instant,
  type OfferId,
  type ProviderId,
  type ResellerId,
  type SubscriptionId,
  type SubscriptionOrder,
  type Term,
} from '@tierbook/domain';
import type { Gathering } from '@tierbook/eventing';
import { aggregates } from '../aggregates';
import { deriveId } from '../command-message';

/** One subscription to buy, as a caller asks for it. */
export interface SubscriptionOrderInput {
  readonly offerId: OfferId;
  readonly quantity: number;
  readonly billingCycle: BillingCycle;
  readonly term: Term;
  readonly name?: string;
  readonly autoRenew: boolean;
  /** When it starts; at once where left out. */
  readonly startsAt?: Instant;
  /** For an add-on: what it goes with. */
  readonly baseSubscriptionId?: SubscriptionId;
  readonly resellerId?: ResellerId;
  readonly delegatedAdmin: boolean;
}

/** The reseller with its current partnership, as deciding needs it. */
export function chosenReseller(
  gathering: Gathering,
  providerId: ProviderId,
  resellerId: ResellerId,
): Promise<ChosenReseller>;
export function chosenReseller(
  gathering: Gathering,
  providerId: ProviderId,
  resellerId: ResellerId | null | undefined,
): Promise<ChosenReseller | null>;
export async function chosenReseller(
  gathering: Gathering,
  providerId: ProviderId,
  resellerId: ResellerId | null | undefined,
): Promise<ChosenReseller | null> {
  if (resellerId === null || resellerId === undefined) return null;
  const partnership = await gathering.read(
    aggregates.partnership,
    partnershipIdOf(providerId, resellerId),
  );
  const periodId = activePeriodOf(partnership);
  return { resellerId, partnership: periodId === null ? null : { resellerId, periodId } };
}

/** The offer as its stream says now; unknown where it is another provider's. */
export async function chosenOffer(
  gathering: Gathering,
  providerId: ProviderId,
  offerId: OfferId,
): Promise<ChosenOffer> {
  const offer = await gathering.read(aggregates.offer, offerId);
  if (offer.status === 'none' || offer.providerId !== providerId) {
    return { offerId, terms: null, retired: false };
  }
  return { offerId, terms: offer.terms, retired: offer.status === 'retired' };
}

/** The order with its offer, its reseller, and ids that a repeated command gives again. */
export async function gatherOrder(
  gathering: Gathering,
  providerId: ProviderId,
  input: SubscriptionOrderInput,
  commandId: string,
  index: number,
): Promise<SubscriptionOrder> {
  const { offerId, resellerId, startsAt, ...asked } = input;
  return {
    ...asked,
    ...(startsAt === undefined ? {} : { startsAt: new Date(startsAt).toISOString() }),
    subscriptionId: subscriptionIdOf(commandId, index),
    delegationId: deriveId('delegation', commandId, `subscription/${index}`) as DelegationId,
    offer: await chosenOffer(gathering, providerId, offerId),
    reseller: await chosenReseller(gathering, providerId, resellerId),
  };
}

/** The id of the subscription that this command's order number `index` makes. */
export function subscriptionIdOf(commandId: string, index: number): SubscriptionId {
  return deriveId('subscription', commandId, index.toString()) as SubscriptionId;
}

/** Version of its terms that the provider requires agreement to before anything is ordered. */
export async function requiredAgreement(
  gathering: Gathering,
  providerId: ProviderId,
): Promise<string | null> {
  const provider = await gathering.read(aggregates.provider, providerId);
  return provider.status === 'none' ? null : provider.requiredAgreement;
}
