import type { Instant, ProviderId } from '@tierbook/domain';
import { revealed, type Projection } from '../projection';
import type { ViewDefinition } from '../view';

export interface ProviderDoc {
  readonly providerId: ProviderId;
  /** `null` once erased. */
  readonly name: string | null;
  readonly email: string | null;
  readonly country: string;
  readonly createdAt: Instant;
  /** Revision of the last event that touched it: its ETag. */
  readonly revision: number;
}

export const providersView: ViewDefinition<ProviderDoc> = {
  name: 'providers',
  version: 1,
  readableFrom: 1,
  fields: { name: 'search', country: 'keyword', createdAt: 'keyword' },
  indexes: [['name']],
};

export const providersProjection: Projection<ProviderDoc> = {
  view: providersView,
  keysOf: ({ event }) => (event.type === 'ProviderCreated' ? [event.data.providerId] : []),
  apply(doc, { event, revision, metadata }) {
    if (event.type !== 'ProviderCreated') return doc ?? null;
    const { providerId, country } = event.data;
    const personal = revealed(event.personal);
    return {
      providerId,
      name: personal?.name ?? null,
      email: personal?.email ?? null,
      country,
      createdAt: metadata.occurredAt,
      revision,
    };
  },
};
