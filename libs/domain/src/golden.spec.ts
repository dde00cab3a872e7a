import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { customer } from './customer/customer.aggregate';
import { customerReference } from './customer-reference/customer-reference.aggregate';
import { offer } from './offer/offer.aggregate';
import { partnership } from './partnership/partnership.aggregate';
import { partnershipRequest } from './partnership-request/partnership-request.aggregate';
import { provider } from './provider/provider.aggregate';
import { reseller } from './reseller/reseller.aggregate';
import { services } from './services/services.aggregate';
import type { EventSchema, StoredContent } from './schema';
import {
  CUSTOMER_EXAMPLES,
  CUSTOMER_REFERENCE_EXAMPLES,
  OFFER_EXAMPLES,
  ONLY_PERSONAL,
  PARTNERSHIP_EXAMPLES,
  PARTNERSHIP_REQUEST_EXAMPLES,
  PROVIDER_EXAMPLES,
  RESELLER_EXAMPLES,
  SERVICES_EXAMPLES,
} from './testing/golden-examples';

/**
 * What stands in a log stays there: each golden file is an event as some version wrote it, and is
 * never edited once that version is released. A new schema version adds a file and an upcaster.
 */
interface Case<S, E extends { readonly type: string }> {
  readonly folder: string;
  readonly aggregate: {
    readonly schemas: Readonly<Record<E['type'], EventSchema>>;
    readonly initialState: S;
    readonly evolve: (state: S, event: E) => S;
  };
  /** In an order in which each event can follow those before. */
  readonly examples: { readonly [T in E['type']]: Extract<E, { readonly type: T }> };
}

function stored(folder: string, file: string): StoredContent {
  const text = readFileSync(join(__dirname, folder, 'golden', file), 'utf8');
  return JSON.parse(text) as StoredContent;
}

function itReads<S, E extends { readonly type: string }>({
  folder,
  aggregate,
  examples,
}: Case<S, E>) {
  const sequence = Object.values<E>(examples);
  const versionsOf = (type: E['type']) => aggregate.schemas[type].upcasters.length + 1;

  describe(`the golden files of ${folder}`, () => {
    it('are one for each version of each event type', () => {
      const expected = Object.keys(aggregate.schemas).flatMap((type) =>
        Array.from(
          { length: versionsOf(type as E['type']) },
          (_none, index) => `${type}.v${index + 1}.json`,
        ),
      );
      expect(readdirSync(join(__dirname, folder, 'golden')).sort()).toEqual(expected.sort());
    });

    it.each(sequence.map((event) => [event.type, event] as const))(
      'hold %s as it is written today',
      (type: E['type'], event) => {
        expect({ type, ...stored(folder, `${type}.v${versionsOf(type)}.json`) }).toEqual(event);
      },
    );

    it.each(
      sequence.flatMap(({ type }: { readonly type: E['type'] }, index) =>
        Array.from(
          { length: versionsOf(type) },
          (_none, version) => [type, version + 1, index] as const,
        ),
      ),
    )('read %s of version %d, its personal data erased or not', (type, version, index) => {
      const before = sequence.slice(0, index).reduce(aggregate.evolve, aggregate.initialState);
      const content = aggregate.schemas[type].upcasters
        .slice(version - 1)
        .reduce((older, upcast) => upcast(older), stored(folder, `${type}.v${version}.json`));
      const after = aggregate.evolve(before, { type, ...content } as unknown as E);
      if (!ONLY_PERSONAL.has(type)) expect(after).not.toEqual(before);
      const erased = { type, ...content, personal: 'Erased' } as unknown as E;
      expect(aggregate.evolve(before, erased)).toEqual(after);
    });
  });
}

itReads({ folder: 'provider', aggregate: provider, examples: PROVIDER_EXAMPLES });
itReads({ folder: 'reseller', aggregate: reseller, examples: RESELLER_EXAMPLES });
itReads({
  folder: 'partnership-request',
  aggregate: partnershipRequest,
  examples: PARTNERSHIP_REQUEST_EXAMPLES,
});
itReads({ folder: 'partnership', aggregate: partnership, examples: PARTNERSHIP_EXAMPLES });
itReads({ folder: 'offer', aggregate: offer, examples: OFFER_EXAMPLES });
itReads({
  folder: 'customer-reference',
  aggregate: customerReference,
  examples: CUSTOMER_REFERENCE_EXAMPLES,
});
itReads({ folder: 'customer', aggregate: customer, examples: CUSTOMER_EXAMPLES });
itReads({ folder: 'services', aggregate: services, examples: SERVICES_EXAMPLES });
