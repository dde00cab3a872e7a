import type { ResellerId } from '@tierbook/domain';
import { conditions, equals, findPage, type ListPage, type Paging, type Reads } from '../list';
import { resellersView, type ResellerDoc } from './resellers.projection';

export type ResellerRow = ResellerDoc;

/** A reseller's enrolment, or `undefined`. */
export async function getReseller(
  { store }: Reads,
  resellerId: ResellerId,
): Promise<ResellerRow | undefined> {
  return (await store.get(resellersView, resellerId))?.doc;
}

/** All resellers of the programme by name, or those of one status: for the operator. */
export async function listResellers(
  reads: Reads,
  filter: { readonly status?: ResellerDoc['status'] | undefined } & Paging = {},
): Promise<ListPage<ResellerRow>> {
  const where = conditions(equals('status', filter.status));
  const sort = { field: 'name', direction: 'asc' } as const;
  const page = await findPage(reads, resellersView, { where, sort }, filter);
  return { ...page, items: page.items.map(({ doc }) => doc) };
}
