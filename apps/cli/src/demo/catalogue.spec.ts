import { describe, expect, it } from '@jest/globals';
import { offer as offers, type OfferId, type ProviderId } from '@tierbook/domain';
import { CATALOGUE } from './catalogue';

describe('the starter catalogue', () => {
  it.each(CATALOGUE)('holds $slug, which the domain publishes', ({ slug, ...offer }) => {
    expect(slug).toMatch(/^[a-z0-9-]+$/);
    const decision = offers.decide(
      {
        type: 'publish-offer',
        at: '2026-01-01T00:00:00.000Z',
        offerId: 'an offer' as OfferId,
        providerId: 'a provider' as ProviderId,
        pricing: null,
        addOnOf: [],
        limitPerCustomer: null,
        upgradeTargets: [],
        countries: null,
        unknownOffers: [],
        ...offer,
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
});
