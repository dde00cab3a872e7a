import type { OfferPricing, OfferTerms } from '@tierbook/domain';
import type { OfferRow } from '@tierbook/read-models';
import {
  choice,
  COUNTED,
  count,
  COUNTRY,
  flag,
  id,
  instant,
  listOf,
  objectOf,
  orNull,
  pageOf,
  ref,
  REVISION,
  text,
  type Schemas,
} from '../http/schemas';
import type { DomainAvailability } from './domain-availability';
import { BILLING_CYCLES, TERMS } from './offer.dto';

const OFFER_TERMS = {
  name: text('Its name.', { examples: ['Nimbus Office Business'] }),
  minQuantity: count('Fewest licences of one subscription.'),
  maxQuantity: count('Most licences of one subscription.'),
  billingCycles: listOf(choice(BILLING_CYCLES, 'How often it is billed.'), 'To choose from.'),
  terms: listOf(choice(TERMS, 'For how long one is bound. ISO 8601 duration.'), 'To choose from.'),
  pricing: orNull(
    objectOf<OfferPricing>('List prices of one licence.', {
      currency: text('ISO 4217.', { examples: ['BRL'] }),
      perSeat: {
        type: 'object',
        description: 'For each billing cycle, what one cycle of it costs: decimal text.',
        additionalProperties: { type: 'string' },
      },
    }),
    'null without a list price.',
  ),
  addOnOf: listOf(id('An offer.'), 'Bases that it needs one of; empty: no add-on.'),
} as const;

export const offerSchemas: Schemas = {
  Offer: objectOf<OfferRow>("An offer of a provider's catalogue.", {
    ...OFFER_TERMS,
    limitPerCustomer: orNull(count('Subscriptions at a time.'), 'null: any number.'),
    upgradeTargets: listOf(id('An offer.'), 'What its subscriptions can be upgraded to.'),
    countries: orNull(listOf(COUNTRY, 'Where it is sold.'), 'null: everywhere.'),
    status: choice(['published', 'retired'], 'Retired: it takes no new orders.'),
    offerId: id('The offer.'),
    providerId: id('The provider.'),
    description: text('What it is, for people to read.'),
    publishedAt: instant('When it was added to the catalogue.'),
    revision: REVISION,
  }),
  OfferPage: pageOf(ref('Offer'), COUNTED),
  OfferTerms: objectOf<OfferTerms>('An offer as it was when it was bought.', OFFER_TERMS),
  DomainAvailability: objectOf<DomainAvailability>('Whether a domain prefix is free.', {
    domain: text('The prefix, in lower case.', { examples: ['padariadosol'] }),
    available: flag('Whether no customer of the provider has it. The command still decides.'),
  }),
};
