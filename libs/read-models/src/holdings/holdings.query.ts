import type { HoldingCounts, PeriodId } from '@tierbook/domain';
import { conditions, equals, findPage, type ListPage, type Paging, type Reads } from '../list';
import { MAX_LIMIT, type ReadStore, type SortKey } from '../read-store';
import { holdingsView, type HoldingDoc } from './holdings.projection';

/**
 * All that a period has, customer by customer, a page read when it is asked for.
 *
 * @throws ViewBehindError
 */
export async function* holdingsOf(
  store: ReadStore,
  periodId: PeriodId,
): AsyncGenerator<HoldingDoc> {
  let after: SortKey | undefined;
  do {
    const page = await store.find(holdingsView, {
      where: [{ field: 'periodId', op: 'eq', value: periodId }],
      sort: { field: 'customerId', direction: 'asc' },
      limit: MAX_LIMIT,
      after,
    });
    for (const { doc } of page.rows) yield doc;
    after = page.next;
  } while (after !== undefined);
}

/** A page of what a period has, by customer. */
export async function listHoldings(
  reads: Reads,
  periodId: PeriodId,
  paging: Paging = {},
): Promise<ListPage<HoldingDoc>> {
  const page = await findPage(
    reads,
    holdingsView,
    {
      where: conditions(equals('periodId', periodId)),
      sort: { field: 'customerId', direction: 'asc' },
    },
    paging,
  );
  return { ...page, items: page.items.map(({ doc }) => doc) };
}

/** How much these are together. */
export async function countHoldings(
  holdings: AsyncIterable<
    Pick<HoldingDoc, 'associated' | 'delegations' | 'supportContacts' | 'records'>
  >,
): Promise<HoldingCounts> {
  let [customers, associations, delegations, supportContacts, records] = [0, 0, 0, 0, 0];
  for await (const held of holdings) {
    customers += 1;
    associations += held.associated ? 1 : 0;
    delegations += held.delegations.length;
    supportContacts += held.supportContacts.length;
    records += held.records.length;
  }
  return { customers, associations, delegations, supportContacts, records };
}
