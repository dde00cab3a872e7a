import type { EventSchemas } from '../schema';
import type { ServicesEvent } from './services.events';

/** Schema versions of each event type; see {@link EventSchemas}. */
export const servicesSchemas: EventSchemas<ServicesEvent> = {
  ServiceCreated: { upcasters: [] },
  ServiceSecretRotated: { upcasters: [] },
  ServiceRevoked: { upcasters: [] },
};
