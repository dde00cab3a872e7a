import { describe, expect, it } from '@jest/globals';
import { specify } from '@tierbook/eventing/testing';
import type { OfferId } from '../ids';
import { AT, CATALOGUE_TERMS, LATER, OFFER, PROVIDER } from '../testing/examples';
import { offer } from './offer.aggregate';
import type { PublishOffer, RetireOffer, ReviseOffer } from './offer.commands';
import type { CatalogueTerms, OfferPublished, OfferRetired, OfferRevised } from './offer.events';

const given = specify(offer);
const other = 'offer-2' as OfferId;
const content = { description: 'Mail and office, by seat', ...CATALOGUE_TERMS };
const publish: PublishOffer = {
  type: 'publish-offer',
  at: AT,
  offerId: OFFER,
  providerId: PROVIDER,
  unknownOffers: [],
  ...content,
};
const published: OfferPublished = {
  type: 'OfferPublished',
  data: { offerId: OFFER, providerId: PROVIDER, ...content },
};
const revise = (change: Partial<ReviseOffer> = {}): ReviseOffer => ({
  type: 'revise-offer',
  at: LATER,
  unknownOffers: [],
  ...content,
  ...change,
});
const revised = (change: Partial<CatalogueTerms>): OfferRevised => ({
  type: 'OfferRevised',
  data: { ...published.data, ...change },
});
const retire: RetireOffer = { type: 'retire-offer', at: LATER };
const retired: OfferRetired = {
  type: 'OfferRetired',
  data: { offerId: OFFER, providerId: PROVIDER },
};

describe('an offer', () => {
  it('is published with its terms', () => {
    expect(given().when(publish).then(published)).toEqual({
      status: 'published',
      offerId: OFFER,
      providerId: PROVIDER,
      description: 'Mail and office, by seat',
      terms: CATALOGUE_TERMS,
    });
  });

  it('may allow a single quantity', () => {
    given()
      .when({ ...publish, minQuantity: 5, maxQuantity: 5 })
      .then({ ...published, data: { ...published.data, minQuantity: 5, maxQuantity: 5 } });
  });

  it.each([
    [0, 10, ['/minQuantity']],
    [1.5, 10, ['/minQuantity']],
    [1, 2.5, ['/maxQuantity']],
    [11, 10, ['/minQuantity']],
    [0, 0, ['/minQuantity', '/maxQuantity']],
    [1, Number.NaN, ['/maxQuantity', '/minQuantity']],
    [1, Number.POSITIVE_INFINITY, ['/maxQuantity']],
  ])('is refused with limits from %d to %d', (minQuantity, maxQuantity, pointers) => {
    given()
      .when({ ...publish, minQuantity, maxQuantity })
      .thenRefused('offer-limits-invalid', ...pointers);
  });

  it('may limit the subscriptions that one customer has of it, to at least one', () => {
    given()
      .when({ ...publish, limitPerCustomer: 1 })
      .then({ ...published, data: { ...published.data, limitPerCustomer: 1 } });
    given()
      .when({ ...publish, limitPerCustomer: 0 })
      .thenRefused('offer-limits-invalid', '/limitPerCustomer');
  });

  it('may go without list prices', () => {
    given()
      .when({ ...publish, pricing: null })
      .then({ ...published, data: { ...published.data, pricing: null } });
  });

  it.each([
    [{ monthly: '10.50' }, ['/pricing/perSeat/annual']],
    [{ monthly: '10.50', annual: '1', 'one-time': '2' }, ['/pricing/perSeat/one-time']],
    [{ monthly: '10,50', annual: '-1' }, ['/pricing/perSeat/monthly', '/pricing/perSeat/annual']],
    [
      { monthly: '1e3', annual: '0.1234567' },
      ['/pricing/perSeat/monthly', '/pricing/perSeat/annual'],
    ],
  ])('is refused with prices %j, billed monthly and annually', (perSeat, pointers) => {
    given()
      .when({ ...publish, pricing: { currency: 'EUR', perSeat } })
      .thenRefused('offer-prices-invalid', ...pointers);
  });

  it.each(['', 'eur', 'XTS', 'DEM'])('is refused with the currency "%s"', (currency) => {
    given()
      .when({ ...publish, pricing: { currency, perSeat: { monthly: '1', annual: '1' } } })
      .thenRefused('currency-unknown', '/pricing/currency');
  });

  it('is sold in countries that there are: what is none is named, with what was meant', () => {
    const offered = given().when({ ...publish, countries: ['BR', 'UK', 'XX'] });
    offered.thenRefused('country-unknown', '/countries/1', '/countries/2');
    given(published)
      .when(revise({ countries: ['UK'] }))
      .thenRefused('country-unknown', '/countries/0');
  });

  it('names only other offers of its provider', () => {
    given()
      .when({ ...publish, addOnOf: [other], upgradeTargets: [other], unknownOffers: [other] })
      .thenRefused('offer-unknown', '/addOnOf/0', '/upgradeTargets/0');
    given()
      .when({ ...publish, upgradeTargets: [other, OFFER] })
      .thenRefused('offer-refers-to-itself', '/upgradeTargets/1');
  });

  it('is revised for new orders', () => {
    const change = { name: 'Office', maxQuantity: 10, countries: ['DE'] };
    const state = given(published).when(revise(change)).then(revised(change));
    expect(state).toMatchObject({ status: 'published', terms: change });
  });

  it('revised to what it is changes nothing', () => {
    given(published).when(revise()).thenNothing();
  });

  it('is revised by the rules that it is published by', () => {
    given(published)
      .when(revise({ minQuantity: 0 }))
      .thenRefused('offer-limits-invalid', '/minQuantity');
    given(published)
      .when(revise({ addOnOf: [OFFER] }))
      .thenRefused('offer-refers-to-itself', '/addOnOf/0');
  });

  it('is retired once, and not revised after that', () => {
    expect(given(published).when(retire).then(retired)).toMatchObject({ status: 'retired' });
    given(published, retired).when(retire).thenNothing();
    given(published, retired).when(revise()).thenRefused('offer-retired');
  });

  it('is published under a new id, and changed only once published: else the sender is at fault', () => {
    expect(() => offer.decide(publish, given(published).state)).toThrow('new id');
    expect(() => offer.decide(retire, given().state)).toThrow('Look it up first');
  });

  it('belongs to its provider', () => {
    expect(offer.tenantOf(given().state)).toBeNull();
    expect(offer.tenantOf(given(published).state)).toBe(PROVIDER);
    expect(offer.partiesOf()).toEqual([]);
  });
});
