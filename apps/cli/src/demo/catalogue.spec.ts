import { describe, expect, it } from '@jest/globals';
import { offer as offers, type OfferId, type ProviderId } from '@tierbook/domain';
import { CATALOGUE, CURRENCY } from './catalogue';

describe('the starter catalogue', () => {
  it.each(CATALOGUE)('holds $slug, which the domain publishes', ({ slug, perSeat, ...offer }) => {
    expect(slug).toMatch(/^[a-z0-9-]+$/);
    const decision = offers.decide(
      {
        type: 'publish-offer',
        at: '2026-01-01T00:00:00.000Z',
        offerId: slug as OfferId,
        providerId: 'a provider' as ProviderId,
        limitPerCustomer: null,
        countries: null,
        unknownOffers: [],
        ...offer,
        pricing: { currency: CURRENCY, perSeat },
        addOnOf: (offer.addOnOf ?? []) as readonly OfferId[],
        upgradeTargets: (offer.upgradeTargets ?? []) as readonly OfferId[],
      },
      offers.initialState,
    );
    expect(decision).toMatchObject({ kind: 'accepted' });
    expect(offer.billingCycles).not.toHaveLength(0);
    expect(offer.terms).not.toHaveLength(0);
  });

  it('names each offer once', () => {
    expect(new Set(CATALOGUE.map(({ slug }) => slug)).size).toBe(CATALOGUE.length);
    expect(new Set(CATALOGUE.map(({ name }) => name)).size).toBe(CATALOGUE.length);
  });

  it('has each after those that it refers to, and no add-on of an add-on', () => {
    CATALOGUE.forEach(({ addOnOf = [], upgradeTargets = [] }, index) => {
      const before = CATALOGUE.slice(0, index);
      const slugs = before.map(({ slug }) => slug);
      const bases = before.flatMap((each) => (each.addOnOf === undefined ? [each.slug] : []));
      expect(slugs).toEqual(expect.arrayContaining([...upgradeTargets]));
      expect(bases).toEqual(expect.arrayContaining([...addOnOf]));
    });
  });

  it('has add-ons, upgrades, limits per customer, and offers of some countries alone', () => {
    const fields = ['addOnOf', 'upgradeTargets', 'limitPerCustomer', 'countries'] as const;
    for (const field of fields) expect(CATALOGUE.some((each) => field in each)).toBe(true);
  });
});
