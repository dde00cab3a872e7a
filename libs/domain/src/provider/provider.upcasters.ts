import type { EventSchemas } from '../schema';
import type { ProviderEvent } from './provider.events';

/** Schema versions of each event type; see {@link EventSchemas}. */
export const providerSchemas: EventSchemas<ProviderEvent> = {
  ProviderCreated: { upcasters: [] },
  AgreementRequirementChanged: { upcasters: [] },
};
