import type { CustomerId, DelegationId, Instant, ResellerId } from '@tierbook/domain';
import { conditions, equals, findPage, type ListPage, type Paging, type Reads } from '../list';
import { MAX_LIMIT, type Condition, type Page, type ReadStore, type SortKey } from '../read-store';
import { resellersView } from '../resellers/resellers.projection';
import { delegationsView, type DelegationDoc } from './delegations.projection';

/** A delegation, with the name that its reseller has today. */
export interface DelegationRow extends DelegationDoc {
  /** `null` once it is erased. */
  readonly resellerName: string | null;
}

export interface DelegationFilter extends Paging {
  readonly customerId: CustomerId;
  readonly resellerId?: ResellerId | undefined;
  readonly status?: DelegationDoc['status'] | undefined;
}

/** A customer's delegations, the newest first. */
export async function listDelegations(
  reads: Reads,
  filter: DelegationFilter,
): Promise<ListPage<DelegationRow>> {
  const page = await findPage(
    reads,
    delegationsView,
    {
      where: conditions(
        equals('customerId', filter.customerId),
        equals('resellerId', filter.resellerId),
        equals('status', filter.status),
      ),
      sort: { field: 'grantedAt', direction: 'desc' },
    },
    filter,
  );
  const docs = page.items.map(({ doc }) => doc);
  return { ...page, items: await withNames(reads, docs) };
}

/** A delegation, or `undefined`. */
export async function getDelegation(
  reads: Reads,
  delegationId: DelegationId,
): Promise<DelegationRow | undefined> {
  const row = await reads.store.get(delegationsView, delegationId);
  return row === undefined ? undefined : (await withNames(reads, [row.doc]))[0];
}

/**
 * The delegations whose end has come by `now` and is not recorded, the earliest first.
 *
 * @throws ViewBehindError
 */
export async function* findDueDelegations(
  store: ReadStore,
  now: Instant,
): AsyncGenerator<DelegationDoc> {
  const where: readonly Condition[] = [
    { field: 'status', op: 'eq', value: 'granted' },
    { field: 'end', op: 'range', lte: now },
  ];
  const sort = { field: 'end', direction: 'asc' } as const;
  let after: SortKey | undefined;
  do {
    const query = { where, sort, after, limit: MAX_LIMIT };
    const page: Page<DelegationDoc> = await store.find(delegationsView, query);
    yield* page.rows.map(({ doc }) => doc);
    after = page.next;
  } while (after !== undefined);
}

async function withNames(
  { store }: Reads,
  docs: readonly DelegationDoc[],
): Promise<readonly DelegationRow[]> {
  const rows = await store.getMany(
    resellersView,
    new Set(docs.map(({ resellerId }) => resellerId)),
  );
  return docs.map((doc) => ({
    ...doc,
    resellerName: rows.get(doc.resellerId)?.doc.name ?? null,
  }));
}
