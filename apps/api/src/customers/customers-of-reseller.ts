import { Inject, Injectable } from '@nestjs/common';
import { aggregates } from '@tierbook/application';
import { activePeriodOf, partnershipIdOf, type PeriodId, type ResellerId } from '@tierbook/domain';
import { TIERBOOK, type Tierbook } from '@tierbook/platform';
import {
  listCustomersOfReseller,
  listProvidersOfReseller,
  type CustomerFilter,
  type ListPage,
  type ResellerCustomerRow,
} from '@tierbook/read-models';

/** The views that the customers a reseller or a provider lists are read from: a list waits for all of them. */
export const VIEWS_OF_LISTED_CUSTOMERS = [
  'customers',
  'subscriptions',
  'reseller-customers',
  'resellers',
  'partnerships',
  'providers',
] as const;

/** Partners whose customers one list can show: more than a reseller has. */
const MOST_PROVIDERS = 200;

/** The customers that a reseller may see, by its delegations and support contacts in active partnerships. */
@Injectable()
export class CustomersOfReseller {
  constructor(@Inject(TIERBOOK) private readonly tierbook: Tierbook) {}

  async list(
    resellerId: ResellerId,
    filter: Omit<CustomerFilter, 'providerId' | 'resellerIds'>,
  ): Promise<ListPage<ResellerCustomerRow>> {
    const periodIds = await this.activePeriods(resellerId);
    return listCustomersOfReseller(
      this.tierbook.reads,
      { ...filter, resellerId, periodIds },
      new Date().toISOString(),
    );
  }

  /** None while the reseller is suspended. The view proposes; each partnership's own stream decides. */
  private async activePeriods(resellerId: ResellerId): Promise<readonly PeriodId[]> {
    const { state } = await this.tierbook.aggregates.load(aggregates.reseller, resellerId);
    if (state.status === 'suspended') return [];
    const { items } = await listProvidersOfReseller(this.tierbook.reads, resellerId, {
      limit: MOST_PROVIDERS,
    });
    const active: PeriodId[] = [];
    for (const { providerId } of items) {
      const id = partnershipIdOf(providerId, resellerId);
      const { state } = await this.tierbook.aggregates.load(aggregates.partnership, id);
      const period = activePeriodOf(state);
      if (period !== null) active.push(period);
    }
    return active;
  }
}
