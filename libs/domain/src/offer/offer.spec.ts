import { describe, expect, it } from '@jest/globals';
import { specify } from '@tierbook/eventing/testing';
import { AT, OFFER, PROVIDER, TERMS } from '../testing/examples';
import { offer } from './offer.aggregate';
import type { PublishOffer } from './offer.commands';
import type { OfferPublished } from './offer.events';

const given = specify(offer);
const publish: PublishOffer = {
  type: 'publish-offer',
  at: AT,
  offerId: OFFER,
  providerId: PROVIDER,
  description: 'Mail and office, by seat',
  ...TERMS,
};
const published: OfferPublished = {
  type: 'OfferPublished',
  data: {
    offerId: OFFER,
    providerId: PROVIDER,
    description: 'Mail and office, by seat',
    ...TERMS,
  },
};

describe('an offer', () => {
  it('is published with its terms', () => {
    expect(given().when(publish).then(published)).toEqual({
      status: 'published',
      offerId: OFFER,
      providerId: PROVIDER,
      terms: TERMS,
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

  it('is published under a new id: anything else is a defect of the sender', () => {
    expect(() => offer.decide(publish, given(published).state)).toThrow('new id');
  });

  it('belongs to its provider', () => {
    expect(offer.tenantOf(given().state)).toBeNull();
    expect(offer.tenantOf(given(published).state)).toBe(PROVIDER);
    expect(offer.partiesOf()).toEqual([]);
  });
});
