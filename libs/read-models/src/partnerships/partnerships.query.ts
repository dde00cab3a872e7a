import type { PartnershipId, ProviderId, ResellerId } from '@tierbook/domain';
import { conditions, equals, findPage, type ListPage, type Paging, type Reads } from '../list';
import { getProvider } from '../providers/providers.query';
import {
  MAX_LIMIT,
  type Condition,
  type Page,
  type ReadStore,
  type Row,
  type SortKey,
} from '../read-store';
import { resellersView, type ResellerDoc } from '../resellers/resellers.projection';
import { partnershipsView, type PartnershipDoc } from './partnerships.projection';

/** A reseller as its provider lists it. Personal fields are `null` once erased. */
export interface PartnerRow extends PartnershipDoc, Pick<ResellerDoc, 'name' | 'email' | 'state'> {
  readonly partnerId: string;
  readonly country: string;
}

export type PartnerSort =
  'name' | 'partnerId' | 'country' | 'state' | 'since' | 'customers' | 'subscriptions' | 'licences';

const OF_THE_RESELLER = new Set<PartnerSort>(['name', 'partnerId', 'country', 'state']);

export interface PartnerFilter extends Paging<PartnerSort> {
  /** Part of the name; or, in digits, how the partner id begins. */
  readonly search?: string | undefined;
  readonly status?: PartnershipDoc['status'] | undefined;
}

/** A provider's resellers, by name unless told otherwise. */
export async function listPartners(
  reads: Reads,
  providerId: ProviderId,
  filter: PartnerFilter = {},
): Promise<ListPage<PartnerRow>> {
  const { field, direction } = filter.sort ?? { field: 'name', direction: 'asc' };
  const page = await findPage(
    reads,
    partnershipsView,
    {
      where: conditions(
        equals('providerId', providerId),
        equals('status', filter.status),
        searchFor(filter.search),
      ),
      sort: { field: OF_THE_RESELLER.has(field) ? `resellers.${field}` : field, direction },
      join: { view: resellersView, by: 'resellerId' },
    },
    filter,
  );
  return { ...page, items: await withResellers(reads, page.items) };
}

/** A partnership, with its reseller, or `undefined`. */
export async function getPartnership(
  reads: Reads,
  partnershipId: PartnershipId,
): Promise<PartnerRow | undefined> {
  const row = await reads.store.get(partnershipsView, partnershipId);
  return row === undefined ? undefined : (await withResellers(reads, [row]))[0];
}

/** The ended partnerships that subscriptions are still credited to, the fewest first. */
export async function* findCreditedAfterEnd(store: ReadStore): AsyncGenerator<PartnershipDoc> {
  const where: readonly Condition[] = [
    { field: 'status', op: 'eq', value: 'ended' },
    { field: 'subscriptions', op: 'range', gte: 1 },
  ];
  const sort = { field: 'subscriptions', direction: 'asc' } as const;
  let after: SortKey | undefined;
  do {
    const query = { where, sort, after, limit: MAX_LIMIT };
    const page: Page<PartnershipDoc> = await store.find(partnershipsView, query);
    yield* page.rows.map(({ doc }) => doc);
    after = page.next;
  } while (after !== undefined);
}

/** Who may be designated support contact of this provider's subscriptions. */
export type SupportContactChoice =
  | { readonly kind: 'provider'; readonly id: ProviderId; readonly name: string | null }
  | {
      readonly kind: 'reseller';
      readonly id: ResellerId;
      readonly name: string | null;
      readonly partnerId: string;
    };

/** The provider first, then its active partners by name. */
export async function supportContactChoices(
  reads: Reads,
  providerId: ProviderId,
  paging: Pick<Paging, 'cursor' | 'limit'> = {},
): Promise<ListPage<SupportContactChoice>> {
  const { items, nextCursor } = await listPartners(reads, providerId, {
    ...paging,
    status: 'active',
  });
  const partners = items.map(({ resellerId, name, partnerId }) => {
    return { kind: 'reseller', id: resellerId, name, partnerId } as const;
  });
  if (paging.cursor !== undefined) return { items: partners, nextCursor };
  const name = (await getProvider(reads, providerId))?.name ?? null;
  return { items: [{ kind: 'provider', id: providerId, name }, ...partners], nextCursor };
}

function searchFor(search: string | undefined): Condition | undefined {
  if (search === undefined) return undefined;
  return /^[0-9]+$/.test(search)
    ? { field: 'resellers.partnerId', op: 'prefix', value: search }
    : { field: 'resellers.name', op: 'contains', value: search };
}

async function withResellers(
  { store }: Reads,
  rows: readonly Row<PartnershipDoc>[],
): Promise<readonly PartnerRow[]> {
  const resellers = await store.getMany(
    resellersView,
    rows.map(({ doc }) => doc.resellerId),
  );
  return rows.map(({ doc }) => {
    const reseller = resellers.get(doc.resellerId)?.doc;
    const { name = null, email = null, state = null } = reseller ?? {};
    const { partnerId = '', country = '' } = reseller ?? {};
    return { ...doc, name, email, state, partnerId, country };
  });
}
