import { describe, expect, it } from '@jest/globals';
import type { ResellerId } from '@tierbook/domain';
import { formatPosition } from '@tierbook/eventing';
import { customersView } from '../customers/customers.projection';
import { InMemoryReadStore } from '../in-memory-read-store';
import { resellerCustomersView } from '../reseller-customers/reseller-customers.projection';
import { resellersView } from '../resellers/resellers.projection';
import type { AnyView } from '../view';
import { MOST_AS_OF, withRightsOfNow } from './rights-of-now';

const RESELLER = 'r-1' as ResellerId;
const position = formatPosition('00000000000000aa', 1);

async function storeOf(docs: readonly (readonly [AnyView, string, object])[]) {
  const store = new InMemoryReadStore();
  for (const view of [customersView, resellerCustomersView, resellersView] as const) {
    const build = await store.begin(view);
    const documents = docs
      .filter(([of]) => of.name === view.name)
      .map(([, key, doc]) => ({ key, position, doc }));
    await store.write([{ build, documents, checkpoint: { position, eventId: 'e' } }]);
    await store.promote(build);
  }
  return store;
}

const sees = (customerId: string, resellerId: string = RESELLER) =>
  [resellerCustomersView, `${resellerId}.${customerId}`, { resellerId, customerId }] as const;
const customer = (customerId: string, companyName: string) =>
  [customersView, customerId, { customerId, companyName }] as const;

describe('views as they were, with rights of now', () => {
  it('show whom a reseller sees now, as it was then', async () => {
    const then = await storeOf([
      sees('seen-then'),
      customer('seen-then', 'Not any more'),
      customer('seen-now', 'As it was'),
      [resellersView, RESELLER, { resellerId: RESELLER, name: 'As it was called' }],
    ]);
    const now = await storeOf([
      sees('seen-now'),
      sees('made-since'),
      sees('seen-then', 'r-2'),
      customer('seen-now', 'As it is'),
      customer('made-since', 'New'),
    ]);
    const store = await withRightsOfNow(then, now, RESELLER);

    const page = await store.find(resellerCustomersView, {
      where: [{ field: 'resellerId', op: 'eq', value: RESELLER }],
      sort: { field: 'customers.companyName', direction: 'asc' },
      join: { view: customersView, by: 'customerId' },
      limit: 10,
    });
    expect(page.rows.map(({ doc }) => doc.customerId)).toEqual(['seen-now']);
    expect((await store.get(customersView, 'seen-now'))?.doc.companyName).toBe('As it was');
    expect((await store.get(resellersView, RESELLER))?.doc.name).toBe('As it was called');
  });

  it('are refused for more customers than are joined in memory', async () => {
    const many = Array.from({ length: MOST_AS_OF + 1 }, (_, n) => sees(`c-${n}`));
    const empty = await storeOf([]);
    await expect(withRightsOfNow(empty, await storeOf(many), RESELLER)).rejects.toThrow(
      `more than ${MOST_AS_OF} customers`,
    );
    const some = withRightsOfNow(empty, await storeOf(many.slice(1)), RESELLER);
    await expect(some).resolves.toBeDefined();
  });
});
