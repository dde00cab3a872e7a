import { customersProjection } from './customers/customers.projection';
import { delegationsProjection } from './delegations/delegations.projection';
import { holdingsProjection } from './holdings/holdings.projection';
import { offersProjection } from './offers/offers.projection';
import { partnershipRequestsProjection } from './partnership-requests/partnership-requests.projection';
import { partnershipsProjection } from './partnerships/partnerships.projection';
import type { AnyProjection } from './projection';
import { providersProjection } from './providers/providers.projection';
import { resellerCustomersProjection } from './reseller-customers/reseller-customers.projection';
import { resellersProjection } from './resellers/resellers.projection';
import { subscriptionsProjection } from './subscriptions/subscriptions.projection';

/** Every view that Tierbook keeps. */
export const PROJECTIONS: readonly AnyProjection[] = [
  providersProjection,
  resellersProjection,
  partnershipsProjection,
  partnershipRequestsProjection,
  offersProjection,
  customersProjection,
  holdingsProjection,
  subscriptionsProjection,
  resellerCustomersProjection,
  delegationsProjection,
];
