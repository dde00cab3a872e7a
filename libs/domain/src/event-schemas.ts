import { customer } from './customer/customer.aggregate';
import { customerReference } from './customer-reference/customer-reference.aggregate';
import { offer } from './offer/offer.aggregate';
import { partnership } from './partnership/partnership.aggregate';
import { partnershipRequest } from './partnership-request/partnership-request.aggregate';
import { provider } from './provider/provider.aggregate';
import { reseller } from './reseller/reseller.aggregate';
import { services } from './services/services.aggregate';

/** Every event type of the domain: what a codec reads and writes. */
export const eventSchemas = [
  customer,
  customerReference,
  offer,
  partnership,
  partnershipRequest,
  provider,
  reseller,
  services,
].map(({ schemas }) => schemas);
