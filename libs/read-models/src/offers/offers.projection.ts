import {
  catalogueTermsOf,
  type CatalogueTerms,
  type Instant,
  type OfferId,
  type ProviderId,
} from '@tierbook/domain';
import { misplaced, type Projection } from '../projection';
import type { ViewDefinition } from '../view';

export interface OfferDoc extends CatalogueTerms {
  readonly offerId: OfferId;
  readonly providerId: ProviderId;
  readonly description: string;
  readonly status: 'published' | 'retired';
  readonly publishedAt: Instant;
  readonly revision: number;
}

export const offersView: ViewDefinition<OfferDoc> = {
  name: 'offers',
  version: 2,
  readableFrom: 2,
  fields: { providerId: 'keyword', name: 'search' },
  indexes: [['providerId', 'name']],
};

export const offersProjection: Projection<OfferDoc> = {
  view: offersView,
  keysOf: ({ event }) => {
    switch (event.type) {
      case 'OfferPublished':
      case 'OfferRevised':
      case 'OfferRetired':
        return [event.data.offerId];
      default:
        return [];
    }
  },
  apply: (before, recorded, key) => {
    const { event, revision, metadata } = recorded;
    if (event.type === 'OfferPublished') {
      const publishedAt = metadata.occurredAt;
      return { ...event.data, status: 'published', publishedAt, revision };
    }
    if (before === undefined) throw misplaced(recorded, offersView.name, key);
    const doc = { ...before, revision };
    if (event.type === 'OfferRetired') return { ...doc, status: 'retired' };
    if (event.type !== 'OfferRevised') return doc;
    return { ...doc, ...catalogueTermsOf(event.data), description: event.data.description };
  },
};
