import { describe, expect, it } from '@jest/globals';
import {
  countryRulesOf,
  isRegistrationNumberOf,
  parseDomainPrefix,
  parsePartnerId,
} from '@tierbook/domain';
import { CATALOGUE, type CatalogueOffer } from './catalogue';
import { MOST_RESELLERS, planCustomer, planReseller, resellersAmong, SEEDS } from './plan';

const offerOf = ({ offer }: { readonly offer: string }): CatalogueOffer => {
  const found = CATALOGUE.find(({ slug }) => slug === offer);
  if (found === undefined) throw new Error(`The catalogue has no ${offer}.`);
  return found;
};

const CUSTOMERS = 1_000;
const customers = Array.from({ length: CUSTOMERS }, (_, index) => planCustomer(1, index));

describe('a planned customer', () => {
  it('is the same in every run, and another for another seed', () => {
    expect(planCustomer(1, 42)).toEqual(customers[42]);
    expect(planCustomer(2, 42)).not.toEqual(customers[42]);
  });

  it('has a domain of its own, also beside those of another seed', () => {
    const others = Array.from({ length: CUSTOMERS }, (_, index) => planCustomer(2, index));
    const domains = [...customers, ...others].map(({ profile }) => profile.domain);
    expect(domains.filter((domain) => parseDomainPrefix(domain) !== domain)).toEqual([]);
    expect(new Set(domains).size).toBe(domains.length);
  });

  it('has what its country asks for', () => {
    for (const { profile } of customers) {
      const { country, registrationNumber } = profile;
      if (countryRulesOf(country).registrationNumber === 'required') {
        expect({ country, registrationNumber }).toEqual({
          country,
          registrationNumber: expect.any(String),
        });
      }
      expect(isRegistrationNumberOf(country, registrationNumber ?? '')).toBe(
        registrationNumber !== undefined || country !== 'BR',
      );
      expect(JSON.stringify(profile)).not.toContain('#');
    }
    expect(new Set(customers.map(({ profile }) => profile.country)).size).toBeGreaterThan(4);
  });

  it('buys what the catalogue offers in its country, within its limits', () => {
    for (const { profile, subscriptions, laterOrder, laterQuantity } of customers) {
      expect(subscriptions.length).toBeGreaterThan(0);
      const [first] = subscriptions;
      const changed =
        first && laterQuantity !== undefined ? [{ ...first, quantity: laterQuantity }] : [];
      for (const order of [...subscriptions, ...(laterOrder ? [laterOrder] : []), ...changed]) {
        const offer = offerOf(order);
        expect(offer.billingCycles).toContain(order.billingCycle);
        expect(offer.terms).toContain(order.term);
        expect(order.quantity).toBeGreaterThanOrEqual(offer.minQuantity);
        expect(order.quantity).toBeLessThanOrEqual(offer.maxQuantity);
        expect(offer.countries ?? [profile.country]).toContain(profile.country);
      }
    }
  });

  it('buys add-ons beside what they are add-ons of, and each offer once', () => {
    const withAddOn = customers.filter(({ subscriptions }) =>
      subscriptions.some((order) => offerOf(order).addOnOf !== undefined),
    );
    expect(withAddOn.length).toBeGreaterThan(CUSTOMERS / 20);
    for (const { subscriptions, laterOrder } of customers) {
      const slugs = [...subscriptions, ...(laterOrder ? [laterOrder] : [])].map(
        ({ offer }) => offer,
      );
      expect(new Set(slugs).size).toBe(slugs.length);
      for (const order of subscriptions) {
        const { addOnOf } = offerOf(order);
        expect(addOnOf?.some((slug) => slugs.includes(slug)) ?? true).toBe(true);
      }
    }
  });

  it('names only resellers that a demo ending with it partners with', () => {
    customers.forEach(({ reseller, supportContact, subscriptions, laterOrder }, index) => {
      const named = [reseller, supportContact, laterOrder?.reseller];
      named.push(...subscriptions.map((subscription) => subscription.reseller));
      expect(Math.max(0, ...named.filter((each) => each !== undefined))).toBeLessThan(
        resellersAmong(index + 1),
      );
    });
  });

  it('is with and without a reseller, a reseller of record and a support contact', () => {
    const has = (test: (customer: (typeof customers)[number]) => boolean) =>
      customers.some(test) && !customers.every(test);
    expect(has(({ reseller }) => reseller !== undefined)).toBe(true);
    expect(has(({ supportContact }) => supportContact !== undefined)).toBe(true);
    expect(
      has(({ subscriptions }) => subscriptions.some((each) => each.reseller === undefined)),
    ).toBe(true);
  });
});

describe('a planned reseller', () => {
  it('has a valid partner id and a name of its own, in every seed', () => {
    const numbers = Array.from({ length: MOST_RESELLERS + 2 }, (_, index) => index + 1);
    const resellers = [0, 1, SEEDS - 1].flatMap((seed) =>
      numbers.map((number) => planReseller(seed, number)),
    );
    const ids = resellers.map(({ partnerId }) => partnerId);
    expect(ids.filter((id) => parsePartnerId(id) !== id)).toEqual([]);
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(resellers.map(({ name }) => name)).size).toBe(numbers.length);
  });
});

describe('resellersAmong', () => {
  it('grows with the customers, between its bounds', () => {
    expect([1, 100, 200, 1_000_000].map(resellersAmong)).toEqual([3, 10, 14, MOST_RESELLERS]);
  });
});
