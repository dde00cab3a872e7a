import type { PartnerRow, ResellerRow } from '@tierbook/read-models';
import {
  choice,
  COUNTED,
  count,
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

const RESELLER_ID = id('The reseller: UUIDv5 of its partner id.');
const PARTNER_ID = text('Its id in the partner programme: digits.', { examples: ['4521987'] });
const NAME = personal('Its name.', { examples: ['Nuvem Sul Tecnologia'] });
const MAIL = personal('Where to write to it.', EMAIL);
const STATE = personal('State or region.', { examples: ['RS'] });

export const resellerSchemas: Schemas = {
  Reseller: objectOf<ResellerRow>("A reseller's enrolment in the programme.", {
    resellerId: RESELLER_ID,
    partnerId: PARTNER_ID,
    country: COUNTRY,
    name: NAME,
    email: MAIL,
    state: STATE,
    phone: personal('As the reseller wrote it.', { examples: ['+55 51 3333-4444'] }),
    status: choice(['applied', 'enrolled', 'rejected', 'suspended'], 'Where the enrolment stands.'),
    appliedAt: instant('When it applied last.'),
    decidedAt: orNull(
      instant('When the operator approved or rejected that application.'),
      'null until then.',
    ),
    rejectionReason: personal('Why it was rejected.'),
    suspendedAt: orNull(instant('Since when it is suspended.'), 'null while it is not.'),
    revision: REVISION,
  }),
  ResellerPage: pageOf(ref('Reseller'), COUNTED),
  Partner: objectOf<PartnerRow>('A partnership, with its reseller and what it has there.', {
    partnershipId: PARTNERSHIP_ID,
    providerId: id('The provider.'),
    resellerId: RESELLER_ID,
    partnerId: text('Its id in the partner programme: digits; empty until the list has caught up.'),
    name: NAME,
    email: MAIL,
    country: text('ISO 3166-1 alpha-2; empty until the list has caught up.', {
      pattern: '^(?:[A-Z]{2})?$',
    }),
    state: STATE,
    status: choice(['active', 'ended'], 'Where the partnership stands.'),
    periodId: PERIOD_ID,
    requestId: id('The partnership request that began the latest period.'),
    since: instant('When the latest period began.'),
    endedAt: orNull(instant('When it ended.'), 'null while it is active.'),
    endedBy: orNull(choice(['provider', 'reseller'], 'Who ended it.'), 'null while it is active.'),
    customers: count("The provider's customers associated with the reseller."),
    subscriptions: count('Subscriptions that the reseller is of record for.'),
    licences: count('Licences of those subscriptions.'),
    revision: REVISION,
  }),
  PartnerPage: pageOf(ref('Partner'), COUNTED),
};
