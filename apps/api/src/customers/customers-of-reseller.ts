import { Inject, Injectable } from '@nestjs/common';
import { aggregates, usablePeriod } from '@tierbook/application';
import type { PeriodId, ProviderId, ResellerId } from '@tierbook/domain';
import { TIERBOOK, type Tierbook } from '@tierbook/platform';
import {
  listCustomersOfReseller,
  withRightsOfNow,
  type CustomerFilter,
  type ListPage,
  type ResellerCustomerRow,
} from '@tierbook/read-models';
import type { Then } from '../http/as-of';

/** The views that the customers a reseller or a provider lists are read from: a list waits for all of them. */
export const VIEWS_OF_LISTED_CUSTOMERS = [
  'customers',
  'subscriptions',
  'reseller-customers',
  'resellers',
] as const;

/** The customers that a reseller may see, by its delegations and support contacts in active partnerships. */
@Injectable()
export class CustomersOfReseller {
  constructor(@Inject(TIERBOOK) private readonly tierbook: Tierbook) {}

  /** The view proposes; each partnership's own stream decides. Nothing while the reseller is suspended. */
  async list(
    resellerId: ResellerId,
    filter: Omit<CustomerFilter, 'providerId' | 'resellerIds'>,
    { reads: given, moment }: Then = { reads: this.tierbook.reads, moment: undefined },
  ): Promise<ListPage<ResellerCustomerRow>> {
    const { reads: now, pipeline } = this.tierbook;
    const { status } = await pipeline.gathering.read(aggregates.reseller, resellerId);
    if (status === 'suspended') {
      return { items: [], nextCursor: null, ...(filter.count === true ? { total: 0 } : {}) };
    }
    const store =
      moment === undefined
        ? given.store
        : await withRightsOfNow(given.store, now.store, resellerId);
    const usable = new Map<ProviderId, Promise<PeriodId | null>>();
    const periodOf = (providerId: ProviderId) => {
      const known = usable.get(providerId);
      const period = known ?? usablePeriod(pipeline.gathering, providerId, resellerId);
      usable.set(providerId, period);
      return period;
    };
    return listCustomersOfReseller(
      { ...given, store },
      { ...filter, resellerId },
      pipeline.now().toISOString(),
      periodOf,
    );
  }
}
