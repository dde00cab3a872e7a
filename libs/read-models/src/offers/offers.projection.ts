import type { Instant, OfferId, OfferTerms, ProviderId } from '@tierbook/domain';
import type { Projection } from '../projection';
import type { ViewDefinition } from '../view';

export interface OfferDoc extends OfferTerms {
  readonly offerId: OfferId;
  readonly providerId: ProviderId;
  readonly description: string;
  readonly publishedAt: Instant;
  readonly revision: number;
}

export const offersView: ViewDefinition<OfferDoc> = {
  name: 'offers',
  version: 1,
  readableFrom: 1,
  fields: { providerId: 'keyword', name: 'search' },
  indexes: [['providerId', 'name']],
};

export const offersProjection: Projection<OfferDoc> = {
  view: offersView,
  keysOf: ({ event }) => (event.type === 'OfferPublished' ? [event.data.offerId] : []),
  apply: (doc, { event, revision, metadata }) =>
    event.type === 'OfferPublished'
      ? { ...event.data, publishedAt: metadata.occurredAt, revision }
      : (doc ?? null),
};
