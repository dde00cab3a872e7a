import { Inject, Injectable } from '@nestjs/common';
import { aggregates } from '@tierbook/application';
import type {
  Day,
  HoldingCounts,
  PartnershipId,
  PartnershipState,
  PeriodId,
  ResellerId,
} from '@tierbook/domain';
import { TIERBOOK, type Tierbook } from '@tierbook/platform';
import {
  countHoldings,
  holdingsOf,
  listHoldings,
  type HoldingDoc,
  type ListPage,
  type Paging,
} from '@tierbook/read-models';
import { AsOf, type Then } from '../http/as-of';
import { missing } from '../http/reader';

/** Where giving back stands. */
export const OFF_BOARDING_STATUSES = ['not-started', 'running', 'completed'] as const;

/** What a reseller has of one customer. */
export type HoldingShown = Pick<
  HoldingDoc,
  'customerId' | 'associated' | 'delegations' | 'supportContacts' | 'records'
>;

/** What the latest period of a partnership has, or has still to give back. */
export interface OffBoarding {
  readonly status: (typeof OFF_BOARDING_STATUSES)[number];
  readonly periodId: PeriodId;
  readonly successorId: ResellerId | null;
  readonly creditUntil: Day | null;
  readonly planned: HoldingCounts | null;
  readonly done: HoldingCounts | null;
  readonly left: HoldingCounts;
  readonly customers: ListPage<HoldingShown>;
}

/** Shows what ending a partnership touches, and how far that is. */
@Injectable()
export class OffBoardings {
  constructor(
    @Inject(TIERBOOK) private readonly tierbook: Tierbook,
    private readonly asOf: AsOf,
  ) {}

  /** @throws ProblemError `not-found` where there is no such partnership; as of a moment, `not-found-as-of`. */
  async of(
    id: PartnershipId,
    paging: Paging = {},
    { reads, moment }: Then = { reads: this.tierbook.reads, moment: undefined },
  ): Promise<OffBoarding> {
    const { state } = await this.asOf.load(aggregates.partnership, id, moment);
    if (state.status === 'none') throw missing('partnership', moment);
    const { periodId } = state;
    const ending = state.endings.get(periodId);
    const left = await countHoldings(holdingsOf(reads.store, periodId));
    const page = await listHoldings(reads, periodId, paging);
    const planned = ending?.planned ?? null;
    return {
      status: statusOf(state),
      periodId,
      successorId: ending?.successor?.resellerId ?? null,
      creditUntil: ending?.creditUntil ?? null,
      planned,
      done: planned === null ? null : difference(planned, left),
      left,
      customers: { ...page, items: page.items.map(shown) },
    };
  }
}

function statusOf(
  state: Exclude<PartnershipState, { readonly status: 'none' }>,
): OffBoarding['status'] {
  if (state.status === 'active') return 'not-started';
  return state.endings.get(state.periodId)?.completed === true ? 'completed' : 'running';
}

/** What a race added after the plan was made is more than was planned: it is not less than nothing. */
function difference(planned: HoldingCounts, left: HoldingCounts): HoldingCounts {
  const done = (field: keyof HoldingCounts) => Math.max(0, planned[field] - left[field]);
  return {
    customers: done('customers'),
    associations: done('associations'),
    delegations: done('delegations'),
    supportContacts: done('supportContacts'),
    records: done('records'),
  };
}

function shown({
  customerId,
  associated,
  delegations,
  supportContacts,
  records,
}: HoldingDoc): HoldingShown {
  return { customerId, associated, delegations, supportContacts, records };
}
