import type { ProviderId, ResellerId } from '@tierbook/domain';
import { conditions, equals, findPage, type ListPage, type Paging, type Reads } from '../list';
import { partnershipsView, type PartnershipDoc } from '../partnerships/partnerships.projection';
import { providersView, type ProviderDoc } from './providers.projection';

export type ProviderRow = ProviderDoc;

/** A provider, or `undefined`. */
export async function getProvider(
  { store }: Reads,
  providerId: ProviderId,
): Promise<ProviderRow | undefined> {
  return (await store.get(providersView, providerId))?.doc;
}

/** All providers by name: for the operator. */
export async function listProviders(
  reads: Reads,
  paging: Paging = {},
): Promise<ListPage<ProviderRow>> {
  const sort = { field: 'name', direction: 'asc' } as const;
  const page = await findPage(reads, providersView, { where: [], sort }, paging);
  return { ...page, items: page.items.map(({ doc }) => doc) };
}

/** A provider as one of its partners sees it. */
export interface PartnerProviderRow extends Pick<
  PartnershipDoc,
  'partnershipId' | 'providerId' | 'status' | 'periodId' | 'since' | 'endedAt'
> {
  readonly name: string | null;
  readonly email: string | null;
  /** `null` while the providers' view has not caught up. */
  readonly country: string | null;
}

/** The providers that a reseller partners with (or has), by name. */
export async function listProvidersOfReseller(
  reads: Reads,
  resellerId: ResellerId,
  filter: { readonly status?: PartnershipDoc['status'] | undefined } & Paging = {},
): Promise<ListPage<PartnerProviderRow>> {
  const page = await findPage(
    reads,
    partnershipsView,
    {
      where: conditions(equals('resellerId', resellerId), equals('status', filter.status)),
      sort: { field: 'providers.name', direction: 'asc' },
      join: { view: providersView, by: 'providerId' },
    },
    filter,
  );
  const providers = await reads.store.getMany(
    providersView,
    page.items.map(({ doc }) => doc.providerId),
  );
  const items = page.items.map(({ doc }) => {
    const provider = providers.get(doc.providerId)?.doc;
    const { partnershipId, providerId, status, periodId, since, endedAt } = doc;
    const { name = null, email = null, country = null } = provider ?? {};
    return { partnershipId, providerId, status, periodId, since, endedAt, name, email, country };
  });
  return { ...page, items };
}
