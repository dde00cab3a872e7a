import type {
  CustomerId,
  Instant,
  OfferId,
  ProviderId,
  ResellerId,
  SubscriptionId,
} from '@tierbook/domain';
import { customersView, type CustomerDoc } from '../customers/customers.projection';
import {
  between,
  conditions,
  equals,
  findPage,
  getAll,
  oneOf,
  pageWith,
  type ListPage,
  type Paging,
  type Reads,
} from '../list';
import { MAX_LIMIT, type Condition, type Page, type ReadStore, type SortKey } from '../read-store';
import { resellersView } from '../resellers/resellers.projection';
import { subscriptionsView, type SubscriptionDoc } from './subscriptions.projection';

/** A subscription, with the names that its resellers have today. */
export interface SubscriptionRow extends Omit<SubscriptionDoc, 'resellerOfRecordId'> {
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
  return pageWith(
    page,
    await withNames(
      reads,
      page.items.map(({ doc }) => doc),
    ),
  );
}

/** A subscription in a list across customers: with whose it is. */
export interface ListedSubscription extends SubscriptionRow {
  readonly customer: Pick<CustomerDoc, 'customerId' | 'companyName'> & {
    /** `null` while the customers' view has not caught up. */
    readonly domain: string | null;
  };
}

/** Statuses of subscriptions that run, will run, or can run again. */
const LIVE = ['pending', 'active', 'suspended'] as const satisfies SubscriptionDoc['status'][];

export interface SubscriptionFilter extends Paging<'termEndsAt' | 'orderedAt'> {
  readonly providerId: ProviderId;
  /** One of these is the reseller of record; `null`: nobody is. */
  readonly resellerIds?: readonly (ResellerId | null)[] | undefined;
  readonly offerId?: OfferId | undefined;
  readonly statuses?: readonly SubscriptionDoc['status'][] | undefined;
  /** The term ends, and it renews or expires, at this time or later. */
  readonly termEndsFrom?: Instant | undefined;
  readonly termEndsBefore?: Instant | undefined;
  /** Only those that have not ended and that nobody is credited for. */
  readonly uncredited?: boolean | undefined;
}

/** A provider's subscriptions across its customers, by the end of their terms unless told otherwise. */
export async function listProviderSubscriptions(
  reads: Reads,
  filter: SubscriptionFilter,
): Promise<ListPage<ListedSubscription>> {
  const uncredited = filter.uncredited === true;
  const page = await findPage(
    reads,
    subscriptionsView,
    {
      where: conditions(
        equals('providerId', filter.providerId),
        oneOf('resellerOfRecordId', filter.resellerIds),
        equals('resellerOfRecordId', uncredited ? null : undefined),
        oneOf('status', uncredited ? LIVE : undefined),
        equals('offerId', filter.offerId),
        oneOf('status', filter.statuses),
        between('termEndsAt', filter.termEndsFrom, filter.termEndsBefore),
      ),
      sort: filter.sort ?? { field: 'termEndsAt', direction: 'asc' },
    },
    filter,
  );
  const docs = page.items.map(({ doc }) => doc);
  const customers = await reads.store.getMany(
    customersView,
    new Set(docs.map(({ customerId }) => customerId)),
  );
  const rows = await withNames(reads, docs);
  return pageWith(
    page,
    rows.map((row) => {
      const { companyName = null, domain = null } = customers.get(row.customerId)?.doc ?? {};
      return { ...row, customer: { customerId: row.customerId, companyName, domain } };
    }),
  );
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
  const rows = await getAll(store, resellersView, new Set(ids.filter((id) => id != null)));
  const nameOf = (id: ResellerId | null | undefined) =>
    id == null ? null : (rows.get(id)?.doc.name ?? null);
  return docs.map((doc) => {
    // eslint-disable-next-line @typescript-eslint/no-unused-vars -- left out: \`resellerOfRecord\` says it
    const { resellerOfRecordId, ...shown } = doc;
    return {
      ...shown,
      resellerOfRecordName: nameOf(doc.resellerOfRecord?.resellerId),
      supportContactName: nameOf(supportingReseller(doc)),
    };
  });
}
