import type { PartneredReseller, ResellerId } from '../ids';

/**
 * A reseller that a caller chose, with what its partnership's stream says now:
 * `partnership` is `null` when it has no active partnership with this provider.
 */
export interface ChosenReseller {
  readonly resellerId: ResellerId;
  readonly partnership: PartneredReseller | null;
}
