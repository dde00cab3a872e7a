import { Inject, Injectable } from '@nestjs/common';
import { aggregates } from '@tierbook/application';
import {
  activePeriodOf,
  partnershipIdOf,
  visibleSubscriptions,
  type CustomerId,
  type ResellerId,
  type SubscriptionId,
} from '@tierbook/domain';
import type { Principal } from '@tierbook/identity';
import { TIERBOOK, type Tierbook } from '@tierbook/platform';
import { missing } from '../http/reader';

/** What of one customer a caller may see: all of it, or these subscriptions and no others. */
export type Sight = 'all' | ReadonlySet<SubscriptionId>;

/** Decides what a caller may see of a customer, on current event-sourced state and never on a view. */
@Injectable()
export class CustomerSight {
  constructor(@Inject(TIERBOOK) private readonly tierbook: Tierbook) {}

  /** @throws ProblemError `not-found` for a customer that is not there, or not for this caller. */
  async of({ organisation }: Principal, customerId: CustomerId): Promise<Sight> {
    const { state } = await this.tierbook.aggregates.load(aggregates.customer, customerId);
    if (state.status === 'none' || organisation.kind === 'operator') throw missing('customer');
    if (organisation.kind === 'provider') {
      if (organisation.id === state.providerId) return 'all';
      throw missing('customer');
    }
    const resellerId = organisation.id as ResellerId;
    const reseller = await this.tierbook.aggregates.load(aggregates.reseller, resellerId);
    if (reseller.state.status === 'suspended') throw missing('customer');
    const partnershipId = partnershipIdOf(state.providerId, resellerId);
    const partnership = await this.tierbook.aggregates.load(aggregates.partnership, partnershipId);
    const period = activePeriodOf(partnership.state);
    const sight = visibleSubscriptions(state, resellerId, period, new Date().toISOString());
    if (sight === 'none') throw missing('customer');
    return sight;
  }
}
