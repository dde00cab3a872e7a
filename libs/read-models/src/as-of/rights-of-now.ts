import type { ResellerId } from '@tierbook/domain';
import { customersView } from '../customers/customers.projection';
import { InMemoryReadStore } from '../in-memory-read-store';
import { getAll } from '../list';
import type { DocumentWrite } from '../projection-store';
import type { ListedPage, ListQuery, Page, Query, ReadStore, Row, Scan } from '../read-store';
import {
  resellerCustomersView,
  type ResellerCustomerDoc,
} from '../reseller-customers/reseller-customers.projection';
import type { AnyView, ViewDefinition } from '../view';

/** A reseller sees more customers than can be read as of a moment. */
export class TooManyAsOfError extends Error {
  override readonly name = 'TooManyAsOfError';
}

/** The most customers that a reseller's list as of a moment is made of. */
export const MOST_AS_OF = 10_000;

/**
 * The views as they were, but for whom a reseller may see, which is as it is now: its list of customers as of a
 * moment shows those that it may see today, as they were then.
 *
 * @throws TooManyAsOfError beyond `MOST_AS_OF`.
 */
export async function withRightsOfNow(
  then: ReadStore,
  now: ReadStore,
  resellerId: ResellerId,
): Promise<ReadStore> {
  const rights: Row<ResellerCustomerDoc>[] = [];
  const where = [{ field: 'resellerId', op: 'eq', value: resellerId }] as const;
  for await (const rows of now.scan(resellerCustomersView, { where })) {
    rights.push(...rows);
    if (rights.length > MOST_AS_OF) {
      throw new TooManyAsOfError(`The reseller sees more than ${String(MOST_AS_OF)} customers.`);
    }
  }
  const ids = rights.map(({ doc }) => doc.customerId);
  const customers = await getAll(then, customersView, ids);
  const known = rights.filter(({ doc }) => customers.has(doc.customerId));
  const memory = new InMemoryReadStore();
  await keep(memory, resellerCustomersView, known);
  // Whatever reasons there were then: those of now count.
  const asSeenNow = [...customers.values()].map((row) => {
    return { ...row, doc: { ...row.doc, seenBy: [resellerId] } };
  });
  await keep(memory, customersView, asSeenNow);
  return new Overlaid(memory, then, new Set([resellerCustomersView.name, customersView.name]));
}

async function keep(
  memory: InMemoryReadStore,
  view: AnyView,
  rows: readonly Row<object>[],
): Promise<void> {
  const build = await memory.begin(view);
  const documents: readonly DocumentWrite[] = rows;
  const [last] = rows;
  if (last !== undefined) {
    const checkpoint = { position: last.position, eventId: '' };
    await memory.write([{ build, documents, checkpoint }]);
  }
  await memory.promote(build);
}

/** Reads some views from one store and all others from another. */
class Overlaid implements ReadStore {
  constructor(
    private readonly over: ReadStore,
    private readonly under: ReadStore,
    private readonly views: ReadonlySet<string>,
  ) {}

  get<Doc extends object>(view: ViewDefinition<Doc>, key: string): Promise<Row<Doc> | undefined> {
    return this.#of(view).get(view, key);
  }

  getMany<Doc extends object>(
    view: ViewDefinition<Doc>,
    keys: Iterable<string>,
  ): Promise<ReadonlyMap<string, Row<Doc>>> {
    return this.#of(view).getMany(view, keys);
  }

  find<Doc extends object>(view: ViewDefinition<Doc>, query: Query): Promise<Page<Doc>> {
    return this.#of(view).find(view, query);
  }

  list(view: AnyView, query: ListQuery): Promise<ListedPage> {
    return this.#of(view).list(view, query);
  }

  scan<Doc extends object>(
    view: ViewDefinition<Doc>,
    scan: Scan,
  ): AsyncIterable<readonly Row<Doc>[]> {
    return this.#of(view).scan(view, scan);
  }

  positionOf(view: AnyView): ReturnType<ReadStore['positionOf']> {
    return this.#of(view).positionOf(view);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #of({ name }: { readonly name: string }): ReadStore {
    return this.views.has(name) ? this.over : this.under;
  }
}
