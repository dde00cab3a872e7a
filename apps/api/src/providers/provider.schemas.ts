import type { PartnerProviderRow, ProviderRow } from '@tierbook/read-models';
import {
  choice,
  COUNTRY,
  EMAIL,
  id,
  instant,
  objectOf,
  orNull,
  pageOf,
  PARTNERSHIP_ID,
  PERIOD_ID,
  personal,
  ref,
  REVISION,
  text,
  type Schemas,
} from '../http/schemas';

const PROVIDER_ID = id('The provider.');
const NAME = personal('Its name.', { examples: ['Distribuidora Aurora'] });
const MAIL = personal('Where to write to it.', EMAIL);

export const providerSchemas: Schemas = {
  Provider: objectOf<ProviderRow>('An indirect provider: a tenant of this deployment.', {
    providerId: PROVIDER_ID,
    name: NAME,
    email: MAIL,
    country: COUNTRY,
    requiredAgreement: orNull(
      text('Version of its terms that customers must have agreed to before anything is ordered.'),
      'null where none is required.',
    ),
    createdAt: instant('When it was created.'),
    revision: REVISION,
  }),
  ProviderPage: pageOf(ref('Provider')),
  PartnerProvider: objectOf<PartnerProviderRow>('A provider, as its partner sees it.', {
    partnershipId: PARTNERSHIP_ID,
    providerId: PROVIDER_ID,
    status: choice(['active', 'ended'], 'Where the partnership stands.'),
    periodId: PERIOD_ID,
    since: instant('When the latest period of the partnership began.'),
    endedAt: orNull(instant('When it ended.'), 'null while it is active.'),
    name: NAME,
    email: MAIL,
    country: orNull(COUNTRY, 'null until the list has caught up with a new provider.'),
  }),
  PartnerProviderPage: pageOf(ref('PartnerProvider')),
};
