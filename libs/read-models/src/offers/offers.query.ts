import type { OfferId, ProviderId } from '@tierbook/domain';
import { conditions, equals, findPage, type ListPage, type Paging, type Reads } from '../list';
import { offersView, type OfferDoc } from './offers.projection';

export type OfferRow = OfferDoc;

/** An offer, or `undefined`. */
export async function getOffer({ store }: Reads, offerId: OfferId): Promise<OfferRow | undefined> {
  return (await store.get(offersView, offerId))?.doc;
}

/** A provider's offers by name; `search` finds part of the name. */
export async function listOffers(
  reads: Reads,
  providerId: ProviderId,
  filter: { readonly search?: string | undefined } & Paging = {},
): Promise<ListPage<OfferRow>> {
  const { search } = filter;
  const where = conditions(
    equals('providerId', providerId),
    search === undefined ? undefined : { field: 'name', op: 'contains', value: search },
  );
  const sort = { field: 'name', direction: 'asc' } as const;
  const page = await findPage(reads, offersView, { where, sort }, filter);
  return { ...page, items: page.items.map(({ doc }) => doc) };
}
