import { customersProjection } from '../customers/customers.projection';
import { holdingsProjection } from '../holdings/holdings.projection';
import { partnershipsProjection } from '../partnerships/partnerships.projection';
import type { AnyProjection } from '../projection';
import { resellersProjection } from '../resellers/resellers.projection';
import { subscriptionsProjection } from '../subscriptions/subscriptions.projection';

/** The views that what is read as of a moment needs, and that a single stream does not make. */
export const AS_OF_PROJECTIONS: readonly AnyProjection[] = [
  resellersProjection,
  partnershipsProjection,
  customersProjection,
  holdingsProjection,
  subscriptionsProjection,
];
