import { describe, expect, it } from '@jest/globals';
import type { ProviderId } from '@tierbook/domain';
import type { ViewedEvent } from '../projection';
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

  it('say what they were revised to, and that they are retired', async () => {
    const published = sample.offerPublished('o1', 'Mail');
    if (published.type !== 'OfferPublished') throw new Error('The sample is another event.');
    const revised: ViewedEvent = {
      type: 'OfferRevised',
      data: { ...published.data, name: 'Mail 2', countries: ['BR'] },
    };
    const retired: ViewedEvent = {
      type: 'OfferRetired',
      data: { offerId: offer('o1'), providerId },
    };
    const read = async (...events: readonly ViewedEvent[]) =>
      getOffer(await readsOf([published, ...events]), offer('o1'));
    expect(await read()).toMatchObject({ name: 'Mail', status: 'published' });
    expect(await read(revised)).toMatchObject({ name: 'Mail 2', countries: ['BR'] });
    expect(await read(revised, retired)).toMatchObject({ name: 'Mail 2', status: 'retired' });
  });
});
