import { describe, expect, it } from '@jest/globals';
import type { ProviderId } from '@tierbook/domain';
import { readsOf } from '../testing/recorded';
import { offer, providerId, sample } from '../testing/sample-events';
import { getOffer, listOffers } from './offers.query';

describe('offers', () => {
  it('are listed by name, each with its limits', async () => {
    const reads = await readsOf([
      sample.offerPublished('o2', 'Office'),
      sample.offerPublished('o1', 'mail'),
    ]);
    const { items } = await listOffers(reads, providerId);
    expect(items.map(({ name }) => name)).toEqual(['mail', 'Office']);
    expect(await getOffer(reads, offer('o1'))).toEqual(items[0]);
    expect(items[0]).toMatchObject({
      minQuantity: 1,
      maxQuantity: 300,
      terms: ['P1Y'],
      revision: 2,
    });
    const found = await listOffers(reads, providerId, { search: 'ffi' });
    expect(found.items.map(({ offerId }) => offerId)).toEqual(['o2']);
    expect((await listOffers(reads, 'provider-2' as ProviderId)).items).toEqual([]);
  });
});
