import type { Instant, ProviderId } from '@tierbook/domain';
import { misplaced, revealed, type Projection } from '../projection';
import type { ViewDefinition } from '../view';

export interface ProviderDoc {
  readonly providerId: ProviderId;
  /** `null` once erased. */
  readonly name: string | null;
  readonly email: string | null;
  readonly country: string;
  /** Version of its terms that customers must have agreed to before anything is ordered. */
  readonly requiredAgreement: string | null;
  readonly createdAt: Instant;
  /** Revision of the last event that touched it: its ETag. */
  readonly revision: number;
}

export const providersView: ViewDefinition<ProviderDoc> = {
  name: 'providers',
  version: 2,
  readableFrom: 2,
  fields: { name: 'search', country: 'keyword', createdAt: 'keyword' },
  indexes: [['name']],
};

export const providersProjection: Projection<ProviderDoc> = {
  view: providersView,
  keysOf({ event }) {
    switch (event.type) {
      case 'ProviderCreated':
      case 'AgreementRequirementChanged':
        return [event.data.providerId];
      default:
        return [];
    }
  },
  apply(doc, recorded, key) {
    const { event, revision, metadata } = recorded;
    if (event.type === 'AgreementRequirementChanged') {
      if (doc === undefined) throw misplaced(recorded, providersView.name, key);
      return { ...doc, requiredAgreement: event.data.to, revision };
    }
    if (event.type !== 'ProviderCreated') return doc ?? null;
    const { providerId, country } = event.data;
    const personal = revealed(event.personal);
    return {
      providerId,
      name: personal?.name ?? null,
      email: personal?.email ?? null,
      country,
      requiredAgreement: null,
      createdAt: metadata.occurredAt,
      revision,
    };
  },
};
