import type { CustomerId, Instant, ResellerId, SubscriptionId } from '@tierbook/domain';
import { conditions, equals, findPage, type ListPage, type Paging, type Reads } from '../list';
import { MAX_LIMIT, type Condition, type Page, type ReadStore, type SortKey } from '../read-store';
import { resellersView } from '../resellers/resellers.projection';
import { subscriptionsView, type SubscriptionDoc } from './subscriptions.projection';

/** A subscription, with the names that its resellers have today. */
export interface SubscriptionRow extends SubscriptionDoc {
  /** `null` without a reseller of record, or once it is erased. */
  readonly resellerOfRecordName: string | null;
  /** `null` when the provider supports it. */
  readonly supportContactName: string | null;
}

/** A subscription, or `undefined`. */
export async function getSubscription(
  reads: Reads,
  subscriptionId: SubscriptionId,
): Promise<SubscriptionRow | undefined> {
  const row = await reads.store.get(subscriptionsView, subscriptionId);
  return row === undefined ? undefined : (await withNames(reads, [row.doc]))[0];
}

/** A customer's subscriptions in the order they were bought. */
export async function listSubscriptions(
  reads: Reads,
  customerId: CustomerId,
  filter: { readonly status?: SubscriptionDoc['status'] | undefined } & Paging = {},
): Promise<ListPage<SubscriptionRow>> {
  const page = await findPage(
    reads,
    subscriptionsView,
    {
      where: conditions(equals('customerId', customerId), equals('status', filter.status)),
      sort: { field: 'orderedAt', direction: 'asc' },
    },
    filter,
  );
  return {
    ...page,
    items: await withNames(
      reads,
      page.items.map(({ doc }) => doc),
    ),
  };
}

/**
 * The subscriptions of every provider whose next date has come by `now`, the earliest first: for the
 * scheduler. Each page is read when it is asked for.
 *
 * @throws ViewBehindError
 */
export async function* findDueSubscriptions(
  store: ReadStore,
  now: Instant,
): AsyncGenerator<SubscriptionDoc> {
  const due: Condition = { field: 'dueAt', op: 'range', gt: '', lte: now };
  const sort = { field: 'dueAt', direction: 'asc' } as const;
  let after: SortKey | undefined;
  do {
    const query = { where: [due], sort, after, limit: MAX_LIMIT };
    const page: Page<SubscriptionDoc> = await store.find(subscriptionsView, query);
    yield* page.rows.map(({ doc }) => doc);
    after = page.next;
  } while (after !== undefined);
}

/** These subscriptions that exist, in the order asked for: what a narrower delegation lets a reseller see. */
export async function getSubscriptions(
  reads: Reads,
  subscriptionIds: readonly SubscriptionId[],
): Promise<readonly SubscriptionRow[]> {
  const rows = await reads.store.getMany(subscriptionsView, subscriptionIds);
  return withNames(
    reads,
    subscriptionIds.flatMap((id) => rows.get(id)?.doc ?? []),
  );
}

function supportingReseller({ supportContact }: SubscriptionDoc): ResellerId | null {
  return supportContact.kind === 'reseller' ? supportContact.resellerId : null;
}

async function withNames(
  { store }: Reads,
  docs: readonly SubscriptionDoc[],
): Promise<readonly SubscriptionRow[]> {
  const ids = docs.flatMap((doc) => [doc.resellerOfRecord?.resellerId, supportingReseller(doc)]);
  const rows = await store.getMany(resellersView, new Set(ids.filter((id) => id != null)));
  const nameOf = (id: ResellerId | null | undefined) =>
    id == null ? null : (rows.get(id)?.doc.name ?? null);
  return docs.map((doc) => ({
    ...doc,
    resellerOfRecordName: nameOf(doc.resellerOfRecord?.resellerId),
    supportContactName: nameOf(supportingReseller(doc)),
  }));
}
